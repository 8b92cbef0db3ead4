import type { LabDisk, LabVm } from '../estate/types.ts';
import { type CmdletContext, typed } from '../powershell/cmdlet.ts';
import { attachedPath } from './chains.ts';

export interface Slot {
  readonly type: 'IDE' | 'SCSI';
  readonly number: number;
  readonly location: number;
}

/** Generation 1 boots from IDE, which holds four; everything else is on SCSI. V §5 */
export const slotOf = (vm: LabVm, index: number): Slot => {
  if (vm.generation === 2) return { type: 'SCSI', number: Math.floor(index / 64), location: index % 64 };
  if (index < 4) return { type: 'IDE', number: Math.floor(index / 2), location: index % 2 };
  return { type: 'SCSI', number: Math.floor((index - 4) / 64), location: (index - 4) % 64 };
};

/** A HardDiskDrive. V §3.2 */
export const driveObject = (ctx: CmdletContext, vm: LabVm, disk: LabDisk, index: number): object => {
  const { type, number, location } = slotOf(vm, index);
  return typed('HardDiskDrive', {
    VMId: vm.id,
    VMName: vm.name,
    Id: `Microsoft:${vm.id.toUpperCase()}\\${disk.id}`,
    Name: `Hard Drive on ${type} controller number ${number} at location ${location}`,
    Path: attachedPath(ctx, vm, disk),
    ControllerType: type,
    ControllerNumber: number,
    ControllerLocation: location,
    DiskNumber: null,
    PoolName: 'Primordial',
    SupportPersistentReservations: false,
  });
};
