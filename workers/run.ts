import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { parseQueue } from '../domain/address.ts';
import type { Estate } from '../domain/estate.ts';
import type { Policies } from '../domain/plan.ts';
import { agentWorkers } from './agent.ts';
import { openCapture } from './capture/capture.ts';
import { driverOf } from './drivers.ts';
import { orchestratorWorker } from './orchestrator.ts';
import { trustThisMachine } from './trust.ts';
import { VERSION } from './version.ts';

const OLDEST_NODE = 22;

/** The agents' libraries need this Node; an older one fails later and worse. */
const checkNode = (): void => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE)
    throw new Error(
      `This process runs on Node ${process.versions.node}; agents need Node ${OLDEST_NODE} or newer. npm scripts run the right one.`,
    );
};

const reach = async (): Promise<{ connection: NativeConnection; namespace: string; log: Logger }> => {
  checkNode();
  const log = pino({ base: null, level: process.env.TRANSHIP_LOG ?? 'info' }, pino.destination({ fd: 2, sync: true }));
  Runtime.install({
    logger: new DefaultLogger('ERROR', (entry) => log.error(entry.meta ?? {}, entry.message)),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
  const config = loadClientConnectConfig();
  const connection = await NativeConnection.connect({ address: '127.0.0.1:7233', ...config.connectionOptions });
  return { connection, namespace: config.namespace ?? 'default', log };
};

/** Says on standard output that work is taken, then works until told to stop. */
const work = async (workers: readonly Worker[], what: string): Promise<void> => {
  const running = workers.map((worker) => worker.run());
  process.stdout.write(`${what} ready\n`);
  await Promise.all(running);
};

export interface OrchestratorRun {
  readonly records: string;
  /** A jwks.json with the public keys of the APIs whose attested decisions count. */
  readonly attestationKeys?: string;
}

export const runOrchestrator = async (options: OrchestratorRun): Promise<void> => {
  const { connection, namespace, log } = await reach();
  trustThisMachine();
  const worker = await orchestratorWorker({
    connection,
    namespace,
    records: options.records,
    ...(options.attestationKeys === undefined ? {} : { attestationKeys: options.attestationKeys }),
    noProgressMs: 60_000,
    log,
  });
  await work([worker], 'orchestrator');
  await connection.close();
};

export interface AgentRun {
  readonly estate: Estate;
  readonly policies: Policies;
  /** Queues to serve, such as `veeam@vbr01`. */
  readonly serve: readonly string[];
  /** Folder that gets a redacted record of every exchange with the products. */
  readonly captureTo?: string;
}

/** Serves the named instances. A queue the plan does not know is refused before anything is polled. */
export const runAgent = async ({ estate, policies, serve, captureTo }: AgentRun): Promise<void> => {
  const named = serve.map((queue) => {
    const parts = parseQueue(queue);
    if (!parts) throw new Error(`${queue} is not of the form product@instance.`);
    return { queue, ...parts };
  });
  const captured = captureTo === undefined ? {} : { capture: openCapture(captureTo, estate, VERSION) };
  const { connection, namespace, log } = await reach();
  trustThisMachine();
  const drivers = await Promise.all(
    named.map(
      async ({ queue, product, instance }) =>
        [queue, await driverOf({ estate, policies, product, instance, ...captured })] as const,
    ),
  );
  const workers = await agentWorkers({
    connection,
    namespace,
    serve: Object.fromEntries(drivers),
    noProgressMs: policies.noProgressMs,
    concurrency: 8,
    log,
  });
  await work(workers, `agent ${serve.join(' ')}`);
  await connection.close();
};
