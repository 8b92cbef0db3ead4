import * as z from 'zod';
import { isWrong, type Wrong, wrong } from '../refusal.ts';
import { readBytes, readDuration } from '../text/measures.ts';

/** The kinds of values that plan.yaml is made of. Each carries its description and an example, for refusals and for the JSON Schema. */

/** A string that `read` turns into a value; what is wrong with it becomes a zod issue that carries the fix. */
const readWith =
  <T>(read: (text: string) => T | Wrong) =>
  (text: string, context: z.RefinementCtx): T => {
    const value = read(text);
    if (!isWrong(value)) return value;
    context.addIssue({ code: 'custom', message: value.wrong, params: { fix: value.fix } });
    return z.NEVER;
  };

const checkedBy = (check: (text: string) => Wrong | null) => (text: string, context: z.RefinementCtx) => {
  const reason = check(text);
  if (reason) context.addIssue({ code: 'custom', message: reason.wrong, params: { fix: reason.fix } });
};

export const text = (description: string, example: string) =>
  z
    .string()
    .trim()
    .min(1)
    .meta({ description, examples: [example] });

export const checkedText = (description: string, example: string, check: (text: string) => Wrong | null) =>
  z
    .string()
    .superRefine(checkedBy(check))
    .meta({ description, examples: [example] });

export const patternText = (description: string, example: string, pattern: RegExp, what: string) =>
  z
    .string()
    .regex(pattern, { error: ({ input }) => `"${input}" is not ${what}` })
    .meta({ description, examples: [example] });

export const duration = (description: string, example: string) =>
  z
    .string()
    .meta({ description, examples: [example] })
    .transform(readWith(readDuration));

export const size = (description: string, example: string) =>
  z
    .string()
    .meta({ description, examples: [example] })
    .transform(readWith(readBytes));

export const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .meta({ description, examples: [example] });

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Part of workflow ids, queue names and search attributes. */
export const name = (description: string, example: string) =>
  patternText(
    description,
    example,
    NAME,
    'a name: letters, digits, dots, dashes and underscores, beginning with a letter or digit',
  );

/** Named things of one kind: names as keys. */
export const named = <T extends z.ZodType>(description: string, value: T) =>
  z.record(z.string().regex(NAME), value).meta({ description });

const wrongSecret = (written: string): Wrong | null => {
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(written)) return null;
  if (/^file:(?:\/|[A-Za-z]:[\\/])\S/.test(written)) return null;
  return wrong(
    'is not a reference to a secret',
    'Write env:NAME or file:/absolute/path; if a secret stood here in clear, change it.',
  );
};

/** The value is never shown in a refusal: it may be a secret written in clear. */
export const secret = (description: string) =>
  z
    .string()
    .superRefine(checkedBy(wrongSecret))
    .meta({ description, examples: ['env:PRISM_PASSWORD'] });

/** What RFC 9110 lets a header be called. */
export const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** An HMAC under a key, sent along in a header. */
export const signature = (description: string) =>
  z
    .strictObject({
      header: patternText('Header that carries the signature', 'X-Tranship-Signature', HEADER, 'the name of a header'),
      key: secret('Reference to the key'),
    })
    .meta({ description });

const wrongEndpoint = (written: string): Wrong | null => {
  const url = URL.parse(written);
  if (!url) return wrong('is not an address', 'Write it as in https://prism.contoso.example:9440.');
  if (url.username || url.password)
    return wrong('holds a user or password', 'Take it out of the address and write it under login.');
  if (url.protocol !== 'https:')
    return wrong(`is ${url.protocol.slice(0, -1)}, not https`, `Write https://${url.host}.`);
  return url.search || url.hash
    ? wrong('holds a query or fragment', `Write https://${url.host}${url.pathname}.`)
    : null;
};

export const endpoint = (description: string, example: string) => checkedText(description, example, wrongEndpoint);

export const armId = (description: string, example: string) =>
  patternText(description, example, /^\/subscriptions\/[^/\s]+\/\S+[^/\s]$/i, 'an ARM id');

export const apiVersion = (description: string, example: string) =>
  patternText(description, example, /^\d{4}-\d{2}-\d{2}(-preview)?$/, 'an api-version').prefault(example);

export const ca = text(
  'PEM file of the authority that signed the certificate; the system store when absent',
  '/etc/tranship/ca.pem',
).exactOptional();

export const executable = z
  .strictObject({ command: text('Program that runs cmdlets on the agent', 'pwsh') })
  .meta({ description: 'PowerShell of the agent' })
  .prefault({ command: 'pwsh' });
