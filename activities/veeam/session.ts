import type { VeeamInstance } from '../../domain/estate.ts';
import { doing, failureOf } from '../contracts/cmdlet-failures.ts';
import {
  type CmdletCall,
  type CmdletError,
  CmdletFailed,
  type CmdletResult,
  type CmdletRunner,
} from '../contracts/cmdlets.ts';
import type { Attempt } from '../http/attempt.ts';
import type { Where } from './failures.ts';

export type Row = CmdletResult['objects'][number];

/** What a list brought: rows by call. */
export interface Rows {
  of(id: string): readonly Row[];
  /** Why a call that was allowed to fail did. */
  error(id: string): CmdletError | null;
  /** The rows of a call that was allowed to fail; throws what its error means. */
  orThrow(id: string): readonly Row[];
}

/**
 * One PowerShell process, one server: each list logs on first and off last, because objects of Veeam cannot be handed from
 * one process to the next. A cancelled execution starts none. V §1.10
 */
export type InSession = (
  where: Where,
  doingWhat: string,
  calls: readonly CmdletCall[],
  timeoutMs?: number,
) => Promise<Rows>;

const READ_MS = 3 * 60_000;

export const inSessionOf =
  (instance: VeeamInstance, run: CmdletRunner, attempt: () => Attempt): InSession =>
  async (where, doingWhat, calls, timeoutMs = READ_MS) => {
    const { user, password } = instance.login;
    const connect: CmdletCall = {
      id: 'connect',
      cmdlet: 'Connect-VBRServer',
      parameters: {
        Server: instance.server,
        Port: instance.port,
        Credential: { $credential: { user, password: { $secret: password } } },
      },
      select: [],
    };
    const disconnect: CmdletCall = { id: 'disconnect', cmdlet: 'Disconnect-VBRServer', parameters: {}, select: [] };
    const signal = attempt().cancelled;
    signal?.throwIfAborted();
    const options = { timeoutMs, ...(signal ? { signal } : {}) };
    const results = await doing({ ...where, doing: doingWhat }, () => run([connect, ...calls, disconnect], options));
    const of = (id: string): readonly Row[] => results.get(id)?.objects ?? [];
    return {
      of,
      error: (id) => results.get(id)?.error ?? null,
      orThrow: (id) => {
        const error = results.get(id)?.error;
        const call = calls.find((one) => one.id === id);
        if (error && call) throw failureOf(new CmdletFailed(call, error, results), { ...where, doing: doingWhat });
        return of(id);
      },
    };
  };

/** A reference to objects of an earlier call named none: what was seen a moment ago is gone. */
export const isGone = (error: CmdletError | null): boolean =>
  error?.fullyQualifiedErrorId.startsWith('TranshipReferenceEmpty') ?? false;

/** The first of these properties that says anything: builds name the same thing differently. V §1.5.2 */
export const probe = (row: Row, paths: readonly string[]): string | null => {
  for (const path of paths) {
    const value = row[path];
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return null;
};

export const text = (row: Row, path: string): string => probe(row, [path]) ?? '';
