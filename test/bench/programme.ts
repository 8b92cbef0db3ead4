import { startProgramme, viewProgramme } from '../../client/programme.ts';
import { type LeaseTable, limitOf, type Resource, used } from '../../domain/capacity.ts';
import { isInFlight } from '../../domain/programme.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import type { Began, House, Part } from './house.ts';
import { lowerBound, type Route } from './lower-bound.ts';
import { atWork } from './operators.ts';

export const OF_BATCH = 10;
export const IN_FLIGHT = 2;
/** Full copy of the second hop, s. */
export const SECOND_COPY = 2;
export const SEATS = { staging: 20, stagingBytes: 20 * 10 * 2 ** 30, moverOperations: 4, cutovers: 5 } as const;

const PROGRAMME = 'bench-programme';
const SAMPLE_MS = 1_000;

export interface ProgrammeRound {
  readonly seconds: number;
  readonly bound: { readonly ms: number; readonly by: string };
  readonly finished: number;
  readonly inFlight: { readonly agents: number; readonly programme: number };
  readonly copies: readonly { readonly mover: string; readonly most: number }[];
  readonly held: readonly { readonly resource: string; readonly most: number; readonly limit: number }[];
  readonly longest: { readonly id: string; readonly events: number };
  readonly runs: number;
  /** Samples of lease table and programme that got no answer. */
  readonly missed: number;
  readonly cpu: Readonly<Partial<Record<Part, number>>>;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** How many of these overlap at most. */
const mostAtOnce = (spans: readonly Span[]): number => {
  const edges = spans.flatMap(({ from, to }) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  let now = 0;
  return edges
    .sort((a, b) => a.at - b.at || a.step - b.step)
    .reduce((most, { step }) => {
      now += step;
      return Math.max(most, now);
    }, 0);
};

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

/** The longest history of any run there was, and how many VMs came to their end. */
const weigh = async ({ client }: House): Promise<Pick<ProgrammeRound, 'longest' | 'finished' | 'runs'>> => {
  let longest = { id: '', events: 0 };
  let finished = 0;
  let runs = 0;
  for await (const { workflowId, runId, type, searchAttributes } of client.workflow.list()) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    if (historyLength > longest.events) longest = { id: workflowId, events: historyLength };
    if (type === 'migration' && searchAttributes.Phase?.[0] === 'Decommissioned') finished += 1;
    runs += 1;
  }
  return { longest, finished, runs };
};

/** A programme from its start until all its batches are over; people open every gate as it comes. */
export const roundOfProgramme = async (
  house: House,
  vms: number,
  copySeconds: number,
  say: (line: string) => void,
): Promise<ProgrammeRound> => {
  const count = Math.ceil(vms / OF_BATCH);
  const batchOf = (n: number): string => `wave-${String(n + 1).padStart(2, '0')}`;
  const names = Array.from({ length: vms }, (_, n) => `vm-${n + 1}`);
  const batches = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [batchOf(n), { all: names.slice(n * OF_BATCH, (n + 1) * OF_BATCH) }]),
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

  const most = new Map<Resource, number>();
  let flying = 0;
  let over = false;
  let table: LeaseTable | null = null;
  let missed = 0;
  let told = 0;
  const sampleOnce = async (): Promise<void> => {
    table = await house.client.workflow.getHandle(capacityId(PROGRAMME)).query(leases);
    for (const resource of RESOURCES) most.set(resource, Math.max(most.get(resource) ?? 0, used(table, resource)));
    const view = await viewProgramme(handle);
    flying = Math.max(flying, view.turns.filter(isInFlight).length);
    const ended = view.turns.filter(({ status }) => status === 'over').length;
    if (ended > told) say(`  ${((performance.now() - began) / 1_000).toFixed(0)} s: ${ended} of ${count} batches over`);
    told = ended;
  };
  const sample = async (): Promise<void> => {
    while (!over) {
      // On a machine that is busy with other things a question may go unanswered: that is told, and is no fault of the programme.
      await sampleOnce().catch(() => {
        missed += 1;
      });
      await new Promise((again) => setTimeout(again, SAMPLE_MS));
    }
  };
  const sampling = sample();
  await handle.result();
  const seconds = (performance.now() - began) / 1_000;
  over = true;
  await Promise.all([sampling, operators.stop()]);
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
  const last = table as LeaseTable | null;
  return {
    seconds,
    bound,
    missed,
    ...(await weigh(house)),
    inFlight: { agents: mostAtOnce(flights), programme: flying },
    copies: MOVERS.map((mover) => ({ mover, most: copiesAt(heard, mover) })),
    held: RESOURCES.map((resource) => ({
      ...{ resource, most: most.get(resource) ?? 0 },
      limit: last ? limitOf(last, resource) : 0,
    })),
    cpu: Object.fromEntries(
      Object.keys(after).map((part) => [part, (after[part as Part] ?? 0) - (before[part as Part] ?? 0)]),
    ),
  };
};
