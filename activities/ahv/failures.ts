import type { ApplicationFailure } from '@temporalio/common';
import { mishap, throttled, unreachable } from '../contracts/mishap.ts';
import { patienceOf, requestText } from '../http/failures.ts';
import { isObject, type Json, listAt, textAt } from '../http/reading.ts';
import type { HttpAnswer, HttpRequest } from '../http/transport.ts';

/** Why Prism refused, as its entity errors say. O E.8 */
export interface PrismError {
  readonly group: string;
  readonly code: string;
  readonly message: string;
}

const ofMessage = (one: Json): PrismError => ({
  group: (textAt(one, 'errorGroup') ?? '').toUpperCase(),
  code: textAt(one, 'code') ?? '',
  message: textAt(one, 'message') ?? '',
});

const SCHEMA = 'SCHEMA_VALIDATION';

/** `data.error` is a list of messages, or a schema error that has another shape. */
export const errorsOf = (body: Json): readonly PrismError[] => {
  const messages = listAt(body, 'data.error');
  if (messages.length > 0) return messages.map(ofMessage);
  const schema = isObject(body) && isObject(body.data) ? body.data.error : null;
  if (!isObject(schema)) return [];
  const found = listAt(schema, 'validationErrorMessages').map((one) => textAt(one, 'message') ?? '');
  return [
    {
      group: SCHEMA,
      code: textAt(schema, 'statusCode') ?? '',
      message: found.join('; ') || (textAt(schema, 'error') ?? ''),
    },
  ];
};

/** The messages of a task that ended badly. O E.6 */
export const errorsOfTask = (task: Json): readonly PrismError[] => {
  const told = listAt(task, 'errorMessages').map(ofMessage);
  const legacy = textAt(task, 'legacyErrorMessage');
  return told.length > 0 || legacy === null ? told : [{ group: '', code: '', message: legacy }];
};

type Kind = 'missing' | 'throttled' | 'login' | 'rights' | 'busy' | 'internal' | 'schema' | 'other';

const GROUPS: readonly (readonly [RegExp, Kind])[] = [
  [/NOT_FOUND$/, 'missing'],
  [/RATE_LIMIT/, 'throttled'],
  [/^(AUTHENTICATION_REQUIRED|UNAUTHORIZED)$/, 'login'],
  [/^(ACCESS_DENIED|FORBIDDEN|AUTHORIZATION_ERROR|IAM_AUTHORIZATION_ERROR)$/, 'rights'],
  [/BUSY|CONCURRENT|TASK_IN_PROGRESS|CONFLICT/, 'busy'],
  [/SERVICE_ERROR$|INTERNAL_ERROR$|SERVICE_UNAVAILABLE/, 'internal'],
  [new RegExp(`^${SCHEMA}$`), 'schema'],
];

const STATUSES: Readonly<Record<number, Kind>> = {
  401: 'login',
  403: 'rights',
  404: 'missing',
  409: 'busy',
  429: 'throttled',
};

/** The status decides where it says enough; a 400 is explained by its error group. O E.8 */
export const kindOf = (status: number, errors: readonly PrismError[]): Kind =>
  STATUSES[status] ?? GROUPS.find(([pattern]) => errors.some((error) => pattern.test(error.group)))?.[1] ?? 'other';

const BUSY_MS = 5_000;

export interface Doing {
  readonly at: string;
  readonly vm?: string;
}

const told = (errors: readonly PrismError[]): string =>
  errors
    .map(({ message, code }) => [message, code && `(${code})`].filter(Boolean).join(' '))
    .filter((text) => text !== '')
    .join('; ') || 'no reason given';

/** An answer that is not a success → what to throw. */
export const failureOf = (where: Doing, request: HttpRequest, answer: HttpAnswer): ApplicationFailure => {
  const errors = errorsOf(answer.body);
  const text = `Prism answered ${requestText(request)} with ${answer.status}: ${told(errors)}`;
  const facts = { status: answer.status, errorGroup: errors[0]?.group ?? null, code: errors[0]?.code ?? null };
  switch (kindOf(answer.status, errors)) {
    case 'throttled':
      return throttled(text, patienceOf(answer));
    case 'busy':
      return throttled(`${text}. It is looked at again before anything is sent again.`, BUSY_MS);
    case 'internal':
      return unreachable(text);
    case 'missing':
      return mishap.missing(text, {
        ...where,
        facts,
        fix: 'Look in Prism Central whether it was removed or moved, then retry.',
      });
    case 'login':
      return mishap.configuration(text, {
        ...where,
        facts,
        fix: 'Correct user and password of this instance, then retry.',
      });
    case 'rights':
      return mishap.configuration(text, {
        ...where,
        facts,
        fix: 'Give the account the role Prism Admin, or a role with power, NIC update, VM update and task view rights.',
        likely: 'A backup role may pull the plug but not shut a guest down.',
      });
    case 'schema':
      return mishap.vendor(text, {
        ...where,
        facts,
        fix: 'Prism Central does not take what this agent sends: compare the versions.',
      });
    case 'other':
      return mishap.refused(text, { ...where, facts, fix: 'Bring the VM into the state Prism asks for, then retry.' });
  }
};

/** A task that reached an end other than success → what to throw. CANCELED and SUSPENDED are ends. O E.6 */
export const failureOfTask = (
  where: Doing,
  action: string,
  ended: { readonly status: string; readonly errors: readonly PrismError[] },
): ApplicationFailure => {
  const text = `The task “${action}” of Prism ended ${ended.status}: ${told(ended.errors)}`;
  const facts = { action, status: ended.status, errorGroup: ended.errors[0]?.group ?? null };
  if (ended.status === 'FAILED')
    return mishap.vendor(text, { ...where, facts, fix: 'Mend what Prism names, then retry.' });
  return mishap.vendor(text, {
    ...where,
    facts,
    changed: 'unknown: the next attempt observes before it acts',
    fix: 'Someone or something stopped the task in Prism Central. Find out why, then retry.',
  });
};
