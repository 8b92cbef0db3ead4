import { startProgramme } from '../../client/programme.ts';
import type { Resource } from '../../domain/capacity.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import type { Began, House, Part } from './house.ts';
import { lowerBound, type Route } from './lower-bound.ts';
import { atWork } from './operators.ts';
import { mostAtOnce, type Span } from './spans.ts';
import { type Watched, type Weight, watchProgramme, weigh } from './watching.ts';

export const OF_BATCH = 10;
export const IN_FLIGHT = 2;
/** Full copy of the second hop, s. */
export const SECOND_COPY = 2;
export const SEATS = { staging: 20, stagingBytes: 20 * 10 * 2 ** 30, moverOperations: 4, cutovers: 5 } as const;

const PROGRAMME = 'bench-programme';
export interface ProgrammeRound extends Weight, Pick<Watched, 'held' | 'missed'> {
  readonly seconds: number;
  readonly bound: { readonly ms: number; readonly by: string };
  /** Batches, by what reached the products and by what the programme says. */
  readonly inFlight: { readonly products: number; readonly programme: number };
  readonly copies: readonly { readonly mover: string; readonly most: number; readonly limit: number }[];
  readonly cpu: Readonly<Record<string, number>>;
}

export const batchName = (n: number): string => `wave-${String(n + 1).padStart(2, '0')}`;

/** One line whenever a batch is over. */
export const tellBatches =
  (began: number, count: number, say: (line: string) => void) =>
  (over: number): void =>
    say(`  ${((performance.now() - began) / 1_000).toFixed(0)} s: ${over} of ${count} batches over`);

/** From the first call of the one kind to the last of the other; for ever where that never came. */
const spanOf = (heard: readonly Began[], first: string, last: string): Span => ({
  from: Math.min(...heard.filter(({ call }) => call === first).map(({ at }) => at)),
  to: Math.max(...heard.filter(({ call }) => call === last).map(({ at }) => at)),
});

const MOVERS = ['veeam', 'azure-migrate'] as const;

/** What an agent held at once: each copy from its begin to its end. */
const copiesAt = (heard: readonly Began[], mover: string): number => {
  const call = `${mover} synchronise 0`;
  const mine = heard.filter((one) => one.call.startsWith(call));
  const spans = [...Map.groupBy(mine, ({ journey }) => journey).values()].map((of) => spanOf(of, call, `${call} ends`));
  return mostAtOnce(spans);
};

const RESOURCES: readonly Resource[] = [
  'stagingSeats',
  'stagingBytes',
  'cutovers',
  'moverOperations:veeam@v',
  'moverOperations:azure-migrate@m',
];

/** A programme from its start until all its batches are over; people open every gate as it comes. */
export const roundOfProgramme = async (
  house: House,
  vms: number,
  copySeconds: number,
  say: (line: string) => void,
): Promise<ProgrammeRound> => {
  const count = Math.ceil(vms / OF_BATCH);
  const names = Array.from({ length: vms }, (_, n) => `vm-${n + 1}`);
  const batches = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [batchName(n), { all: names.slice(n * OF_BATCH, (n + 1) * OF_BATCH) }]),
  );
  const plan = scriptedPlan(PROGRAMME, {
    batches,
    order: { inFlight: IN_FLIGHT },
    policies: { seats: SEATS, holdMs: 1, reconcileMs: 30_000, noProgressMs: 60_000, heartbeatMs: 10_000 },
  });
  const heard: Began[] = [];
  house.hear = (began) => heard.push(began);
  const before = house.cpu();
  const began = performance.now();
  const operators = atWork(house.client);
  const { handle } = await startProgramme(house.client, plan);

  const watching = watchProgramme(
    house.client,
    { programme: PROGRAMME, handle, resources: RESOURCES },
    tellBatches(began, count, say),
  );
  await handle.result();
  const seconds = (performance.now() - began) / 1_000;
  const [{ flying, held, missed }] = await Promise.all([watching.stop(), operators.stop()]);
  const after = house.cpu();

  const route: Route = [
    { ms: copySeconds * 1_000, resource: 'moverOperations:veeam@v' },
    { ms: SECOND_COPY * 1_000, resource: 'moverOperations:azure-migrate@m' },
  ];
  const capacity = Object.fromEntries(MOVERS.map((_, n) => [route[n]?.resource ?? '', SEATS.moverOperations]));
  const bound = lowerBound(
    Object.values(batches).map(({ all }) => all.map(() => route)),
    { capacity, inFlight: IN_FLIGHT },
  );
  const flights = Object.values(batches).map(({ all }) =>
    spanOf(
      heard.filter(({ journey }) => all.includes(journey)),
      'ahv preflight source',
      'hyper-v remove',
    ),
  );
  return {
    seconds,
    bound,
    missed,
    ...(await weigh(house.client)),
    inFlight: { products: mostAtOnce(flights), programme: flying },
    copies: MOVERS.map((mover) => ({ mover, most: copiesAt(heard, mover), limit: SEATS.moverOperations })),
    held,
    cpu: Object.fromEntries(
      Object.keys(after).map((part) => [part, (after[part as Part] ?? 0) - (before[part as Part] ?? 0)]),
    ),
  };
};
