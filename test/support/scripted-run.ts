import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import pino from 'pino';
import type { LeaseTable, Rules } from '../../domain/capacity.ts';
import type { Decision, OpenGate } from '../../domain/gate.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import type { Verb } from '../../domain/verbs.ts';
import { agentWorkers, type Served } from '../../workers/agent.ts';
import { orchestratorWorker } from '../../workers/orchestrator.ts';
import { unpolled } from '../../workers/pollers.ts';
import { capacity } from '../../workflows/capacity.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { type Command, command, decide, type MigrationView, view } from '../../workflows/messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { scriptedOrder } from './order.ts';
import { type Products, scriptedProducts } from './scripted-products.ts';
import { eventually, type TestServer, testServer } from './server.ts';

export type Handle = WorkflowHandle<typeof migration>;

/** A real server and real workers over scripted products, for one test file. Everything started in a test ends with it. */
export interface ScriptedRun {
  readonly env: TestServer;
  readonly products: Products;
  /** Where the records of finished journeys are written. */
  readonly records: string;
  /** Starts the lease table of a programme where it does not run. */
  readonly house: (programme: string, rules?: Partial<Rules>) => Promise<void>;
  /** Starts the journey of `src-1` as `vm/<id>` in a programme of its own named so, with a roomy lease table. */
  readonly start: (id: string, change?: Partial<JourneyOrder>) => Promise<Handle>;
  readonly leases: (programme: string) => Promise<LeaseTable>;
  /** What is sent meanwhile reaches the workflows in one activation. */
  readonly atOnce: (send: () => Promise<unknown>) => Promise<void>;
}

const ROOMY: LeaseTable['limits'] = { stagingBytes: 2 ** 42, stagingSeats: 10 };

interface Working {
  readonly stop: () => Promise<void>;
}

const working = (worker: Worker): Working => {
  const running = worker.run();
  return {
    stop: () => {
      worker.shutdown();
      return running;
    },
  };
};

/** `others` serve in place of the scripted products of one VM. */
export const scriptedRun = (others?: Readonly<Record<string, Served>>): ScriptedRun => {
  const records = mkdtempSync(join(tmpdir(), 'tranship-records-'));
  const products = scriptedProducts();
  const started = new Set<string>();
  let env: TestServer;
  let orchestrator: Working;
  let agents: readonly Working[];

  const options = () => ({
    connection: env.connection,
    namespace: 'test',
    noProgressMs: 5_000,
    log: pino({ level: 'silent' }),
  });
  const orchestrate = async (): Promise<Working> => working(await orchestratorWorker({ ...options(), records }));

  beforeAll(async () => {
    env = await testServer();
    const serve = others ?? (products.serve as unknown as Record<string, Served>);
    orchestrator = await orchestrate();
    agents = (await agentWorkers({ ...options(), concurrency: 4, serve })).map(working);
    // What asks whether an agent serves a queue must not ask before it has polled.
    await eventually(
      async () => (await unpolled(env.client.connection, 'test', Object.keys(serve))).length === 0,
      'every queue polled',
    );
  });
  afterAll(async () => {
    await Promise.all([orchestrator, ...agents].map(({ stop }) => stop()));
    await env.stop();
  });
  beforeEach(() => products.reset());
  afterEach(async () => {
    for (const id of started)
      await env.client.workflow
        .getHandle(id)
        .terminate()
        .catch(() => undefined);
    started.clear();
  });

  const house: ScriptedRun['house'] = async (programme, { reconcileMs, ...limits } = {}) => {
    const workflowId = capacityId(programme);
    started.add(workflowId);
    await env.client.workflow.start(capacity, {
      workflowId,
      taskQueue: 'orchestrator',
      args: [
        {
          limits: { ...ROOMY, ...limits },
          held: [],
          waiting: [],
          ...(reconcileMs === undefined ? {} : { reconcileMs }),
        },
      ],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  };

  return {
    get env() {
      return env;
    },
    products,
    records,
    house,
    start: async (id, change = {}) => {
      const workflowId = `vm/${id}`;
      started.add(workflowId);
      await house(id);
      return env.client.workflow.start<typeof migration>('migration', {
        workflowId,
        taskQueue: 'orchestrator',
        args: [scriptedOrder({ programme: id, ...change })],
      });
    },
    leases: (programme) => env.client.workflow.getHandle(capacityId(programme)).query(leases),
    atOnce: async (send) => {
      await orchestrator.stop();
      try {
        await send();
      } finally {
        orchestrator = await orchestrate();
      }
    },
  };
};

/** Waits until the view of a journey is as wanted. */
export const seen = (
  handle: Handle,
  what: string,
  wanted: (now: MigrationView) => boolean,
  withinMs?: number,
): Promise<MigrationView> =>
  eventually(
    async () => {
      const now = await handle.query(view);
      return wanted(now) && now;
    },
    what,
    withinMs,
  ).catch(async (error: unknown) => {
    const now = await handle.query(view);
    throw new Error(
      `${String(error)}; it is ${now.phase}, ${now.step}, ${now.waitingFor}, ${now.parked?.mishap.message}`,
    );
  });

export const openGate = async (handle: Handle, name: GateName): Promise<OpenGate> => {
  const { gate } = await seen(handle, `gate ${name}`, (now) => now.gate?.name === name);
  if (!gate) throw new Error(`gate ${name} closed`);
  return gate;
};

export const parkedAt = (handle: Handle, step: string): Promise<MigrationView> =>
  seen(handle, `parked at ${step}`, ({ parked }) => parked?.step === step);

export const answerTo = (gate: OpenGate, decision: Decision['decision']): Decision => ({
  gate: gate.name,
  hop: gate.hop,
  round: gate.round,
  fingerprint: gate.fingerprint,
  decision,
  by: 'ops',
});

/** Sends a decision as it is, whether it fits or not. */
export const tell = (handle: Handle, decision: Decision): Promise<unknown> =>
  handle.executeUpdate(decide, { args: [decision] });

/** Why an update was refused. */
export const refusal = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'taken',
    (error: { cause?: Error }) => error.cause?.message ?? String(error),
  );

const answer = async (handle: Handle, name: GateName, decision: Decision['decision']): Promise<void> => {
  await handle.executeUpdate(decide, { args: [answerTo(await openGate(handle, name), decision)] });
};

export const approve = (handle: Handle, name: GateName): Promise<void> => answer(handle, name, 'approve');
export const reject = (handle: Handle, name: GateName): Promise<void> => answer(handle, name, 'reject');

/** Says a verb; `words` are what goes with it. */
export const say = (handle: Handle, verb: Verb, words: Partial<Command> = {}): Promise<unknown> =>
  handle.executeUpdate(command, {
    args: [{ verb, by: 'ops', ...(verb === 'skip' ? { comment: 'as planned' } : {}), ...words }],
  });

/** Waits until one activity alone is under way: what was begun beside it has ended. */
export const oneUnderWay = (handle: Handle): Promise<unknown> =>
  eventually(async () => (await handle.describe()).raw.pendingActivities?.length === 1, 'one activity alone');

/** Opens the gates up to the cut-over of hop 2. */
export const toHopTwo = async (handle: Handle): Promise<void> => {
  for (const name of ['cutover', 'go', 'cutover'] as const) await approve(handle, name);
};

/** Waits until a verb has reached its driver. */
export const reached = (products: Products, call: string): Promise<unknown> =>
  eventually(() => products.calls.includes(call), `call ${call}`);

/** A VM that is back in service. */
export const SERVES = { power: 'on', connected: true, autostart: true };
