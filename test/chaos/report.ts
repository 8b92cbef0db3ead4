import { PROCESSES } from '../../tools/estate/estate.ts';
import type { JourneyReport, Struck } from './journey.ts';
import type { Pair } from './kill-plan.ts';
import { labelOf, STEPS } from './steps.ts';

export const nameOf = ({ process, step }: Pair): string => `${process} in ${labelOf(step)}`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const isSame = (a: Pair, b: Pair): boolean => a.process === b.process && a.step === b.step;

const firedOf = (pair: Pair, struck: readonly Struck[]): readonly Struck[] =>
  struck.filter(({ kill, inStep }) => inStep && isSame(kill, pair));

/** What is wrong with one kill, in words; null when the migration took it as it should. A kill beside its step is not judged. */
const faultOf = ({ kill, inStep, recoveryMs, parked }: Struck, limitMs: number): string | null => {
  if (parked) return `${nameOf(kill)}: ${parked}`;
  if (!inStep) return null;
  if (recoveryMs === null) return `${nameOf(kill)}: nothing was seen to go on`;
  return recoveryMs > limitMs
    ? `${nameOf(kill)}: went on after ${seconds(recoveryMs)}, more than ${seconds(limitMs)}`
    : null;
};

export interface Summary {
  readonly failures: readonly string[];
  readonly lines: readonly string[];
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;

const cellOf = (pair: Pair, struck: readonly Struck[], limitMs: number): string => {
  const fired = firedOf(pair, struck);
  const worst = Math.max(...fired.map(({ recoveryMs }) => recoveryMs ?? Number.POSITIVE_INFINITY));
  if (fired.length === 0) return '·';
  return fired.some((one) => faultOf(one, limitMs)) ? `✗ ${seconds(worst)}` : `✓ ${seconds(worst)}`;
};

/** Pairs that were asked for and did not fire in any of these journeys. */
export const unfired = (pairs: readonly Pair[], reports: readonly JourneyReport[]): readonly Pair[] =>
  pairs.filter((pair) => reports.every(({ struck }) => firedOf(pair, struck).length === 0));

/** The table process × step with the time to the next progress, and all that went wrong. */
export const summaryOf = (pairs: readonly Pair[], reports: readonly JourneyReport[]): Summary => {
  const struck = reports.flatMap((report) => report.struck);
  const limitMs = Math.max(0, ...reports.map((report) => report.limitMs));
  const missing = unfired(pairs, reports);
  const failures = [
    ...reports.flatMap(({ wrong }) => wrong),
    ...struck.flatMap((one) => faultOf(one, limitMs) ?? []),
    ...missing.map((pair) => `${nameOf(pair)}: never fired`),
  ];
  const processes = PROCESSES.filter((name) => pairs.some(({ process }) => process === name));
  const rows = STEPS.filter((step) => pairs.some((pair) => pair.step === step)).map((step) => [
    labelOf(step),
    ...processes.map((process) => {
      const pair = { process, step };
      return pairs.some((asked) => isSame(asked, pair)) ? cellOf(pair, struck, limitMs) : '';
    }),
  ]);
  const times = struck.flatMap(({ inStep, recoveryMs }) => (inStep && recoveryMs !== null ? [recoveryMs] : []));
  const sorted = times.toSorted((a, b) => a - b);
  const width = Math.max(...rows.map(([label]) => (label ?? '').length));
  const armed = reports.flatMap((report) => report.armed);
  const fired = reports.flatMap((report) => report.fired);
  return {
    failures,
    lines: [
      ...[['', ...processes], ...rows].map((row) =>
        row.map((cell, index) => cell.padEnd(index === 0 ? width : 13)).join('  '),
      ),
      '',
      `${pairs.length - missing.length} of ${pairs.length} pairs fired in ${reports.length} journeys; ${armed.length} holds armed, ${fired.length} fired.`,
      `Ready again to next progress: max ${seconds(sorted.at(-1) ?? 0)}, p95 ${seconds(percentile(sorted, 0.95))}, limit ${seconds(limitMs)}.`,
    ],
  };
};
