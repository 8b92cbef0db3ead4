import type { Estate, Fault } from '../estate/types.ts';
import { type ReadyCall, ready, run } from './calls.ts';
import { CmdletError, type CmdletTable, Prompt } from './cmdlet.ts';
import { type Call, type Payload, resolver } from './payload.ts';
import { selected } from './properties.ts';
import { pause } from './wait.ts';

/** One shell process on one machine of the estate. */
export interface Shell {
  readonly estate: Estate;
  readonly instance: string;
  readonly table: CmdletTable;
  readonly session: Map<string, unknown>;
  /** Without `-NonInteractive` a prompt waits for ever. */
  readonly interactive: boolean;
  /** The process is gone: nothing after the running cmdlet starts. */
  readonly isGone: () => boolean;
}

interface ErrorReport {
  readonly message: string;
  readonly category: string;
  readonly fullyQualifiedErrorId: string;
}

interface Result {
  readonly id: string;
  readonly objects: readonly Record<string, unknown>[];
  readonly error: ErrorReport | null;
}

export type Answer =
  | { readonly kind: 'envelope'; readonly envelope: Readonly<Record<string, unknown>> }
  | { readonly kind: 'dies' }
  | { readonly kind: 'hangs' };

const psVersion = '7.4.6';

const reportOf = ({ message, category, fullyQualifiedErrorId }: CmdletError): ErrorReport => ({
  message,
  category,
  fullyQualifiedErrorId,
});

/** The shell is no more: what has happened, happened. */
class ShellDied extends Error {}

/** Faults of the shell itself are asked for once a list, before its first mutating call. */
const shellFault = async ({ estate, instance }: Shell, call: ReadyCall): Promise<Fault | undefined> => {
  const fault = estate.faults.at(`powershell.${instance}.${call.name}`, call.subject);
  if (fault?.kind === 'shellDies') throw new ShellDied();
  if (fault?.kind === 'slow') await pause(estate, Number(fault.detail.ms ?? 30_000));
  return fault;
};

/** Runs the calls one after the other, as the one script of the runner does. */
export const runList = async (shell: Shell, payload: Payload): Promise<Answer> => {
  const outputs = new Map<string, readonly unknown[]>();
  const results: Result[] = [];
  const resolve = resolver(payload, outputs);
  let asked = false;

  const runOne = async (call: Call): Promise<readonly unknown[]> => {
    const next = ready(shell.table, call, resolve);
    const fault = next.isMutating && !asked ? await shellFault(shell, next) : undefined;
    asked ||= next.isMutating;
    const outcome = run(shell, next);
    if (fault?.kind !== 'shellDiesAfterEffect') return outcome;
    await outcome.catch(() => undefined);
    throw new ShellDied();
  };

  for (const call of payload.calls) {
    if (shell.isGone()) return { kind: 'dies' };
    try {
      const objects = await runOne(call);
      outputs.set(call.id, objects);
      results.push({ id: call.id, objects: selected(objects, call.select), error: null });
    } catch (reason) {
      if (reason instanceof ShellDied) return { kind: 'dies' };
      if (reason instanceof Prompt && shell.interactive) return { kind: 'hangs' };
      if (!(reason instanceof CmdletError)) throw reason;
      if (!call.mayFail) return failed(call, reason, results);
      outputs.set(call.id, []);
      results.push({ id: call.id, objects: [], error: reportOf(reason) });
    }
  }
  return { kind: 'envelope', envelope: { version: 1, ok: true, host: { psVersion }, results } };
};

const failed = (call: Call, reason: CmdletError, results: readonly Result[]): Answer => ({
  kind: 'envelope',
  envelope: { version: 1, ok: false, failed: { id: call.id, cmdlet: call.cmdlet }, error: reportOf(reason), results },
});
