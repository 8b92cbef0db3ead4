import type { LabVm } from '../estate/types.ts';
import type { CmdletContext } from '../powershell/cmdlet.ts';
import { hasWildcard, like } from '../powershell/wildcards.ts';
import { invalidState, notFound } from './errors.ts';

/**
 * What Hyper-V keeps of a VM beyond the estate's own fields, under these keys of `LabVm.extra`. All may be missing: a VM may come from
 * another product.
 */
export interface HyperVExtra {
  'hyperV.path'?: string;
  'hyperV.startAction'?: 'Nothing' | 'StartIfRunning' | 'Start';
  'hyperV.startDelay'?: number;
  'hyperV.stopAction'?: 'TurnOff' | 'Save' | 'ShutDown';
  'hyperV.checkpointType'?: string;
  'hyperV.memory'?: DynamicMemory;
  'hyperV.secureBootTemplate'?: string;
  /** Integration services switched the other way than by default, by the tail of their id. */
  'hyperV.services'?: Record<string, boolean>;
  'hyperV.adapters'?: Record<string, AdapterExtra>;
  'hyperV.snapshots'?: Checkpoint[];
  'hyperV.clustered'?: boolean;
}

/** MB. */
export interface DynamicMemory {
  readonly minimum: number;
  readonly maximum: number;
}

/** `unassigned`: the address pool gives a dynamic MAC at the first start; until then it reads as zeros. */
export interface AdapterExtra {
  dynamicMac?: boolean;
  unassigned?: boolean;
  trunk?: { native: number; allowed: string };
}

/** A layer of every disk of the VM. `epochs` and `bytesBelow` are by disk id, as they were when it was made. */
export interface Checkpoint {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly parent: string | null;
  readonly epochs: Readonly<Record<string, number>>;
  readonly bytesBelow: Readonly<Record<string, number>>;
  /** Deleted: its layer is being merged until then, lab ms. */
  mergedAt: number | null;
}

export const extraOf = (vm: LabVm): HyperVExtra => vm.extra as HyperVExtra;

/** VMs registered on the host of this shell. */
export const registered = ({ estate, instance }: CmdletContext): readonly LabVm[] =>
  estate.vms.list('hyper-v', instance);

/** A parameter that takes one or several. */
export const several = <T>(value: unknown): readonly T[] =>
  value === undefined || value === null ? [] : ([value].flat() as unknown as readonly T[]);

/** VMs by display name, which is not unique. A plain name that fits none is an error, a pattern is not. */
export const named = (ctx: CmdletContext, names: readonly string[], type: string): readonly LabVm[] =>
  names.flatMap((name) => {
    const fits = registered(ctx).filter((vm) => like(name)(vm.name));
    if (fits.length === 0 && !hasWildcard(name)) throw notFound(`a virtual machine with name "${name}"`, type);
    return fits;
  });

export const byId = (ctx: CmdletContext, id: string, type: string): LabVm => {
  const vm = ctx.estate.vms.get(id);
  if (vm?.platform === 'hyper-v' && vm.instance === ctx.instance) return vm;
  throw notFound(`a virtual machine with ID "${id}"`, type);
};

/** The VMs a call means by `-VM` or by `-VMName` / `-Name`. */
export const meant = (ctx: CmdletContext, parameters: Record<string, unknown>, type: string): readonly LabVm[] => {
  const objects = several<{ Id?: string; VMId?: string }>(parameters.VM);
  if (objects.length > 0) return objects.map((object) => byId(ctx, String(object.VMId ?? object.Id), type));
  return named(ctx, several<string>(parameters.VMName ?? parameters.Name), type);
};

/** Hardware is changed only while the VM is off. V §3.2 */
export const mustBeOff = (vm: LabVm, type: string): void => {
  if (vm.power === 'off') return;
  throw invalidState(
    `The operation cannot be performed while the virtual machine is in its current state. (Virtual machine '${vm.name}', ID ${vm.id})`,
    type,
  );
};

/** How the event log names the hand of a cmdlet. */
export const by = (cmdlet: string): string => `hyper-v:${cmdlet}`;

/** Changes some of Hyper-V's own fields. */
export const editExtra = (ctx: CmdletContext, vm: LabVm, cmdlet: string, edit: (extra: HyperVExtra) => void): LabVm =>
  ctx.estate.vms.change(vm.id, by(cmdlet), (changed) => edit(extraOf(changed)));

export const volumeOf = (ctx: CmdletContext, path: string): string | undefined => {
  const inside = (root: string): boolean =>
    `${path}\\`.toLowerCase().startsWith(`${root.replace(/\\$/, '')}\\`.toLowerCase());
  return ctx.estate.scenario.hyperV.volumes
    .map((volume) => volume.path)
    .filter(inside)
    .toSorted((a, b) => b.length - a.length)[0];
};

/** Where the configuration of a VM lies. */
export const homeOf = (vm: LabVm): string => {
  const known = extraOf(vm)['hyperV.path'];
  const disk = vm.disks[0]?.path ?? 'C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\disk.vhdx';
  return known ?? parentOf(disk).replace(/\\Virtual Hard Disks$/i, '');
};

export const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('\\'), 0));
