import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import pino from 'pino';
import { mishap } from '../../activities/contracts/mishap.ts';
import type { GateName } from '../../domain/plan.ts';
import { agentWorkers, type Served } from '../../workers/agent.ts';
import { orchestratorWorker } from '../../workers/orchestrator.ts';
import { capacity } from '../../workflows/capacity.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import { command, decide, view } from '../../workflows/messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { scriptedOrder } from '../support/order.ts';
import { type Products, scriptedProducts } from '../support/scripted-products.ts';
import { eventually, type TestServer, testServer } from '../support/server.ts';

let env: TestServer;
let products: Products;
let workers: Worker[];
let running: Promise<unknown>;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  env = await testServer();
  products = scriptedProducts();
  const options = { connection: env.connection, namespace: 'test', noProgressMs: 5_000, log };
  workers = [
    await orchestratorWorker({ ...options, records: mkdtempSync(join(tmpdir(), 'tranship-records-')) }),
    ...(await agentWorkers({ ...options, concurrency: 4, serve: products.serve as unknown as Record<string, Served> })),
  ];
  running = Promise.all(workers.map((worker) => worker.run()));
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await env.stop();
});

beforeEach(() => {
  products.calls.length = 0;
  products.vms.clear();
  products.vms.set('src-1', { power: 'on', connected: true });
  products.fail = () => undefined;
});

type Handle = WorkflowHandle<typeof migration>;

const start = async (id: string): Promise<Handle> => {
  const order = scriptedOrder();
  await env.client.workflow.start(capacity, {
    workflowId: capacityId(order.programme),
    taskQueue: 'orchestrator',
    args: [{ limits: { stagingBytes: 2 ** 42, stagingSeats: 10 }, held: [], waiting: [] }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return env.client.workflow.start<typeof migration>('migration', {
    workflowId: id,
    taskQueue: 'orchestrator',
    args: [order],
  });
};

const openGate = async (handle: Handle, name: GateName) =>
  eventually(async () => {
    const now = await handle.query(view);
    return now.gate?.name === name ? now.gate : undefined;
  }, `gate ${name}`);

const approve = async (handle: Handle, name: GateName): Promise<void> => {
  const gate = await openGate(handle, name);
  await handle.executeUpdate(decide, {
    args: [
      {
        gate: gate.name,
        hop: gate.hop,
        round: gate.round,
        fingerprint: gate.fingerprint,
        decision: 'approve',
        by: 'ops',
      },
    ],
  });
};

const parked = (handle: Handle, stepName: string) =>
  eventually(async () => {
    const now = await handle.query(view);
    return now.parked?.step === stepName ? now : undefined;
  }, `parked at ${stepName}`);

test('a VM travels both hops, is held and decommissioned, within 300 history events', async () => {
  const handle = await start('journey');
  for (const name of ['cutover', 'go', 'cutover', 'signOff', 'decommission'] as const) await approve(handle, name);
  const end = await handle.result();
  expect(end.phase).toBe('Decommissioned');
  expect([...products.vms.keys()]).toEqual(['target-1']);
  const { historyLength, historySize } = await handle.describe();
  process.stdout.write(`two-hop journey: ${historyLength} events, ${historySize} bytes\n`);
  if (process.env.SHOW_EVENTS) {
    const h = await handle.fetchHistory();
    const n: Record<string, number> = {};
    for (const e of h.events ?? []) {
      const k = String(e.eventType);
      n[k] = (n[k] ?? 0) + 1;
    }
    console.log(
      n,
      (h.events ?? [])
        .map(
          (e) =>
            e.activityTaskScheduledEventAttributes?.activityType?.name ??
            (e.eventType === 5 || String(e.eventType).includes('WORKFLOW_TASK_SCHEDULED') ? 'wt' : ''),
        )
        .filter(Boolean)
        .join(' '),
    );
  }
  expect(historyLength).toBeLessThanOrEqual(300);
});

test('a failed step parks with its reason and goes on when a person says retry', async () => {
  products.fail = (call) => {
    if (call === 'hyper-v reshape') throw mishap.vendor('The host is out of memory.');
  };
  const handle = await start('parks');
  await approve(handle, 'cutover');
  const stuck = await parked(handle, 'reshape');
  expect(stuck.parked?.mishap.message).toBe('The host is out of memory.');
  expect(stuck.legal).toEqual(['retry', 'rollBack', 'pause']);
  products.fail = () => undefined;
  await handle.executeUpdate(command, { args: [{ verb: 'retry', by: 'ops' }] });
  await openGate(handle, 'go');
  await handle.terminate();
});

test('a rollback after the mount takes the mount away before the source starts again', async () => {
  products.fail = (call) => {
    if (call === 'hyper-v reshape') throw mishap.vendor('no');
  };
  const handle = await start('rolls-back');
  await approve(handle, 'cutover');
  await parked(handle, 'reshape');
  products.calls.length = 0;
  await handle.executeUpdate(command, { args: [{ verb: 'rollBack', by: 'ops' }] });
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual({ power: 'on', connected: true });
  expect(products.calls.indexOf('veeam abandon')).toBeLessThan(products.calls.indexOf('ahv powerOn'));
});
