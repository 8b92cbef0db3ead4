import { setTimeout as pause } from 'node:timers/promises';
import type { Estate, Fault } from '../estate/types.ts';
import { type Answer, dropped, type Outcome, Refusal } from './exchange.ts';

/** How a vendor words what a fault makes it say. */
export interface FaultWords {
  /** Nothing was done. `detail.status` and `detail.message` may choose. */
  refused(fault: Fault): Answer;
  /** Nothing was done; come back later. */
  throttled(fault: Fault): Answer;
  /** It was done and the answer hides it. */
  broken(fault: Fault): Answer;
}

const SLOW_MS = 10_000;

/** Runs a call with the fault armed at its point, if any. A fault of another kind is handed to the call, which knows what it means. */
export const suffering = async (
  estate: Estate,
  at: { readonly point: string; readonly subject?: string },
  words: FaultWords,
  call: (fault: Fault | undefined) => Answer,
): Promise<Outcome> => {
  const fault = estate.faults.at(at.point, at.subject);
  if (fault?.kind === 'refused') return words.refused(fault);
  if (fault?.kind === 'throttled') return words.throttled(fault);
  if (fault?.kind === 'slow') await pause(estate.scaled(Number(fault.detail.ms ?? SLOW_MS)));

  const answer = call(fault);
  if (fault?.kind === 'errorAfterEffect') return words.broken(fault);
  if (fault?.kind === 'dropAnswer') return dropped;
  return answer;
};

/** A call's answer whether it returned or threw it, so that both can be logged. */
export const settled = (call: () => Answer): Answer => {
  try {
    return call();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
};
