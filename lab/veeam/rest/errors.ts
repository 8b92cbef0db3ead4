import type { Fault } from '../../estate/types.ts';
import { type Answer, Refusal } from '../../wire/exchange.ts';
import type { FaultWords } from '../../wire/faulty.ts';

export type ErrorCode =
  | 'AccessDenied'
  | 'ExpiredToken'
  | 'InvalidToken'
  | 'InvalidURI'
  | 'MethodNotAllowed'
  | 'NotFound'
  | 'NotImplemented'
  | 'ServiceUnavailable'
  | 'UnexpectedContent'
  | 'UnknownError';

/** The body of VBR's REST errors (V §2.3). That the plug-in words its own the same way is inferred. */
export const errorAnswer = (status: number, errorCode: ErrorCode, message: string, resourceId?: string): Answer => ({
  status,
  body: { errorCode, message, ...(resourceId && { resourceId }) },
});

const refusal = (status: number, code: ErrorCode, message: string, resourceId?: string): Refusal =>
  new Refusal(errorAnswer(status, code, message, resourceId));

export const badRequest = (message: string): Refusal => refusal(400, 'UnexpectedContent', message);

export const accessDenied = (message: string): Refusal => refusal(401, 'AccessDenied', message);

export const invalidToken = (): Refusal => refusal(401, 'InvalidToken', 'The token is invalid.');

export const expiredToken = (): Refusal => refusal(401, 'ExpiredToken', 'The token has expired.');

export const notFound = (kind: string, id: string): Refusal =>
  refusal(404, 'NotFound', `There is no ${kind} with the ID ${id}.`, id);

export const noSuchPath = (path: string): Refusal => refusal(404, 'InvalidURI', `There is no resource at ${path}.`);

export const wrongMethod = (method: string): Refusal =>
  refusal(405, 'MethodNotAllowed', `The method ${method} is not allowed.`);

const status = (fault: Fault, otherwise: number): number => Number(fault.detail.status ?? otherwise);

/** No throttling is documented (V §2.3): it shows as a service that is not available. */
export const faultWords: FaultWords = {
  refused: (fault) =>
    errorAnswer(
      status(fault, 403),
      (fault.detail.errorCode as ErrorCode | undefined) ?? 'AccessDenied',
      String(fault.detail.message ?? 'The user does not have the permission.'),
    ),
  throttled: (fault) => errorAnswer(status(fault, 503), 'ServiceUnavailable', 'The service is not available.'),
  broken: (fault) => errorAnswer(status(fault, 500), 'UnknownError', 'An unexpected error occurred.'),
};

export const broken = (error: unknown): Answer => errorAnswer(500, 'UnknownError', `the lab failed: ${String(error)}`);
