import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import pino from 'pino';
import type { LeaseTable } from '../../domain/capacity.ts';
import type { Decision, OpenGate } from '../../domain/gate.ts';
import type { GateName, JourneyOrder } from '../../domain/plan.ts';
import type { Verb } from '../../domain/verbs.ts';
import { agentWorkers, type Served } from '../../workers/agent.ts';
import { orchestratorWorker } from '../../workers/orchestrator.ts';
import { capacity } from '../../workflows/capacity.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { command, decide, type MigrationView, view } from '../../workflows/messages.ts';
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
  /** Starts the journey of `src-1`, and the lease table of its programme where that does not run. */
  readonly start: (
    id: string,
    options?: { order?: Partial<JourneyOrder>; limits?: Partial<LeaseTable['limits']> },
  ) => Promise<Handle>;
  readonly leases: (programme?: string) => Promise<LeaseTable>;
}

const ROOMY: LeaseTable['limits'] = { stagingBytes: 2 ** 42, stagingSeats: 10 };

export const scriptedRun = (): ScriptedRun => {
  const records = mkdtempSync(join(tmpdir(), 'tranship-records-'));
  const log = pino({ level: 'silent' });
  const products = scriptedProducts();
  const started: { handle: Handle; programme: string }[] = [];
  let env: TestServer;
  let workers: Worker[];
  let running: Promise<unknown>;

  beforeAll(async () => {
    env = await testServer();
    const options = { connection: env.connection, namespace: 'test', noProgressMs: 5_000, log };
    const serve = products.serve as unknown as Record<string, Served>;
    workers = [
      await orchestratorWorker({ ...options, records }),
      ...(await agentWorkers({ ...options, concurrency: 4, serve })),
    ];
    running = Promise.all(workers.map((worker) => worker.run()));
  });
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await env.stop();
  });
  beforeEach(() => products.reset());
  afterEach(async () => {
    const ids = started.splice(0).flatMap(({ handle, programme }) => [handle.workflowId, capacityId(programme)]);
    for (const id of new Set(ids))
      await env.client.workflow
        .getHandle(id)
        .terminate()
        .catch(() => undefined);
  });

  return {
    get env() {
      return env;
    },
    products,
    records,
    start: async (id, { order: change = {}, limits = {} } = {}) => {
      const order = scriptedOrder({ programme: id, ...change });
      await env.client.workflow.start(capacity, {
        workflowId: capacityId(order.programme),
        taskQueue: 'orchestrator',
        args: [{ limits: { ...ROOMY, ...limits }, held: [], waiting: [] }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      const handle = await env.client.workflow.start<typeof migration>('migration', {
        workflowId: `vm/${id}`,
        taskQueue: 'orchestrator',
        args: [order],
      });
      started.push({ handle, programme: order.programme });
      return handle;
    },
    leases: (programme = started.at(-1)?.programme ?? '') =>
      env.client.workflow.getHandle(capacityId(programme)).query(leases),
  };
};

/** Waits until the view of a journey is as wanted. */
export const seen = (handle: Handle, what: string, wanted: (now: MigrationView) => boolean): Promise<MigrationView> =>
  eventually(async () => {
    const now = await handle.query(view);
    return wanted(now) && now;
  }, what).catch(async (error: unknown) => {
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

const answer = async (handle: Handle, name: GateName, decision: Decision['decision']): Promise<void> => {
  await handle.executeUpdate(decide, { args: [answerTo(await openGate(handle, name), decision)] });
};

export const approve = (handle: Handle, name: GateName): Promise<void> => answer(handle, name, 'approve');
export const reject = (handle: Handle, name: GateName): Promise<void> => answer(handle, name, 'reject');

export const say = (handle: Handle, verb: Verb): Promise<unknown> =>
  handle.executeUpdate(command, { args: [{ verb, by: 'ops' }] });

/** Waits until a verb has reached its driver. */
export const reached = (products: Products, call: string): Promise<unknown> =>
  eventually(() => products.calls.includes(call), `call ${call}`);
