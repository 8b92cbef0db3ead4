import { type Bound, bind, commonParameters } from './bind.ts';
import { type Cmdlet, CmdletError, type CmdletTable, mutates, Prompt } from './cmdlet.ts';
import type { Call } from './payload.ts';
import type { Shell } from './run-list.ts';
import { subjectOf } from './subject.ts';

/** A call whose cmdlet is found and whose parameters are bound, before it runs. */
export interface ReadyCall extends Bound {
  readonly name: string;
  readonly cmdlet: Cmdlet;
  readonly isMutating: boolean;
  /** The id of the object it is about, as far as its parameters tell. */
  readonly subject: string | undefined;
}

const found = (table: CmdletTable, name: string): readonly [string, Cmdlet] => {
  const entry = Object.entries(table).find(([known]) => known.toLowerCase() === name.toLowerCase());
  if (entry) return entry;
  throw new CmdletError(
    `The term '${name}' is not recognized as a name of a cmdlet, function, script file, or executable program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
    'ObjectNotFound',
    'CommandNotFoundException',
    true,
  );
};

/** Finds and binds. Throws CommandNotFoundException and ParameterBindingException records. */
export const ready = (table: CmdletTable, call: Call, resolve: (value: unknown) => unknown): ReadyCall => {
  const [name, cmdlet] = found(table, call.cmdlet);
  const isMutating = mutates(name, cmdlet);
  const given = Object.fromEntries(Object.entries(call.parameters).map(([key, value]) => [key, resolve(value)]));
  const bound = cmdlet.manual
    ? bind(cmdlet.manual, isMutating, given)
    : { parameters: given, ...commonParameters(given) };
  return { name, cmdlet, isMutating, subject: subjectOf(bound.parameters), ...bound };
};

/** Where a caller's token travels: the free text a product keeps. */
const tokenOf = (parameters: Readonly<Record<string, unknown>>): string | undefined =>
  ['Reason', 'Description', 'Notes', 'SnapshotName']
    .map((name) => parameters[name])
    .find((value): value is string => typeof value === 'string');

const productOn = ({ scenario }: Shell['estate'], instance: string): string => {
  if (instance === scenario.dns?.instance) return 'dns';
  return instance === scenario.veeam.instance ? 'veeam' : 'hyper-v';
};

const logged = ({ estate, instance }: Shell, call: ReadyCall, status: string): void => {
  if (!call.isMutating) return;
  const token = tokenOf(call.parameters);
  estate.log('call', {
    product: productOn(estate, instance),
    verb: call.name,
    ...(call.subject === undefined ? {} : { subject: call.subject }),
    status,
    ...(token === undefined ? {} : { token }),
  });
};

/** Runs it and logs a `call` event when it is one that changes anything. */
export const run = async (shell: Shell, call: ReadyCall): Promise<readonly unknown[]> => {
  if (call.confirm) throw new Prompt(call.cmdlet.manual?.type ?? call.name);
  if (call.whatIf) return [];
  try {
    const objects = await call.cmdlet(shell, call.parameters);
    logged(shell, call, 'ok');
    return objects;
  } catch (reason) {
    logged(shell, call, reason instanceof CmdletError ? reason.fullyQualifiedErrorId : 'fault of the lab');
    if (reason instanceof CmdletError && !reason.terminating && call.silent) return [];
    throw reason;
  }
};
