import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { RETRIED } from '../../domain/mishap.ts';
import { inbound } from '../../workers/inbound.ts';

type Verb<O, R> = (order: O) => Promise<R>;

export interface Asking {
  readonly queue: string;
  /** Between two tries, and what a product's own delay is divided by. */
  readonly pollMs: number;
  readonly speed: number;
  readonly noProgressMs: number;
}

/** One execution of an activity as Temporal would run it on an agent: try after try, each knowing what the last one kept. */
export interface Execution<R> {
  /** One try. Throws what the driver throws. */
  once(): Promise<R>;
  /** Tries until it is done or fails for good. */
  done(): Promise<R>;
  /** Tries until one of them says NotFinished (or the like) with a text that fits. */
  waits(text: RegExp): Promise<ApplicationFailure>;
  /** What each try that was to be asked again said. */
  readonly said: readonly string[];
}

const quiet = new DefaultLogger('ERROR');
let executions = 0;

const isRetried = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && (RETRIED as readonly string[]).includes(error.type ?? '');

const delayOf = (failure: ApplicationFailure, { pollMs, speed }: Asking): number =>
  Math.max(pollMs, Number(failure.nextRetryDelay ?? 0) / speed);

export const execution = <O, R>(verb: Verb<O, R>, order: O, asking: Asking): Execution<R> => {
  executions += 1;
  const activityId = `execution-${executions}`;
  const said: string[] = [];
  let heartbeatDetails: unknown;
  let attempt = 0;

  const once = async (): Promise<R> => {
    attempt += 1;
    const environment = new MockActivityEnvironment(
      {
        activityId,
        activityType: verb.name,
        attempt,
        taskQueue: asking.queue,
        heartbeatTimeoutMs: 10_000,
        heartbeatDetails,
        currentAttemptScheduledTimestampMs: Date.now(),
      },
      {
        logger: quiet,
        interceptors: [
          () => ({
            inbound: inbound({
              queue: asking.queue,
              noProgressMs: asking.noProgressMs,
              log: (message, fields) => {
                if (fields.error) process.stderr.write(`${message}: ${(fields.error as Error).stack}\n`);
              },
            }),
          }),
        ],
      },
    );
    environment.on('heartbeat', (details: unknown) => {
      heartbeatDetails = details;
    });
    try {
      return await environment.run(verb as (order: O) => Promise<R>, order);
    } catch (error) {
      if (isRetried(error)) said.push(error.message);
      throw error;
    }
  };

  return {
    once,
    said,
    done: async () => {
      for (;;) {
        try {
          return await once();
        } catch (error) {
          if (!isRetried(error)) throw error;
          await pause(delayOf(error, asking));
        }
      }
    },
    waits: async (text) => {
      for (;;) {
        try {
          await once();
        } catch (error) {
          if (!isRetried(error)) throw error;
          if (text.test(error.message)) return error;
          await pause(delayOf(error, asking));
          continue;
        }
        throw new Error(`it never said ${text}; it said ${said.join(' | ')}`);
      }
    },
  };
};
