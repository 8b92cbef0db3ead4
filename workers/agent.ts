import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { inbound } from './inbound.ts';
import { workerIdentity } from './version.ts';

/** The verbs of one instance, as its driver serves them. */
export type Served = Readonly<Record<string, (order: never) => Promise<unknown>>>;

export interface AgentOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Queue → verbs: `veeam@vbr01` → its mover. */
  readonly serve: Readonly<Record<string, Served>>;
  readonly noProgressMs: number;
  /** Calls to one instance at once. Slots bound calls; leases bound operations. */
  readonly concurrency: number;
  readonly log: Logger;
}

/** One worker a queue, in one process. */
export const agentWorkers = (options: AgentOptions): Promise<Worker[]> =>
  Promise.all(
    Object.entries(options.serve).map(([queue, activities]) =>
      Worker.create({
        connection: options.connection,
        namespace: options.namespace,
        taskQueue: queue,
        identity: workerIdentity(),
        activities: activities as Record<string, (order: unknown) => Promise<unknown>>,
        maxConcurrentActivityTaskExecutions: options.concurrency,
        shutdownGraceTime: '5s',
        maxHeartbeatThrottleInterval: '5s',
        defaultHeartbeatThrottleInterval: '1s',
        interceptors: {
          activity: [
            () => ({
              inbound: inbound({
                queue,
                noProgressMs: options.noProgressMs,
                log: (message, fields) => options.log.warn(fields, message),
              }),
            }),
          ],
        },
      }),
    ),
  );
