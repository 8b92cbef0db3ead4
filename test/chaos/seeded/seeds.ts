import { wordsOf } from './again.ts';
import { planOf } from './plan.ts';
import { leftOutOfMix, neverFired, neverHit, seedLines, sumLines } from './report.ts';
import { runSeed, type SeedReport } from './run.ts';

export interface SeedsWish {
  readonly seeds: readonly number[];
  readonly vms: number;
  readonly kills: boolean;
  readonly faults: boolean;
  readonly mix: boolean;
  readonly keep: boolean;
  /** Estates at once. */
  readonly atOnce: number;
  readonly say: (line: string) => void;
}

/** So many seeds must fire every kind and hit every verb; fewer are only told what they left out. */
const FULL = 40;

/** `7`, `1-40`, `1,5,9` → numbers. */
export const seedsIn = (text: string): readonly number[] =>
  text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (from === '' || Number(to) < Number(from)) throw new Error(`${part} is no seed and no range such as 1-40`);
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n);
  });

/** Runs seeds, so many at once. True when all are green and, of forty or more, none left a kind or a verb out. */
export const runSeeds = async (wish: SeedsWish): Promise<boolean> => {
  const { seeds, vms, kills, faults, mix, keep, atOnce, say } = wish;
  const reports: SeedReport[] = [];
  const due = [...seeds];
  const ran = async (seed: number): Promise<void> => {
    say(`Seed ${seed}`);
    const report = await runSeed({ plan: planOf({ seed, vms, kills, faults, mix }), keep, say });
    reports.push(report);
    for (const line of seedLines(report, `npm run chaos -- --seed ${seed} --vms ${vms}`)) say(line);
  };
  const lane = async (): Promise<void> => {
    for (let seed = due.shift(); seed !== undefined; seed = due.shift())
      // An estate that does not come up leaves the others to go on.
      await ran(seed).catch((error: unknown) => say(`  ✗ seed ${seed}: ${wordsOf(error)}`));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  for (const line of sumLines(reports)) say(line);
  const missed = [neverFired, neverHit, leftOutOfMix].flatMap((of) => of(reports));
  const leftOut = seeds.length >= FULL && missed.length > 0;
  return !leftOut && reports.length === seeds.length && reports.every(({ wrong }) => wrong.length === 0);
};
