import { type Cmdlet, type CmdletContext, type CmdletTable, cmdlet } from '../powershell/cmdlet.ts';
import { invalidParameter } from './errors.ts';
import { several } from './machines.ts';

const HOST = '[-ComputerName <string[]>]';

/** The computers a call means: named, or told by the objects it was given. None is the machine of the shell itself. */
const computersOf = (parameters: Record<string, unknown>): readonly string[] => {
  const objects = several<{ ComputerName?: string }>(parameters.VM ?? parameters.VMNetworkAdapter);
  const named = several<string>(parameters.ComputerName);
  return named.length > 0 ? named : objects.flatMap(({ ComputerName }) => ComputerName ?? []);
};

/** The shell as if it ran on the host. Throws as Hyper-V does for a computer it cannot find, and where no Hyper-V is. */
const onHost = (ctx: CmdletContext, computers: readonly string[], type: string): CmdletContext => {
  const { host, instance } = ctx.estate.scenario.hyperV;
  const known = [host, host.split('.')[0] ?? host].map((name) => name.toLowerCase());
  const stranger = computers.find((name) => !known.includes(name.toLowerCase()));
  if (stranger !== undefined)
    throw invalidParameter(
      `The computer '${stranger}' could not be resolved. Make sure you typed the machine name correctly and that you have network access.`,
      type,
    );
  if (computers.length > 0 || ctx.instance === instance) return { ...ctx, instance };
  throw invalidParameter('The Hyper-V role is not installed on this machine.', type);
};

const reaching = (inner: Cmdlet, type: string, syntax: readonly string[]): Cmdlet =>
  cmdlet({ ...inner.manual, type, syntax }, (ctx, { ComputerName, ...parameters }) =>
    inner(onHost(ctx, computersOf({ ComputerName, ...parameters }), type), parameters),
  );

const takesHost = (name: string): boolean => /-(VM|VHD)/.test(name);

/** The module's cmdlets with `-ComputerName`, which reach a host from wherever the module is installed. V §3.1 */
export const remotely = (table: CmdletTable): CmdletTable =>
  Object.fromEntries(
    Object.entries(table).map(([name, inner]) => {
      const { manual } = inner;
      if (!manual || !takesHost(name)) return [name, inner];
      const syntax = manual.syntax.map((line) => (line.includes('-ComputerName') ? line : `${line} ${HOST}`));
      return [name, reaching(inner, manual.type, syntax)];
    }),
  );

/** What a management machine without the role has: the module alone. */
export const managementTools = (table: CmdletTable): CmdletTable =>
  Object.fromEntries(Object.entries(remotely(table)).filter(([name]) => takesHost(name)));
