import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../../client/cli/views.ts';
import { mean, median } from './figures.ts';
import { openHouse, type Part } from './house.ts';
import { openTable, queuesOf, type Round, roundOfBare, roundOfJourneys } from './throughput.ts';

const USAGE = `npm run bench [-- --journeys 40 --in-flight 16 --rounds 5]
npm run bench -- --parked 200`;

/** Journeys a minute against those of a bare workflow with the same number of activities. */
const LEAST_RATIO = 0.7;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const load = (): string => `load ${loadavg()[0]?.toFixed(1)}`;

const PARTS: readonly Part[] = ['server', 'orchestrator', 'bare', 'agents', 'operators'];

const rowOf = (name: string, rounds: readonly Round[]): string[] => [
  name,
  median(rounds.map(({ perMinute }) => perMinute)).toFixed(0),
  mean(rounds.map(({ events }) => events)).toFixed(0),
  `${(mean(rounds.map(({ bytes }) => bytes)) / 1024).toFixed(0)} KiB`,
  ...PARTS.map((part) => mean(rounds.map(({ cpu }) => cpu[part] ?? 0)).toFixed(3)),
];

const throughput = async (size: { journeys: number; inFlight: number; rounds: number }): Promise<number> => {
  say(`before: ${load()}`);
  const house = await openHouse(['orchestrator', 'bare', 'agents']);
  try {
    await openTable(house.client);
    await roundOfJourneys(house, { journeys: 2, inFlight: 2 }, 'warm');
    const queues = await queuesOf(house.client, 'vm/bench/a/warm-1');
    await roundOfBare(house, { journeys: 2, inFlight: 2 }, 'warm', queues);
    const [journeys, bares]: [Round[], Round[]] = [[], []];
    for (let round = 1; round <= size.rounds; round += 1) {
      const [journey, bare] = [
        await roundOfJourneys(house, size, `r${round}`),
        await roundOfBare(house, size, `r${round}`, queues),
      ];
      journeys.push(journey);
      bares.push(bare);
      say(`round ${round}: ${journey.perMinute.toFixed(0)} journeys, ${bare.perMinute.toFixed(0)} bare a minute, ${load()}`);
    }
    const heads = PARTS.map((part) => `${part.toUpperCase()} CPU-S`);
    say(
      table(
        ['ONE VM', 'A MINUTE', 'EVENTS', 'HISTORY', ...heads],
        [rowOf('journey', journeys), rowOf('bare', bares)],
      ),
    );
    const ratio = median(journeys.map((j) => j.perMinute)) / median(bares.map((b) => b.perMinute));
    const met = ratio >= LEAST_RATIO;
    say(`${met ? '✓' : '✗'} ratio ${ratio.toFixed(2)}, at least ${LEAST_RATIO} wanted; ${queues.length} activities each`);
    return met ? 0 : 1;
  } finally {
    await house.stop();
  }
};

const { values } = parseArgs({
  options: {
    journeys: { type: 'string', default: '40' },
    'in-flight': { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    parked: { type: 'string' },
  },
});

void USAGE;
process.exitCode = await throughput({
  journeys: Number(values.journeys),
  inFlight: Number(values['in-flight']),
  rounds: Number(values.rounds),
});
