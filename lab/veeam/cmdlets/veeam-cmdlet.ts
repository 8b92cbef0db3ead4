import type { Fault } from '../../estate/types.ts';
import { type Cmdlet, type CmdletContext, CmdletError, cmdlet, type Manual } from '../../powershell/cmdlet.ts';
import { pause } from '../../powershell/wait.ts';
import { like } from '../../powershell/wildcards.ts';
import { type VeeamService, veeamOf } from '../service.ts';
import { valuesOf } from '../tables.ts';

export type Parameters = Readonly<Record<string, unknown>>;

export interface Call {
  readonly ctx: CmdletContext;
  readonly veeam: VeeamService;
  /** .NET class of the cmdlet, the tail of its error ids. */
  readonly type: string;
  readonly fault: Fault | undefined;
}

export type Run = (parameters: Parameters, call: Call) => readonly unknown[] | Promise<readonly unknown[]>;

/** Class names and error ids of the module are not published; these follow its namespace. */
export const typeName = (name: string): string => `Veeam.Backup.PowerShell.Cmdlets.${name.replace('-', '')}`;

export const CONNECTION = 'veeam connection';

export const failure = (message: string, category: string, id: string, type: string): CmdletError =>
  new CmdletError(message, category, `${id},${type}`);

const SLOW_MS = 30_000;

/**
 * One cmdlet of the module: needs a connection made earlier in the same shell, and meets the faults armed at `veeam.<name>`. A fault it
 * does not know here is for the cmdlet itself.
 */
export const veeamCmdlet = (name: string, manual: Omit<Manual, 'type'>, run: Run): Cmdlet => {
  const type = typeName(name);
  return cmdlet({ type, ...manual }, async (ctx, parameters) => {
    if (!ctx.session.has(CONNECTION))
      throw failure(
        'Failed to connect to Veeam Backup & Replication server: run Connect-VBRServer first.',
        'ConnectionError',
        'NotConnected',
        type,
      );
    const veeam = veeamOf(ctx.estate);
    const fault = ctx.estate.faults.at(`veeam.${name}`, subjectOf(veeam, parameters));
    if (fault?.kind === 'refused') throw wordsOf(fault, 'The operation was refused.', type);
    if (fault?.kind === 'throttled') throw wordsOf(fault, 'The backup server is busy. Try again later.', type);
    if (fault?.kind === 'slow') await pause(ctx.estate, Number(fault.detail.ms ?? SLOW_MS));

    const objects = await run(parameters, { ctx, veeam, type, fault });
    if (fault?.kind === 'errorAfterEffect') throw wordsOf(fault, 'The RPC server is unavailable.', type);
    return objects;
  });
};

const wordsOf = (fault: Fault, otherwise: string, type: string): CmdletError =>
  failure(
    String(fault.detail.message ?? otherwise),
    String(fault.detail.category ?? 'InvalidOperation'),
    String(fault.detail.errorId ?? 'InvalidOperation'),
    type,
  );

/** The scenario VM a call is about, as far as the objects it was given tell. */
const subjectOf = (veeam: VeeamService, parameters: Parameters): string | undefined => {
  const ids = Object.values(parameters)
    .flat()
    .flatMap((value) => (typeof value === 'object' && value !== null && 'Id' in value ? String(value.Id) : []));
  const found = ids.flatMap((id) => veeam.points.get(id) ?? veeam.mounts.get(id) ?? pointsOf(veeam, id))[0];
  return found?.origin;
};

const pointsOf = (veeam: VeeamService, backupId: string) =>
  valuesOf(veeam.points).filter((point) => point.backupId === backupId);

/** Whether a name fits one of the patterns; no patterns fit everything. */
export const fits = (patterns: unknown, name: string): boolean =>
  patterns === undefined || [patterns].flat().some((pattern) => like(String(pattern))(name));

export const isAmong = (ids: unknown, id: string): boolean => ids === undefined || [ids].flat().includes(id);

/** `CBackupSession` says this for a time that has not come; `VBRSession` says null. */
export const never = new Date('1900-01-01T00:00:00Z');

export const idsOf = (objects: unknown): readonly string[] =>
  [objects ?? []].flat().map((each) => String((each as { Id?: unknown }).Id));
