import { verbAt } from './calls.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { neverMixed } from './mixed.ts';
import { allFaults } from './plan.ts';
import type { SeedReport } from './run.ts';

const seconds = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);

/** Points of the lab's own that strike one verb of a product. */
const WITHIN: Readonly<Record<string, string>> = {
  'veeam.run': 'veeam POST jobs/{id}/start',
  'arm.replication': 'arm PUT protectedItems',
  'arm.failover': 'arm POST plannedFailover',
  'boot.hyper-v': 'hyper-v Start-VM',
  'boot.ahv': 'prism power-on',
  'shutdown.ahv': 'prism guest-shutdown',
  'shutdown.hyper-v': 'hyper-v Stop-VM',
};

/** `product verb` → what hit it: kinds of faults that fired there, and processes killed at its call. */
export const hitsOf = (reports: readonly SeedReport[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const hits = new Map<string, Set<string>>();
  const hit = (verb: string | null | undefined, by: string): void => {
    if (verb) hits.set(verb, (hits.get(verb) ?? new Set()).add(by));
  };
  for (const { plan, fired, killed } of reports) {
    for (const { id, kind, point } of allFaults(plan))
      if (fired.includes(id)) hit(verbAt(point) ?? WITHIN[point], kind);
    for (const { verb, struckAt, kill } of killed) if (struckAt !== null) hit(verb, `kill ${kill.process}`);
  }
  return hits;
};

export const callsOf = (reports: readonly SeedReport[]): ReadonlyMap<string, number> => {
  const calls = new Map<string, number>();
  for (const report of reports)
    for (const [verb, times] of report.calls) calls.set(verb, (calls.get(verb) ?? 0) + times);
  return calls;
};

/** Kinds of faults that fired in none of the runs. */
export const neverFired = (reports: readonly SeedReport[]): readonly string[] => {
  const fired = new Set(
    reports.flatMap(({ plan, fired: ids }) => plan.faults.filter(({ id }) => ids.includes(id)).map(({ kind }) => kind)),
  );
  return FAULT_KINDS.map(({ kind }) => kind).filter((kind) => !fired.has(kind));
};

/** Changing verbs that were called and that no fault and no kill ever hit. */
export const neverHit = (reports: readonly SeedReport[]): readonly string[] => {
  const hits = hitsOf(reports);
  return [...callsOf(reports).keys()].filter((verb) => !hits.has(verb)).toSorted();
};

const faultLines = ({ plan, fired }: SeedReport): readonly string[] =>
  allFaults(plan).map(
    ({ id, subject }) =>
      `    ${fired.includes(id) ? 'fired  ' : 'unfired'}  ${id}${subject ? ` for ${nameOf(plan, subject)}` : ''}`,
  );

const killLines = ({ killed }: SeedReport): readonly string[] =>
  killed.map(({ kill, verb, struckAt, readyAt, recoveryMs }) => {
    const what = `${kill.process} at call ${kill.nth} of ${kill.verb ?? 'any verb'}`;
    return struckAt === null
      ? `    unfired  ${what}`
      : `    killed   ${what} (${verb}), back after ${seconds((readyAt ?? 0) - struckAt)}, work went on ${seconds(recoveryMs)} later`;
  });

const MOST_WORDS = 160;

const askedLines = ({ asked }: SeedReport): readonly string[] =>
  asked.map(
    ({ vm, hop, step, mishap, answer }) =>
      `    asked    ${vm}, hop ${hop}, ${step}: ${answer} ← ${mishap.slice(0, MOST_WORDS)}`,
  );

const mixLines = ({ plan, mixed }: SeedReport): readonly string[] =>
  plan.mix ? [`    mixed    ${[...mixed].map(([kind, n]) => `${kind} ${n}`).join(', ') || 'nothing'}`] : [];

/** Kinds of the mix that happened in none of the runs that have one. */
export const leftOutOfMix = (reports: readonly SeedReport[]): readonly string[] => {
  const mixing = reports.filter(({ plan }) => plan.mix);
  return mixing.length === 0 ? [] : neverMixed(mixing.map(({ mixed }) => mixed));
};

const headline = (report: SeedReport): string => {
  const { plan, fired, killed, asked, ends, wrong, ms, startMs, endedMs } = report;
  const all = Object.values(ends);
  const counts = [...new Set(all)].map((end) => `${all.filter((each) => each === end).length} ${end}`);
  const struck = killed.filter(({ struckAt }) => struckAt !== null);
  return [
    `  ${wrong.length === 0 ? '✓' : '✗'} seed ${plan.seed}${plan.asBatch ? ', as a batch' : ''}: ${counts.join(', ')}`,
    `${fired.length} of ${allFaults(plan).length} faults, ${struck.length} of ${killed.length} kills, ${asked.length} questions`,
    `${seconds(ms)}, of which ${seconds(startMs)} to start and ${seconds(ms - endedMs)} to judge and stop`,
  ].join('; ');
};

/** What a seed did, and how to run it again where its folder was kept. */
export const seedLines = (report: SeedReport, command: string): readonly string[] => [
  ...faultLines(report),
  ...killLines(report),
  ...askedLines(report),
  ...mixLines(report),
  ...report.wrong.map((words) => `  ✗ ${words}`),
  headline(report),
  `    CPU seconds: ${Object.entries(report.cpu)
    .map(([name, n]) => `${name} ${n.toFixed(1)}`)
    .join(', ')}`,
  ...(report.folder ? [`  Everything of it is below ${report.folder}. Again: ${command}`] : []),
];

const nameOf = (plan: SeedReport['plan'], uuid: string): string => {
  const vm = plan.scenario.vms.find((each) => each.uuid === uuid);
  return vm ? vm.expected.target.name : uuid;
};

/** The table verb × what hit it, kinds and verbs that had no turn, and whether that is a failure. */
export const sumLines = (reports: readonly SeedReport[]): readonly string[] => {
  const hits = hitsOf(reports);
  const calls = [...callsOf(reports)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(4, ...calls.map(([verb]) => verb.length));
  const recoveries = reports
    .flatMap(({ killed }) => killed.flatMap(({ recoveryMs }) => recoveryMs ?? []))
    .toSorted((a, b) => a - b);
  const times = reports.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const missed = neverHit(reports);
  const silent = neverFired(reports);
  const unmixed = leftOutOfMix(reports);
  return [
    `${'verb'.padEnd(width)}  calls  hit by`,
    ...calls.map(
      ([verb, n]) =>
        `${verb.padEnd(width)}  ${String(n).padStart(5)}  ${[...(hits.get(verb) ?? [])].toSorted().join(', ') || '–'}`,
    ),
    '',
    `Kinds that never fired: ${silent.join(', ') || 'none'}.`,
    `Changing verbs that were never hit: ${missed.join(', ') || 'none'}.`,
    `Of gates, hooks and edits never happened: ${unmixed.join(', ') || 'none'}.`,
    `Kills: ${reports.flatMap(({ killed }) => killed).filter(({ struckAt }) => struckAt !== null).length}; ready again to the next thing done: median ${seconds(recoveries[Math.floor(recoveries.length / 2)] ?? null)}, max ${seconds(recoveries.at(-1) ?? null)}.`,
    `Seeds: ${reports.filter(({ wrong }) => wrong.length === 0).length} of ${reports.length} green; median ${seconds(times[Math.floor(times.length / 2)] ?? null)}, max ${seconds(times.at(-1) ?? null)}.`,
  ];
};
