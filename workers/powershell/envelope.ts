import { z } from 'zod';
import { type CmdletCall, CmdletFailed, type CmdletResult, RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import { type Scrub, scrubValue } from './scrub.ts';

const ErrorShape = z.object({
  message: z
    .string()
    .nullable()
    .transform((text) => text ?? ''),
  category: z
    .string()
    .nullable()
    .transform((text) => text ?? ''),
  fullyQualifiedErrorId: z
    .string()
    .nullable()
    .transform((text) => text ?? ''),
});

const ResultShape = z.object({
  id: z.string(),
  objects: z.array(z.record(z.string(), z.unknown())),
  error: ErrorShape.nullable(),
});

const Shape = z.discriminatedUnion('ok', [
  z.object({ version: z.literal(1), ok: z.literal(true), results: z.array(ResultShape) }),
  z.object({
    version: z.literal(1),
    ok: z.literal(false),
    failed: z.object({ id: z.string(), cmdlet: z.string() }),
    error: ErrorShape,
    results: z.array(ResultShape),
  }),
]);

export interface Payload {
  readonly nonce: string;
  readonly calls: readonly CmdletCall[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  /** Cmdlet → parameters: the part of the catalogue this list needs, checked once more on the host. */
  readonly allowed: Readonly<Record<string, readonly string[]>>;
}

/** Base64 of UTF-8 JSON: its letters hold nothing that PowerShell reads as code. V §6.3 */
export const encode = (payload: Payload): string =>
  Buffer.from(JSON.stringify({ version: 1, ...payload }), 'utf8').toString('base64');

/** The one line that is ever sent. Only the path of our own script and Base64 stand in it. */
export const commandLine = (script: string, payload: Payload): string =>
  `& '${script.replaceAll("'", "''")}' '${encode(payload)}'`;

export const marks = (nonce: string): { readonly open: string; readonly close: string } => ({
  open: `<<TRANSHIP:${nonce}>>`,
  close: `<<END:${nonce}>>`,
});

/** The envelope as it came; null where the text is none. */
export const envelopeIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const parse = (text: string): z.infer<typeof Shape> => {
  try {
    return Shape.parse(JSON.parse(text));
  } catch {
    throw new RunnerFailed(
      'noEnvelope',
      'PowerShell answered with something that is no envelope; what it did is unknown',
    );
  }
};

/** Reads the text between the marks. Throws `CmdletFailed` where a call without `mayFail` failed. */
export const open = (
  text: string,
  calls: readonly CmdletCall[],
  secrets: readonly string[],
  scrub: Scrub,
): ReadonlyMap<string, CmdletResult> => {
  const envelope = parse(text);
  const results = new Map(
    envelope.results.map((result): [string, CmdletResult] => [
      result.id,
      {
        id: result.id,
        objects: result.objects.map((object) => scrubValue(object, secrets) as Readonly<Record<string, unknown>>),
        error: result.error && { ...result.error, message: scrub(result.error.message) },
      },
    ]),
  );

  if (!envelope.ok) {
    const call = calls.find(({ id }) => id === envelope.failed.id);
    if (!call)
      throw new RunnerFailed('noEnvelope', `PowerShell could not run the list: ${scrub(envelope.error.message)}`);
    throw new CmdletFailed(call, { ...envelope.error, message: scrub(envelope.error.message) }, results);
  }

  for (const call of calls) {
    const result = results.get(call.id);
    if (!result)
      throw new RunnerFailed('noEnvelope', `PowerShell left out the answer of ${call.cmdlet}; what it did is unknown`);
    if (result.error && !call.mayFail) throw new CmdletFailed(call, result.error, results);
  }
  return results;
};
