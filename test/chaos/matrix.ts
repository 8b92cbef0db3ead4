import { type JourneyReport, runJourney } from './journey.ts';
import { journeysOf, type Kill, type Pair } from './kill-plan.ts';
import { nameOf, type Summary, summaryOf, unfired } from './report.ts';

export interface ChaosWish {
  readonly pairs: readonly Pair[];
  readonly seed: number;
  readonly os: 'windows' | 'linux';
  /** Keeps the folders of journeys that went well, too. */
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

/** How often pairs that did not fire get another journey. */
const MORE_TRIES = 2;

const tell = (report: JourneyReport, say: ChaosWish['say']): void => {
  const inStep = report.struck.filter((one) => one.inStep).length;
  say(`  ${inStep} of ${report.struck.length} kills inside their step, ${(report.ms / 1000).toFixed(0)} s`);
  for (const name of report.armed) say(`    ${report.fired.includes(name) ? 'fired  ' : 'unfired'}  ${name}`);
  for (const words of report.wrong) say(`  ✗ ${words}`);
};

/** Runs journeys one after the other. */
export const runJourneys = async (
  journeys: readonly (readonly Kill[])[],
  { os, keep, say }: ChaosWish,
): Promise<readonly JourneyReport[]> => {
  const reports: JourneyReport[] = [];
  for (const kills of journeys) {
    say(`Journey with ${kills.length} kills: ${[...new Set(kills.map(({ process }) => process))].join(', ')}`);
    const report = await runJourney({ kills, os, keep, say });
    tell(report, say);
    reports.push(report);
  }
  return reports;
};

/** Every pair is fired, in one journey a process; those that were missed are tried again, then while their call is surely under way. */
export const runMatrix = async (wish: ChaosWish): Promise<Summary> => {
  const { pairs, seed, say } = wish;
  const reports = [...(await runJourneys(journeysOf(pairs, seed), wish))];
  for (let again = 1; again <= MORE_TRIES; again += 1) {
    const missed = unfired(pairs, reports);
    if (missed.length === 0) break;
    say(`Again, because they did not fire: ${missed.map(nameOf).join('; ')}`);
    reports.push(...(await runJourneys(journeysOf(missed, seed + again, true), wish)));
  }
  return summaryOf(pairs, reports);
};
