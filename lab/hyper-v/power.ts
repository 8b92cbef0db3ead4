import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, CmdletError, cmdlet, Prompt } from '../powershell/cmdlet.ts';
import { within } from '../powershell/wait.ts';
import { commands, operationFailed } from './errors.ts';
import { isEnabled } from './integration-services.ts';
import { by, extraOf, meant, registered, volumeOf } from './machines.ts';
import { passed } from './vm-object.ts';
import { freeOn } from './volumes.ts';

/** Start-VM and Stop-VM. V §3.2 */

/** How long Hyper-V lets a guest shut down before it gives up or, with `-Force`, turns it off; at speed 1. */
const shutdownLimit = 300_000;

const startType = `${commands}.StartVM`;
const powerSets = ['-Name|VMName <string[]>', '-VM <VirtualMachine[]>'];

const failedToStart = (vm: LabVm, why: string): string =>
  `'${vm.name}' failed to start. (Virtual machine ID ${vm.id.toUpperCase()})\n${why}`;

const memoryMustSuffice = (ctx: CmdletContext, vm: LabVm): void => {
  const taken = registered(ctx)
    .filter((other) => other.power !== 'off' && other.id !== vm.id)
    .reduce((sum, other) => sum + other.memoryMb, 0);
  if (taken + vm.memoryMb <= ctx.estate.scenario.hyperV.memoryMb) return;
  throw new CmdletError(
    failedToStart(
      vm,
      `Not enough memory in the system to start the virtual machine with ram size ${vm.memoryMb} megabytes: Not enough memory resources are available to complete this operation. (0x8007000E).`,
    ),
    'NotSpecified',
    `OutOfMemory,${startType}`,
  );
};

const disksMustOpen = (ctx: CmdletContext, vm: LabVm): void => {
  const lost = vm.disks.find((disk) => !ctx.estate.disks.exists(disk.file));
  if (lost)
    throw operationFailed(
      failedToStart(
        vm,
        `Attachment '${lost.path}' could not be opened: The system cannot find the file specified. (0x80070002).`,
      ),
      startType,
    );
  const full = vm.disks.map((disk) => volumeOf(ctx, disk.path)).find((root) => root && freeOn(ctx, root) <= 0);
  if (full)
    throw operationFailed(
      failedToStart(vm, `There is not enough space on the disk '${full}'. (0x80070070).`),
      startType,
    );
};

/** Adapters with a dynamic address get theirs now. */
const assignAddresses = (ctx: CmdletContext, vm: LabVm): void => {
  const waiting = Object.values(extraOf(vm)['hyperV.adapters'] ?? {}).some((adapter) => adapter.unassigned);
  if (!waiting) return;
  ctx.estate.vms.change(vm.id, by('Start-VM'), (changed) => {
    for (const adapter of Object.values(extraOf(changed)['hyperV.adapters'] ?? {})) delete adapter.unassigned;
  });
};

/** A VM that runs already is left alone: the module only warns. */
export const startVm = cmdlet(
  { type: startType, syntax: powerSets.map((set) => `${set} [-Passthru]`) },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, startType);
    for (const vm of vms.filter((one) => one.power !== 'on')) {
      memoryMustSuffice(ctx, vm);
      disksMustOpen(ctx, vm);
      assignAddresses(ctx, vm);
      ctx.estate.vms.powerOn(vm.id, by('Start-VM'));
    }
    return passed(ctx, parameters, vms);
  },
);

const stopType = `${commands}.StopVM`;

const isOff = (ctx: CmdletContext, vm: LabVm): boolean => ctx.estate.vms.get(vm.id)?.power !== 'on';

const canShutDown = (vm: LabVm): boolean => vm.power === 'on' && vm.guestUpSince !== null && isEnabled(vm, 'shutdown');

/** Asks the guest and waits. Nobody to ask is a question to the caller; `-Force` answers it, and turns off who does not go. */
const shutDown = async (ctx: CmdletContext, vm: LabVm, force: boolean): Promise<void> => {
  const turnOff = (): void => ctx.estate.vms.powerOff(vm.id, by('Stop-VM'));
  if (!canShutDown(vm)) {
    if (!force) throw new Prompt(stopType);
    return turnOff();
  }
  ctx.estate.vms.requestShutdown(vm.id, by('Stop-VM'), 'guest');
  if (await within(ctx.estate, shutdownLimit, () => isOff(ctx, vm) || ctx.isGone?.() === true)) return;
  if (force) return turnOff();
  throw operationFailed(
    `'${vm.name}' failed to shut down. (Virtual machine ID ${vm.id.toUpperCase()})\nThe guest did not shut down in time. (0x800705B4).`,
    stopType,
  );
};

export const stopVm = cmdlet(
  { type: stopType, syntax: powerSets.map((set) => `${set} [-TurnOff] [-Force] [-Passthru]`) },
  async (ctx, parameters) => {
    const vms = meant(ctx, parameters, stopType);
    for (const vm of vms.filter((one) => one.power !== 'off')) {
      if (parameters.TurnOff === true) ctx.estate.vms.powerOff(vm.id, by('Stop-VM'));
      else await shutDown(ctx, vm, parameters.Force === true);
    }
    return passed(ctx, parameters, vms);
  },
);
