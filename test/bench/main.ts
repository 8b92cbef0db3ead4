import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../../client/cli/print.ts';
import { quantileOf } from '../../domain/observed.ts';
import { roundOfApproving } from './approving.ts';
import { mean, median } from './figures.ts';
import { openHouse, type Part } from './house.ts';
import { roundOfLabProgramme } from './lab-programme.ts';
import { roundOfParked } from './parked.ts';
import { OF_BATCH, roundOfProgramme, SECOND_COPY } from './programme.ts';
import { programmeVerdicts, type Verdict } from './programme-verdicts.ts';
import { openTable, type Round, roundOfBare, roundOfJourneys, type Size, stepsOf } from './throughput.ts';

const USAGE = `npm run bench                        journeys a minute, against a bare workflow with as many activities
  -- --journeys 120 --in-flight 30 --rounds 5 --empty
npm run bench -- --parked 200        from a decision to the next activity, while so many wait
npm run bench -- --approve 1000      approving so many that wait, as \`tranship approve --all\` does
npm run bench -- --programme 300     so many VMs in batches of ten, two in flight: makespan against the lower bound
  -- --copy-seconds 9
npm run bench -- --lab-programme 300 the same on the lab, judged by the oracle
  -- --copy-seconds 24`;

const LEAST_RATIO = 0.7;
const LONGEST_MS = 150;
/** For a thousand. */
const LONGEST_APPROVING_MS = 30_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Processes that want a CPU, mean of the last minute, our own among them. */
const load = (): string => `load ${(loadavg()[0] ?? 0).toFixed(1)}`;

const verdict = (met: boolean, words: string): number => {
  say(`${met ? '✓' : '✗'} ${words}`);
  return met ? 0 : 1;
};

const worstOf = (verdicts: readonly Verdict[]): number =>
  Math.max(...verdicts.map(({ met, words }) => verdict(met, words)));

const PARTS: readonly Part[] = ['server', 'orchestrator', 'bare', 'agents', 'operators'];

const rowOf = (name: string, rounds: readonly Round[]): string[] => [
  name,
  median(rounds.map(({ perMinute }) => perMinute)).toFixed(0),
  mean(rounds.map(({ events }) => events)).toFixed(0),
  `${(mean(rounds.map(({ bytes }) => bytes)) / 1024).toFixed(0)} KiB`,
  ...PARTS.map((part) => mean(rounds.map(({ cpu }) => cpu[part] ?? 0)).toFixed(3)),
];

const throughput = async (size: Size, rounds: number, empty: boolean): Promise<number> => {
  say(`${size.journeys} a round, ${size.inFlight} at once; ${load()} before`);
  const house = await openHouse(['orchestrator', 'bare', 'agents']);
  try {
    await openTable(house.client);
    await roundOfJourneys(house, { journeys: 4, inFlight: 4 }, 'warm');
    const found = await stepsOf(house.client, 'vm/bench/a/warm-1');
    const steps = found.map((step) => (empty ? { ...step, order: 0, answer: 0 } : step));
    await roundOfBare(house, { journeys: 4, inFlight: 4 }, 'warm', steps);
    const journeys: Round[] = [];
    const bares: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const journey = await roundOfJourneys(house, size, `r${round}`);
      const bare = await roundOfBare(house, size, `r${round}`, steps);
      journeys.push(journey);
      bares.push(bare);
      say(
        `round ${round}: ${journey.perMinute.toFixed(0)} journeys, ${bare.perMinute.toFixed(0)} bare a minute; ${load()}`,
      );
    }
    const local = steps.filter(({ queue }) => queue === null).length;
    const heads = PARTS.map((part) => `${part.toUpperCase()} CPU-S`);
    const rows = [rowOf('journey', journeys), rowOf('bare', bares)];
    say(table(['ONE VM', 'A MINUTE', 'EVENTS', 'HISTORY', ...heads], rows));
    say(
      `Both run ${steps.length - local} activities on the same queues, agents and server, with orders and answers ${empty ? 'that are empty in the bare one' : 'of the same size'}, and ${local} local ones. The bare one has no gates, updates, queries, leases, attributes, child runs or record.`,
    );
    const ratio = median(journeys.map((each) => each.perMinute)) / median(bares.map((each) => each.perMinute));
    return verdict(
      ratio >= LEAST_RATIO,
      `journeys run at ${ratio.toFixed(2)} of the bare ones, medians of ${rounds}; at least ${LEAST_RATIO} is asked`,
    );
  } finally {
    await house.stop();
  }
};

const parked = async (count: number): Promise<number> => {
  say(`${count} migrations wait, every other one parked; ${load()} before`);
  const house = await openHouse(['orchestrator', 'telling']);
  try {
    await openTable(house.client);
    const reactions = await roundOfParked(house, count);
    const row = (name: string, figures: readonly number[]): string[] => [
      name,
      ...[0.5, 0.95, 1].map((part) => quantileOf(figures, part).toFixed(0)),
    ];
    const toActivity = reactions.map((each) => each.toActivity);
    const rows = [
      row(
        'the answer to the update',
        reactions.map((each) => each.toAnswer),
      ),
      row('the next activity began', toActivity),
    ];
    say(table(['FROM A DECISION, MS, TO', 'P50', 'P95', 'MAX'], rows));
    const p95 = quantileOf(toActivity, 0.95);
    return verdict(p95 <= LONGEST_MS, `p95 ${p95.toFixed(0)} ms; at most ${LONGEST_MS} is asked; ${load()} after`);
  } finally {
    await house.stop();
  }
};

const programme = async (vms: number, copySeconds: number): Promise<number> => {
  process.env.BENCH_FIRST_COPY = String(copySeconds);
  process.env.BENCH_SECOND_COPY = String(SECOND_COPY);
  say(
    `${vms} VMs in batches of ${OF_BATCH}, a full copy takes ${copySeconds} s and then ${SECOND_COPY} s; ${load()} before`,
  );
  const house = await openHouse(['orchestrator', 'paced']);
  try {
    return worstOf(programmeVerdicts(await roundOfProgramme(house, vms, copySeconds, say), vms, say));
  } finally {
    await house.stop();
  }
};

const labProgramme = async (vms: number, copySeconds: number): Promise<number> => {
  say(`${vms} VMs of the lab in batches of ${OF_BATCH}, a full copy takes ${copySeconds} s; ${load()} before`);
  const ran = await roundOfLabProgramme(vms, copySeconds, say);
  for (const charge of ran.charges) say(`  ${charge}`);
  return worstOf([
    // The one that went first is there, too.
    ...programmeVerdicts({ ...ran, finished: ran.finished - 1 }, vms, say),
    { met: ran.charges.length === 0, words: `${ran.charges.length} charges by the oracle` },
  ]);
};

const approving = async (count: number): Promise<number> => {
  say(`${count} migrations go to their cut-over gate; ${load()} before`);
  const house = await openHouse(['orchestrator', 'agents']);
  try {
    await openTable(house.client);
    const { waiting, looked, answered, refused } = await roundOfApproving(house, count, (line) =>
      say(`${line}; ${load()}`),
    );
    say(
      table(
        ['OF', 'LOOKED, S', 'ANSWERED, S', 'REFUSED'],
        [[`${waiting}`, (looked / 1_000).toFixed(1), (answered / 1_000).toFixed(1), `${refused.length}`]],
      ),
    );
    for (const why of new Set(refused)) say(`  ${why}`);
    const most = LONGEST_APPROVING_MS * Math.min(1, count / 1_000);
    const met = looked + answered <= most && waiting === count && refused.length === 0;
    return verdict(
      met,
      `${((looked + answered) / 1_000).toFixed(1)} s in all; at most ${(most / 1_000).toFixed(1)} s is asked for ${count}; ${load()} after`,
    );
  } finally {
    await house.stop();
  }
};

const count = (name: string, text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name}  ${text} is no number of one or more\n${USAGE}`);
  return number;
};

const run = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      journeys: { type: 'string', default: '120' },
      'in-flight': { type: 'string', default: '30' },
      rounds: { type: 'string', default: '5' },
      empty: { type: 'boolean', default: false },
      parked: { type: 'string' },
      approve: { type: 'string' },
      programme: { type: 'string' },
      'copy-seconds': { type: 'string' },
      'lab-programme': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.approve !== undefined) return approving(count('approve', values.approve));
  if (values.parked !== undefined) return parked(count('parked', values.parked));
  const copySeconds = (usual: string): number => count('copy-seconds', values['copy-seconds'] ?? usual);
  if (values.programme !== undefined) return programme(count('programme', values.programme), copySeconds('9'));
  const inLab = values['lab-programme'];
  if (inLab !== undefined) return labProgramme(count('lab-programme', inLab), copySeconds('24'));
  const size = { journeys: count('journeys', values.journeys), inFlight: count('in-flight', values['in-flight']) };
  return throughput(size, count('rounds', values.rounds), values.empty);
};

process.exitCode = await run().catch((error: unknown) => {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  return 2;
});
