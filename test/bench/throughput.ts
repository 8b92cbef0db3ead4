import type { Client, WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { JourneyOrder } from '../../domain/plan.ts';
import { capacity } from '../../workflows/capacity.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { scriptedOrder } from '../support/order.ts';
import type { BareStep, bare } from './bare.ts';
import { mean } from './figures.ts';
import type { House, Part } from './house.ts';
import { atWork } from './operators.ts';

const PROGRAMME = 'bench';
/** What the SDK calls the marker of a local activity that is done. */
const LOCAL_ACTIVITY = 'core_local_activity';

export interface Size {
  readonly journeys: number;
  /** Under way at once. */
  readonly inFlight: number;
}

/** One round of one kind. Everything but `perMinute` is a mean of one VM. */
export interface Round {
  readonly perMinute: number;
  readonly events: number;
  readonly bytes: number;
  readonly cpu: Readonly<Partial<Record<Part, number>>>;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** Room for all of them: nobody waits for another. */
export const openTable = (client: Client): Promise<unknown> =>
  client.workflow.start(capacity, {
    workflowId: capacityId(PROGRAMME),
    taskQueue: 'orchestrator',
    args: [{ limits: { stagingBytes: 2 ** 62, stagingSeats: 1e9 }, held: [], waiting: [] }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });

/** The whole main path of one VM, started as `tranship start` does; no polls, and a hold of a millisecond. */
export const startJourney = (
  client: Client,
  id: string,
  change: Partial<JourneyOrder> = {},
): Promise<WorkflowHandle<typeof migration>> => {
  const order = scriptedOrder({ programme: PROGRAMME, name: id, source: { id, name: id }, ...change });
  return client.workflow.start<typeof migration>('migration', {
    workflowId: `vm/${PROGRAMME}/a/${id}`,
    taskQueue: 'orchestrator',
    args: [{ ...order, policies: { ...order.policies, holdMs: 1 } }],
    workflowTaskTimeout: '5s',
    staticSummary: `${id}: ahv → hyper-v → azure-local`,
    typedSearchAttributes: [
      { key: keyword('Programme'), value: PROGRAMME },
      { key: keyword('Batch'), value: 'b1' },
      { key: keyword('Phase'), value: 'Planned' },
      { key: defineSearchAttributeKey('Hop', SearchAttributeType.INT), value: 1 },
      { key: keyword('Path'), value: 'main' },
      { key: keyword('Owner'), value: 'owner@example.org' },
    ],
  });
};

const startBare = (client: Client, id: string, steps: readonly BareStep[]): Promise<WorkflowHandle<typeof bare>> =>
  client.workflow.start<typeof bare>('bare', {
    workflowId: `bare/${id}`,
    taskQueue: 'bare',
    args: [steps, scriptedOrder().policies],
    workflowTaskTimeout: '5s',
  });

/** A run and the children that are part of it. */
const familyOf = async (client: Client, id: string): Promise<readonly WorkflowHandle[]> => {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const children = (events ?? []).flatMap(
    (event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? [],
  );
  return [id, ...children].map((each) => client.workflow.getHandle(each));
};

type Payloads = { readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null } | null | undefined;

const bytesOf = (held: Payloads): number =>
  (held?.payloads ?? []).reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);

/** The activities of a finished journey, its preflight's included, in the order in which they were scheduled; local ones when they were done. */
export const stepsOf = async (client: Client, id: string): Promise<readonly BareStep[]> => {
  const histories = await Promise.all((await familyOf(client, id)).map((each) => each.fetchHistory()));
  return histories.flatMap(({ events }) => {
    const answers = new Map(
      (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) =>
        done ? [[String(done.scheduledEventId), bytesOf(done.result)] as const] : [],
      ),
    );
    return (events ?? []).flatMap(
      ({ eventId, activityTaskScheduledEventAttributes: due, markerRecordedEventAttributes: marker }): BareStep[] => {
        if (marker?.markerName === LOCAL_ACTIVITY)
          return [{ queue: null, order: 0, answer: bytesOf(marker.details?.result) }];
        if (!due?.taskQueue?.name) return [];
        return [{ queue: due.taskQueue.name, order: bytesOf(due.input), answer: answers.get(String(eventId)) ?? 0 }];
      },
    );
  });
};

const weigh = async (client: Client, ids: readonly string[]): Promise<{ events: number; bytes: number }> => {
  const runs = await Promise.all(
    ids.map(async (id) => {
      const seen = await Promise.all((await familyOf(client, id)).map((each) => each.describe()));
      return {
        events: seen.reduce((sum, { historyLength }) => sum + historyLength, 0),
        bytes: seen.reduce((sum, { historySize }) => sum + (historySize ?? 0), 0),
      };
    }),
  );
  return { events: mean(runs.map(({ events }) => events)), bytes: mean(runs.map(({ bytes }) => bytes)) };
};

/** Runs so many, so many at once; resolves with their ids when the last has ended. */
const flow = async (
  size: Size,
  name: string,
  start: (id: string) => Promise<WorkflowHandle>,
): Promise<readonly string[]> => {
  const ids: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < size.journeys) {
      next += 1;
      const handle = await start(`${name}-${next}`);
      ids.push(handle.workflowId);
      await handle.result();
    }
  };
  await Promise.all(Array.from({ length: size.inFlight }, lane));
  return ids;
};

const timed = async (house: House, size: Size, run: () => Promise<readonly string[]>): Promise<Round> => {
  const before = house.cpu();
  const began = performance.now();
  const ids = await run();
  const minutes = (performance.now() - began) / 60_000;
  const after = house.cpu();
  const parts = Object.keys(after) as Part[];
  return {
    perMinute: size.journeys / minutes,
    ...(await weigh(house.client, ids.slice(0, 5))),
    cpu: Object.fromEntries(parts.map((part) => [part, ((after[part] ?? 0) - (before[part] ?? 0)) / size.journeys])),
  };
};

export const roundOfJourneys = (house: House, size: Size, name: string): Promise<Round> =>
  timed(house, size, async () => {
    const operators = atWork(house.client);
    const ids = await flow(size, name, (id) => startJourney(house.client, id));
    await operators.stop();
    return ids;
  });

export const roundOfBare = (house: House, size: Size, name: string, steps: readonly BareStep[]): Promise<Round> =>
  timed(house, size, () => flow(size, name, (id) => startBare(house.client, id, steps)));
