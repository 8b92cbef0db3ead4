import { ServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NoAnswer } from '../asking.ts';

const TITLES = {
  400: 'The request cannot be read',
  401: 'Nobody is logged in',
  403: 'Not allowed',
  404: 'Not there',
  409: 'Refused as it stands now',
  413: 'The request is too large',
  415: 'The request is of another kind',
  422: 'The request does not fit',
  429: 'Too many at once',
  500: 'The API failed',
  503: 'No answer from behind the API',
} as const;
export type ProblemStatus = keyof typeof TITLES;

const isStatus = (status: unknown): status is ProblemStatus => typeof status === 'number' && status in TITLES;

/** What is answered instead of what was asked for: what failed, and what to do. RFC 9457. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly fix: string;
  constructor(status: ProblemStatus, detail: string, fix: string) {
    super(detail);
    this.status = status;
    this.fix = fix;
  }
}

/** The same as it is sent. */
export const problemBody = ({ status, message, fix }: Problem, request: string) => ({
  type: 'about:blank',
  title: TITLES[status],
  status,
  detail: message,
  fix,
  instance: `urn:uuid:${request}`,
});

/** A request that fastify itself turned away. */
const FIXES: Partial<Record<ProblemStatus, string>> = {
  400: 'Send JSON, as /openapi.json describes it.',
  413: 'Send less at once; bulk decisions may be split.',
  415: 'Send JSON with `content-type: application/json`.',
};

const DOWN = 'Look at the Temporal server and the orchestrator (`tranship doctor`), then ask again.';

const isRefusal = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'Refused';

/** As Temporal says it, or as it was put into words for the command line. */
const isNotThere = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || (error instanceof Error && error.cause instanceof WorkflowNotFoundError);

/** Every error as a problem. What nobody foresaw is told as such: its own words may hold anything. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof WorkflowUpdateFailedError && isRefusal(error.cause))
    return new Problem(409, error.cause.message, 'Look at what is there now, then ask for what is legal.');
  if (error instanceof WorkflowUpdateFailedError)
    return new Problem(409, 'The migration could not take it.', 'Look at what it says now, then ask again.');
  if (isNotThere(error))
    return new Problem(
      404,
      'Nothing of that name runs.',
      'GET /migrations, GET /batches and GET /programmes list what runs.',
    );
  if (error instanceof NoAnswer) {
    const [detail = '', fix = DOWN] = error.message.split('\n    ');
    return new Problem(503, detail, fix);
  }
  if (error instanceof ServiceError) return new Problem(503, 'Temporal gave no answer.', DOWN);
  const { statusCode, message } = (error ?? {}) as { statusCode?: unknown; message?: unknown };
  const fix = isStatus(statusCode) ? FIXES[statusCode] : undefined;
  if (isStatus(statusCode) && fix !== undefined) return new Problem(statusCode, String(message), fix);
  return new Problem(500, 'The API failed.', 'Its log has the rest, under the number in `instance`.');
};
