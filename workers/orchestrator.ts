import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { SecretRef } from '../domain/estate.ts';
import { workflowBundle } from './bundle.ts';
import { herald } from './herald.ts';
import { inbound } from './inbound.ts';
import { keeper } from './keeper.ts';
import { programmeKeeper } from './programme-keeper.ts';
import { surveyor } from './surveyor.ts';
import { workerIdentity } from './version.ts';

export interface OrchestratorOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly records: string;
  /** A jwks.json with the public keys of the APIs whose attested decisions count. */
  readonly attestationKeys?: SecretRef;
  readonly noProgressMs: number;
  readonly log: Logger;
}

/** Holds the workflows, and writes their records. Touches no product. */
export const orchestratorWorker = async (options: OrchestratorOptions): Promise<Worker> =>
  Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: 'orchestrator',
    identity: workerIdentity(),
    workflowBundle: await workflowBundle(),
    activities: { ...keeper(options), ...programmeKeeper(options), ...herald(options), ...surveyor(options) },
    // A journey keeps its task while it waits for the lease table, whose own task must find room beside any number of them.
    maxConcurrentWorkflowTaskExecutions: 400,
    // A task that waits for an orchestrator that is gone goes to the next one after this time; ten seconds by default.
    stickyQueueScheduleToStartTimeout: '3s',
    shutdownGraceTime: '5s',
    interceptors: {
      activity: [
        () => ({
          inbound: inbound({
            queue: 'orchestrator',
            noProgressMs: options.noProgressMs,
            log: (message, fields) => options.log.warn(fields, message),
          }),
        }),
      ],
    },
  });
