import type { Estate } from '../estate/types.ts';

/** What a cmdlet sees of its process: `session` lives as long as the shell does (a product connection, for example). */
export interface CmdletContext {
  readonly estate: Estate;
  readonly instance: string;
  readonly session: Map<string, unknown>;
  /** The process is gone: a cmdlet that waits does nothing further. */
  readonly isGone?: () => boolean;
}

/** The objects written to the pipeline: plain objects with the vendor's property names, or strings. Dates are `Date`. */
export type CmdletOutcome = readonly unknown[];

export type CmdletFunction = (
  ctx: CmdletContext,
  parameters: Record<string, unknown>,
) => CmdletOutcome | Promise<CmdletOutcome>;

/**
 * What PowerShell knows of a cmdlet before it runs.
 * `syntax`: one line a parameter set, written as in the vendor's help: `-Name|VMName <string[]> [-Force] [-State {On|Off}]`.
 * Types: string, guid, int, long, bool, datetime, timespan, securestring, pscredential, scriptblock, object, `{A|B}`, or the name given to
 * `typed`; `[]` takes several; `<CHost|string>` takes either. No type is a switch. A bare `-Name` is mandatory, `|` after a name starts an alias.
 */
export interface Manual {
  /** .NET class, the tail of every FullyQualifiedErrorId. */
  readonly type: string;
  readonly syntax: readonly string[];
  /** A mutating cmdlet is logged as a `call` and is where shells die. Default: by verb (`Get`, `Test`, `Find`, `Measure`, `Wait` only read). */
  readonly mutates?: boolean;
}

/** A function without a manual takes any parameters as they are; one with a manual has them bound and converted first. */
export type Cmdlet = CmdletFunction & { readonly manual?: Manual };

export type CmdletTable = Readonly<Record<string, Cmdlet>>;

/** Gives a function its manual. */
export const cmdlet = (manual: Manual, run: CmdletFunction): Cmdlet => Object.assign(run, { manual });

const readingVerbs = ['Get', 'Test', 'Find', 'Measure', 'Wait'];

export const mutates = (name: string, found: Cmdlet | undefined): boolean =>
  found?.manual?.mutates ?? !readingVerbs.includes(name.split('-')[0] ?? '');

/** An ErrorRecord. `terminating` errors are not silenced by `-ErrorAction`. */
export class CmdletError extends Error {
  readonly category: string;
  readonly fullyQualifiedErrorId: string;
  readonly terminating: boolean;
  constructor(message: string, category: string, fullyQualifiedErrorId: string, terminating = false) {
    super(message);
    this.name = 'CmdletError';
    this.category = category;
    this.fullyQualifiedErrorId = fullyQualifiedErrorId;
    this.terminating = terminating;
  }
}

/** `throw cmdletError('…', 'InvalidArgument', 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM')` */
export const cmdletError = (message: string, category: string, fullyQualifiedErrorId: string): CmdletError =>
  new CmdletError(message, category, fullyQualifiedErrorId);

/** The cmdlet asks a question (`-Force` or `-Confirm:$false` is missing): an error in a non-interactive shell, a hang in any other. V §3.5 */
export class Prompt extends CmdletError {
  constructor(type: string) {
    super(
      'PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.',
      'InvalidOperation',
      `InvalidOperation,${type}`,
      true,
    );
    this.name = 'Prompt';
  }
}

const typeName = Symbol('type');

/** Names the .NET type of an object, so that binding refuses it where another type is wanted. */
export const typed = <T extends object>(name: string, object: T): T =>
  Object.defineProperty(object, typeName, { value: name });

export const typeOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? (value as { [typeName]?: string })[typeName] : undefined;

/** A password that came as a `$secret`. */
export interface SecureString {
  readonly secret: string;
}

export interface Credential {
  readonly user: string;
  readonly password: string;
}

/** One of our own guest scripts. */
export interface ScriptBlock {
  readonly script: string;
  readonly text: string;
}
