import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Estate, SecretRef } from '../../domain/estate.ts';
import { bookOf } from './book.ts';
import { learnPlan } from './names.ts';
import { redactWith } from './redact.ts';

/** What was asked of a product and what it answered, as it was. `answered` null: no answer; `failed` says why, in a word of the runtime. */
export interface Exchange {
  readonly asked: unknown;
  readonly answered: unknown;
  readonly failed: string | null;
  /** Milliseconds from question to answer. */
  readonly tookMs: number;
}

export type Medium = 'http' | 'cmdlets' | 'ssh';

/** Records what one instance of a product says, without anything that tells whose estate it is. */
export interface Capture {
  /** Hears exchanges of one instance. Never throws: what cannot be written is left out, and the work goes on. */
  hear(queue: string, medium: Medium): (exchange: Exchange) => void;
  /** Names in it are known from now on. */
  learn(told: unknown): void;
  /** A resolver whose answers are never written. */
  guarding(resolve: (ref: SecretRef) => Promise<string>): (ref: SecretRef) => Promise<string>;
}

const KEY = 'placeholders.key';

/** The same folder gives the same placeholders, in every process and after every restart. The key never leaves the host. */
const keyIn = (folder: string): Buffer => {
  const path = join(folder, KEY);
  if (!existsSync(path))
    try {
      writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  return readFileSync(path);
};

/** Under which verb it was said; null where several share one reading. */
const verbNow = (): string | null => {
  try {
    return Context.current().info.activityType;
  } catch {
    return null;
  }
};

/**
 * Writes to `folder`, one file a process, one line of JSON an exchange: `{n, at, tookMs, queue, verb, medium, asked, answered, failed}`.
 * A line that would still show a known secret or a distinctive name is replaced by one that only says that it was withheld.
 */
export const openCapture = (folder: string, estate: Estate, version: string): Capture => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const book = bookOf(keyIn(folder));
  const redact = redactWith(book);
  const began = new Date().toISOString();
  const file = join(folder, `${began.replaceAll(/[:.]/g, '-')}-${process.pid}.jsonl`);
  let n = 0;

  const write = (line: object): void => {
    n += 1;
    appendFileSync(file, `${JSON.stringify({ n, ...line })}\n`, { mode: 0o600 });
  };

  learnPlan(book, estate);
  write({ capture: 1, at: began, tranship: version, node: process.versions.node, platform: platform() });

  return {
    hear: (queue, medium) => {
      const [product = '', instance = ''] = queue.split('@');
      const from = `${product}@${book.placeholder('name', instance)}`;
      return ({ asked, answered, failed, tookMs }) => {
        try {
          redact.learn(asked);
          redact.learn(answered);
          const where = {
            at: new Date().toISOString(),
            tookMs: Math.round(tookMs),
            queue: from,
            verb: verbNow(),
            medium,
          };
          const told = {
            asked: redact.value(medium === 'http' ? ofHttp(asked) : asked),
            answered: redact.value(medium === 'http' ? ofHttp(answered) : answered),
            failed: redact.value(failed, 'message'),
          };
          const betrays = book.betrays(JSON.stringify(told));
          write(betrays ? { ...where, withheld: true } : { ...where, ...told });
        } catch {
          // A full disk or an answer of an odd shape: the record has a gap in its numbers, the work goes on.
          n += 1;
        }
      };
    },
    learn: redact.learn,
    guarding: (resolve) => async (ref) => {
      const value = await resolve(ref);
      book.secret(value);
      return value;
    },
  };
};

/** Headers that say something about a product; the rest tell of the way there. */
const TELLING =
  /^(accept|authorization|content-type|date|etag|if-match|location|azure-asyncoperation|retry-after|retry-after-ms|x-api-version|api-supported-versions|x-ms-(ratelimit|retry-after|error-code).*|ntnx-request-id)$/i;

/** The same exchange with the path as an address, and only the headers that tell something. */
const ofHttp = (told: unknown): unknown => {
  if (typeof told !== 'object' || told === null) return told;
  const { path, headers, ...rest } = told as { readonly path?: unknown; readonly headers?: object };
  const telling = Object.entries(headers ?? {}).filter(([name]) => TELLING.test(name));
  return {
    ...rest,
    ...(path === undefined ? {} : { url: path }),
    ...(headers === undefined ? {} : { headers: Object.fromEntries(telling) }),
  };
};
