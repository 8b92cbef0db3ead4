import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { mishap } from '../../activities/contracts/mishap.ts';
import { agentWorkers } from '../../workers/agent.ts';
import { SHORT_TRACES } from '../../workers/bundle.ts';
import { orchestratorWorker } from '../../workers/orchestrator.ts';
import { manyVms, nothing, STUCK } from './many-vms.ts';

/**
 * One process of the bench, started by `house.ts`: `process.ts <role> <address> <namespace>`. Of the two kinds of agents `telling` says
 * when each verb reached it, which takes time of its own.
 */
export type Role = 'orchestrator' | 'bare' | 'agents' | 'telling' | 'paced';

/** What a process of the bench says to the one that started it. `at` is milliseconds of the machine's monotonic clock. */
export type Word = { readonly ready: true } | { readonly journey: string; readonly call: string; readonly at: number };

const [role, address, namespace = 'default'] = process.argv.slice(2);

const say = (word: Word): void => {
  process.send?.(word);
};

const WORKERS: Readonly<Record<Role, (connection: NativeConnection) => Promise<readonly Worker[]>>> = {
  orchestrator: async (connection) => [await orchestratorWorker({ ...common(connection), records: records() })],
  // As the orchestrator's worker, with another bundle on another queue.
  bare: async (connection) => [
    await Worker.create({
      connection,
      namespace,
      taskQueue: 'bare',
      workflowsPath: resolve(import.meta.dirname, 'bare.ts'),
      bundlerOptions: { preloadModules: [SHORT_TRACES] },
      activities: { nothing },
      maxConcurrentWorkflowTaskExecutions: 400,
      stickyQueueScheduleToStartTimeout: '3s',
      shutdownGraceTime: '5s',
    }),
  ],
  agents: (connection) => agentWorkers({ ...common(connection), concurrency: 8, serve: manyVms(() => undefined) }),
  // Copies take as long as the environment says; what begins and ends is told, and nothing else.
  paced: (connection) =>
    agentWorkers({
      ...common(connection),
      concurrency: 16,
      serve: manyVms(async (journey, call) => {
        const seconds = COPIES[call];
        if (seconds === undefined && !TOLD.includes(call)) return;
        tellNow(journey, call);
        if (seconds === undefined) return;
        await new Promise((done) => setTimeout(done, Number(process.env[seconds]) * 1_000));
        tellNow(journey, `${call} ends`);
      }),
    }),
  telling: (connection) =>
    agentWorkers({
      ...common(connection),
      concurrency: 8,
      serve: manyVms((journey, call) => {
        say({ journey, call, at: Number(process.hrtime.bigint()) / 1e6 });
        if (journey.startsWith(STUCK) && call === 'veeam synchronise 0')
          throw mishap.vendor('The repository is full.', { fix: 'Make room, then retry.', changed: 'nothing' });
      }),
    }),
};

/** Which variable says how long a full copy of this mover takes, s. */
const COPIES: Readonly<Record<string, string>> = {
  'veeam synchronise 0': 'BENCH_FIRST_COPY',
  'azure-migrate synchronise 0': 'BENCH_SECOND_COPY',
};
/** The first that is asked of a VM, and when its staged copy is gone. */
const TOLD = ['ahv preflight source', 'hyper-v remove'];

const tellNow = (journey: string, call: string): void =>
  say({ journey, call, at: Number(process.hrtime.bigint()) / 1e6 });

const common = (connection: NativeConnection) => ({
  connection,
  namespace,
  noProgressMs: 60_000,
  log: pino({ level: 'error' }, pino.destination(2)),
});

const records = (): string => mkdtempSync(join(tmpdir(), 'tranship-bench-records-'));

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: address ?? '' });
const workers = await WORKERS[role as Role](connection);
const running = workers.map((worker) => worker.run());
process.on('disconnect', () => {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
});
say({ ready: true });
await Promise.all(running);
await connection.close();
process.exit(0);
