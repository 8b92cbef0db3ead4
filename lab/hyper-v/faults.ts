import type { Fault } from '../estate/types.ts';
import {
  type Cmdlet,
  type CmdletContext,
  type CmdletError,
  type CmdletTable,
  cmdlet,
  mutates,
} from '../powershell/cmdlet.ts';
import { subjectOf } from '../powershell/subject.ts';
import { pause } from '../powershell/wait.ts';
import { operationFailed } from './errors.ts';

const refusal = (fault: Fault, name: string, type: string): CmdletError | null => {
  const what = `${name} failed.`;
  if (fault.kind === 'diskFull')
    return operationFailed(`${what} There is not enough space on the disk. (0x80070070)`, type);
  if (fault.kind !== 'refused') return null;
  return operationFailed(
    String(fault.detail.message ?? `${what} The virtual machine is being modified by another operation.`),
    type,
  );
};

const asking =
  (name: string, inner: Cmdlet, type: string) => async (ctx: CmdletContext, parameters: Record<string, unknown>) => {
    const fault = ctx.estate.faults.at(`hyper-v.${name}`, subjectOf(parameters));
    const refused = fault && refusal(fault, name, type);
    if (refused) throw refused;
    if (fault?.kind === 'slow') await pause(ctx.estate, Number(fault.detail.ms ?? 30_000));
    const objects = await inner(ctx, parameters);
    if (fault?.kind === 'errorAfterEffect')
      throw operationFailed(`${name} failed. The operation timed out. (0x800705B4)`, type);
    return objects;
  };

/** `refused`, `diskFull`, `slow` and `errorAfterEffect` for every cmdlet that changes anything. */
export const faulty = (table: CmdletTable): CmdletTable =>
  Object.fromEntries(
    Object.entries(table).map(([name, inner]) => {
      const { manual } = inner;
      if (!manual || !mutates(name, inner)) return [name, inner];
      return [name, cmdlet(manual, asking(name, inner, manual.type))];
    }),
  );
