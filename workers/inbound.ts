import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { mishap, unreachable } from '../activities/contracts/mishap.ts';
import { CONTRACT, queueOf } from '../domain/address.ts';
import { RETRIED } from '../domain/mishap.ts';

interface Addressed {
  readonly to?: { readonly product: string; readonly instance: string; readonly contract: number };
  readonly vm?: { readonly name?: string } | null;
}

/** An order that reached a worker of another instance or contract is refused before the driver sees it. */
const refuseMisrouted = (order: Addressed, queue: string): void => {
  const to = order.to;
  if (!to || queueOf(to) !== queue)
    throw mishap.misrouted(`An order for ${to ? queueOf(to) : 'nobody'} reached the worker of ${queue}.`, {
      fix: 'Check which queues the agents serve (tranship doctor); no agent may poll another instance’s queue.',
      at: queue,
    });
  if (to.contract !== CONTRACT)
    throw mishap.misrouted(`The order speaks contract ${to.contract}, this agent contract ${CONTRACT}.`, {
      fix: to.contract > CONTRACT ? 'Update the agent.' : 'Update the orchestrator.',
      at: queue,
    });
};

/**
 * Kept over attempts in the heartbeat: what the progress was, and since when by the server's clock. That clock tells when an attempt
 * was scheduled, which may be long before its agent came for it: time counts from the first attempt after the one that saw a move.
 */
interface Watch {
  readonly progress: unknown;
  readonly since: number | null;
}

const progressOf = (failure: ApplicationFailure): unknown =>
  (failure.details?.[0] as { progress?: unknown } | undefined)?.progress ?? null;

/** A verb that goes on waiting without moving for too long is a stall: a person is asked. */
const stalledSince = (failure: ApplicationFailure, noProgressMs: number): void => {
  const { info } = Context.current();
  const now = info.currentAttemptScheduledTimestampMs;
  const before = info.heartbeatDetails as Watch | undefined;
  const progress = progressOf(failure);
  const moved =
    before === undefined || (progress !== null && JSON.stringify(progress) !== JSON.stringify(before.progress));
  const since = moved ? null : (before.since ?? now);
  if (since !== null && now - since >= noProgressMs)
    throw mishap.stalled(
      `${info.activityType}: no progress for ${Math.round((now - since) / 1000)} s. Last word: ${failure.message}`,
      {
        changed: 'unknown: the next attempt observes before it acts',
        fix: 'Look at the product itself; retry goes on waiting.',
        at: info.taskQueue,
      },
    );
  Context.current().heartbeat({ progress: progress ?? before?.progress ?? null, since } satisfies Watch);
};

/** A reading that several attempts share ends with the one that began it: the others did not ask for that, and ask anew. */
const wasLetGo = (error: unknown): boolean => (error as { name?: unknown } | null)?.name === 'AbortError';

/** Tells the server that the attempt lives, without touching what is kept for the next one. */
const beat = (): (() => void) => {
  const context = Context.current();
  const every = Math.max(200, (context.info.heartbeatTimeoutMs ?? 30_000) / 3);
  const kept = context.info.heartbeatDetails as Watch | undefined;
  const timer = setInterval(() => context.heartbeat(kept ?? ({ progress: null, since: null } satisfies Watch)), every);
  return () => clearInterval(timer);
};

export interface InboundOptions {
  /** The queue this worker serves. */
  readonly queue: string;
  readonly noProgressMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** What stands between Temporal and every driver: routing, heartbeats, stalls, and errors in words. */
export const inbound = (options: InboundOptions): ActivityInboundCallsInterceptor => ({
  execute: async (input, proceed) => {
    const next: typeof proceed = (asked) =>
      proceed(asked).catch((error: unknown) => {
        if (!wasLetGo(error) || Context.current().cancellationSignal.aborted) throw error;
        throw unreachable('The reading it shared with another attempt was given up.');
      });
    const order = (input.args[0] ?? {}) as Addressed;
    if (options.queue !== 'orchestrator') refuseMisrouted(order, options.queue);
    const still = Context.current().info.isLocal ? () => undefined : beat();
    try {
      return await next(input);
    } catch (error) {
      const { info } = Context.current();
      const vm = order.vm?.name;
      if (error instanceof ApplicationFailure && (RETRIED as readonly string[]).includes(error.type ?? '')) {
        stalledSince(error, options.noProgressMs);
        throw error;
      }
      if (error instanceof ApplicationFailure) {
        options.log(error.message, { verb: info.activityType, queue: options.queue, vm, class: error.type });
        throw error;
      }
      if (Context.current().cancellationSignal.aborted) throw error;
      // The stack stays in the worker's log; people get a sentence.
      options.log('unexpected error in a driver', { verb: info.activityType, queue: options.queue, vm, error });
      throw mishap.vendor(
        `${info.activityType} failed in a way the driver does not know: ${error instanceof Error ? error.message : String(error)}`,
        {
          changed: 'unknown: the next attempt observes before it acts',
          fix: 'Read the agent’s log, then retry.',
          at: options.queue,
          ...(vm ? { vm } : {}),
        },
      );
    } finally {
      still();
    }
  },
});
