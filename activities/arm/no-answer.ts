import type { ApplicationFailure } from '@temporalio/common';
import { mishap, unreachable } from '../contracts/mishap.ts';
import { requestText } from './failures.ts';
import type { ArmRequest } from './transport.ts';

/** The log-in did not give a token; `cause` is why. The identity library hides a refused connection behind a link to its help page. */
export class LogInFailed extends Error {
  readonly statusCode: number | null;
  constructor(original: unknown, connection: unknown) {
    const { message, statusCode } = told(original);
    super(message, { cause: connection ?? original });
    this.name = 'LogInFailed';
    this.statusCode = statusCode;
  }
}

interface Told {
  readonly message: string;
  readonly code: string;
  readonly statusCode: number | null;
}

const told = (error: unknown): Told => {
  const e = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return {
    message: typeof e.message === 'string' ? e.message : String(error),
    code: typeof e.code === 'string' ? e.code : '',
    statusCode: typeof e.statusCode === 'number' ? e.statusCode : null,
  };
};

/** An error and its causes, the outermost first. */
const chainOf = (error: unknown, depth = 0): readonly unknown[] =>
  error === null || error === undefined || depth > 5
    ? []
    : [error, ...chainOf((error as { cause?: unknown }).cause, depth + 1)];

const TLS = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ERR_TLS|ERR_SSL/;
const REFUSED = /AADSTS\d+|invalid_client|unauthorized_client/i;

/** No answer → what to throw. A certificate or a log-in that is refused needs a person; anything else is asked again. */
export const failureOfNoAnswer = (request: Pick<ArmRequest, 'method' | 'url'>, error: unknown): ApplicationFailure => {
  const chain = chainOf(error);
  const why = chain.map(told);
  const deepest = why.at(-1)?.message ?? 'no reason given';
  const tls = why.find(({ code, message }) => TLS.test(code) || /certificate/i.test(message));
  if (tls)
    return mishap.configuration(
      `The certificate of ${new URL(request.url).host} or of its authority is not trusted: ${tls.message}`,
      {
        fix: 'Name the PEM file of its issuer as `ca` of this instance in the plan.',
      },
    );
  const logIn = chain.find((one) => one instanceof LogInFailed);
  if (logIn && (logIn.statusCode === 400 || logIn.statusCode === 401 || REFUSED.test(logIn.message)))
    return mishap.configuration(`Azure refused the log-in: ${logIn.message.split('\n')[0]}`, {
      fix: 'Check tenant, client id and secret of this instance in the plan.',
    });
  return unreachable(`${requestText(request)} got no answer: ${deepest}`);
};
