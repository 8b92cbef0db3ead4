/** PowerShell as data: a list of cmdlet calls in, one envelope out. Nothing is ever interpolated. */

/** Objects of an earlier call of the same list; `where` filters by equality, `property` takes one property of each. */
export interface Reference {
  readonly $ref: string;
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  readonly property?: string;
}

/** A secret by reference (`env:NAME`, `file:/path`), resolved by the runner on the worker, handed over on standard input only. */
export interface Secret {
  readonly $secret: string;
}

/** Becomes a PSCredential on the host. */
export interface CredentialValue {
  readonly $credential: { readonly user: string; readonly password: Secret };
}

/** The text of one of our own guest scripts, by file name; becomes a script block file on the host. */
export interface ScriptValue {
  readonly $script: string;
}

export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | Reference
  | Secret
  | CredentialValue
  | ScriptValue
  | readonly ParameterValue[];

export interface CmdletCall {
  /** Names the result for later references; unique in the list. */
  readonly id: string;
  readonly cmdlet: string;
  /** A switch parameter is `true`. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Property paths to return (`Id`, `Progress.Percents`); a property an object lacks comes back as null. */
  readonly select: readonly string[];
  /** An error of this call is reported in its result and the list goes on. */
  readonly mayFail?: boolean;
}

export interface CmdletError {
  readonly message: string;
  /** PowerShell's error category, such as `InvalidArgument`. */
  readonly category: string;
  readonly fullyQualifiedErrorId: string;
}

/** Selected objects, keyed by the paths asked for; enums and dates are strings, arrays are arrays. */
export interface CmdletResult {
  readonly id: string;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly error: CmdletError | null;
}

export interface RunOptions {
  /** Milliseconds until the whole process tree is killed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Runs one list in one process. Throws `CmdletFailed` when a call without `mayFail` fails, `RunnerFailed` when there is no envelope. */
export type CmdletRunner = (
  calls: readonly CmdletCall[],
  options?: Partial<RunOptions>,
) => Promise<ReadonlyMap<string, CmdletResult>>;

/** A cmdlet said no. Earlier calls of the list have run: `results` holds them. */
export class CmdletFailed extends Error {
  readonly call: CmdletCall;
  readonly error: CmdletError;
  readonly results: ReadonlyMap<string, CmdletResult>;
  constructor(call: CmdletCall, error: CmdletError, results: ReadonlyMap<string, CmdletResult>) {
    super(`${call.cmdlet}: ${error.message}`);
    this.name = 'CmdletFailed';
    this.call = call;
    this.error = error;
    this.results = results;
  }
}

/** The process ended, hung or could not start without an answer: what it did is unknown. */
export class RunnerFailed extends Error {
  readonly kind: 'notStarted' | 'noEnvelope' | 'timedOut' | 'cancelled' | 'refused';
  constructor(kind: RunnerFailed['kind'], message: string) {
    super(message);
    this.name = 'RunnerFailed';
    this.kind = kind;
  }
}
