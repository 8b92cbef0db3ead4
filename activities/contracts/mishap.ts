import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Mishap, MishapClass } from '../../domain/mishap.ts';

type Told = Omit<Mishap, 'class' | 'message' | 'changed' | 'fix'> & { changed?: string; fix?: string };

/** Stacks stay out of histories: they tell an operator nothing, and every retried poll would carry one. */
const stackless = (failure: ApplicationFailure): ApplicationFailure => {
  failure.stack = `${failure.type}: ${failure.message}`;
  return failure;
};

const raise = (cls: MishapClass, message: string, told: Told = {}): ApplicationFailure => {
  const detail: Mishap = { class: cls, message, changed: 'nothing', fix: 'Read the cause, then retry.', ...told };
  return stackless(ApplicationFailure.create({ message, type: cls, nonRetryable: true, details: [detail] }));
};

/** The product is still at it: no history, and the UI shows the text. `progress` changes whenever the work moves on. */
export const notFinished = (text: string, progress: string | number = text): never => {
  throw stackless(
    ApplicationFailure.create({
      message: text,
      type: 'NotFinished',
      category: ApplicationFailureCategory.BENIGN,
      details: [{ progress }],
    }),
  );
};

/** The product asked for patience; the next attempt waits as long as it said. */
export const throttled = (text: string, afterMs: number): ApplicationFailure =>
  stackless(
    ApplicationFailure.create({
      message: text,
      type: 'Throttled',
      category: ApplicationFailureCategory.BENIGN,
      nextRetryDelay: afterMs,
      details: [{ progress: null }],
    }),
  );

/** No answer, or an answer that says nothing about what happened. Asked again; never counts as progress. */
export const unreachable = (text: string): ApplicationFailure =>
  stackless(ApplicationFailure.create({ message: text, type: 'Unreachable', details: [{ progress: null }] }));

/** One builder a class; each makes a failure that ends the verb and tells the operator what to do. */
export const mishap = {
  stalled: (message: string, told?: Told) => raise('Stalled', message, told),
  configuration: (message: string, told?: Told) => raise('Configuration', message, told),
  refused: (message: string, told?: Told) => raise('Refused', message, told),
  guestRefused: (message: string, told?: Told) => raise('GuestRefused', message, told),
  drift: (message: string, told?: Told) => raise('Drift', message, told),
  conflict: (message: string, told?: Told) => raise('Conflict', message, told),
  missing: (message: string, told?: Told) => raise('Missing', message, told),
  unsafe: (message: string, told?: Told) => raise('Unsafe', message, told),
  vendor: (message: string, told?: Told) => raise('Vendor', message, told),
  misrouted: (message: string, told?: Told) => raise('Misrouted', message, told),
};
