import type { ProcessName } from '../../tools/estate/estate.ts';
import { dice, planKill } from './kill-plan.ts';
import { type ChaosWish, runJourneys } from './matrix.ts';
import { type Summary, summaryOf } from './report.ts';
import { stepsNamed } from './steps.ts';

/** Where a lost process has most to spoil. */
const RISKIEST: readonly (readonly [ProcessName, string])[] = [
  ['orchestrator', '1 final synchronise'],
  ['agent-veeam', '1 cut over'],
  ['lab', '1 reshape'],
  ['agent-staging', '1 connect'],
  ['temporal', '2 cut over'],
];

/** One journey with a kill of each of five processes, in about a minute. */
export const runSample = async ({ seed, ...wish }: Omit<ChaosWish, 'pairs'>): Promise<Summary> => {
  const pairs = RISKIEST.flatMap(([process, name]) => stepsNamed(name).map((step) => ({ process, step })));
  const roll = dice(seed);
  const kills = pairs.map(({ process, step }) => ({ ...planKill(process, step, roll, true), pauseMs: 0 }));
  return summaryOf(pairs, await runJourneys([kills], { ...wish, seed, pairs }));
};
