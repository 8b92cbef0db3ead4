import type { LabVm } from '../estate/types.ts';
import { cmdlet, Prompt } from '../powershell/cmdlet.ts';
import { commands } from './errors.ts';
import { detach } from './files.ts';
import { setMemory, setProcessors } from './hardware.ts';
import { by, byId, extraOf, meant, mustBeOff, named, registered } from './machines.ts';
import { passed, vmObject } from './vm-object.ts';

/** Get-VM, Set-VM, Rename-VM, Remove-VM. V §3.1, §3.2 */

const getType = `${commands}.GetVM`;

export const getVm = cmdlet(
  { type: getType, syntax: ['[-Name|VMName <string[]>]', '-Id <guid>'] },
  (ctx, { Id, Name }) => {
    if (Id !== undefined) return [vmObject(ctx, byId(ctx, String(Id), getType))];
    const vms = Name === undefined ? registered(ctx) : named(ctx, Name as string[], getType);
    return vms.map((vm) => vmObject(ctx, vm));
  },
);

const setType = `${commands}.SetVM`;

const setOptions = [
  '[-ProcessorCount <long>] [-MemoryStartupBytes <long>] [-MemoryMinimumBytes <long>] [-MemoryMaximumBytes <long>]',
  '[-DynamicMemory] [-StaticMemory] [-Notes <string>] [-NewVMName <string>]',
  '[-AutomaticStartAction {Nothing|StartIfRunning|Start}] [-AutomaticStartDelay <int>]',
  '[-AutomaticStopAction {TurnOff|Save|ShutDown}]',
  '[-CheckpointType {Disabled|Production|ProductionOnly|Standard}] [-AutomaticCheckpointsEnabled <bool>] [-Passthru]',
].join(' ');

const setters: Readonly<Record<string, (vm: LabVm, value: never) => void>> = {
  Notes: (vm, note: string) => {
    vm.note = note;
  },
  NewVMName: (vm, name: string) => {
    vm.name = name;
  },
  AutomaticStartAction: (vm, action: 'Nothing' | 'StartIfRunning' | 'Start') => {
    vm.autostart = action !== 'Nothing';
    extraOf(vm)['hyperV.startAction'] = action;
  },
  AutomaticStartDelay: (vm, seconds: number) => {
    extraOf(vm)['hyperV.startDelay'] = seconds;
  },
  AutomaticStopAction: (vm, action: 'TurnOff' | 'Save' | 'ShutDown') => {
    extraOf(vm)['hyperV.stopAction'] = action;
  },
  CheckpointType: (vm, type: string) => {
    extraOf(vm)['hyperV.checkpointType'] = type;
  },
};

const needOff = ['ProcessorCount', 'MemoryStartupBytes', 'DynamicMemory', 'StaticMemory', 'AutomaticStopAction'];

export const setVm = cmdlet(
  { type: setType, syntax: [`-Name|VMName <string[]> ${setOptions}`, `-VM <VirtualMachine[]> ${setOptions}`] },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, setType);
    for (const vm of vms) {
      if (needOff.some((name) => parameters[name] !== undefined)) mustBeOff(vm, setType);
      ctx.estate.vms.change(vm.id, by('Set-VM'), (changed) => {
        for (const [name, set] of Object.entries(setters)) {
          if (parameters[name] !== undefined) set(changed, parameters[name] as never);
        }
        setProcessors(ctx, changed, parameters.ProcessorCount, setType);
        setMemory(
          changed,
          {
            startup: parameters.MemoryStartupBytes,
            minimum: parameters.MemoryMinimumBytes,
            maximum: parameters.MemoryMaximumBytes,
            dynamic: parameters.StaticMemory === true ? false : parameters.DynamicMemory,
          },
          setType,
        );
      });
    }
    return passed(ctx, parameters, vms);
  },
);

const renameType = `${commands}.RenameVM`;

/** Another VM may have the name already. V §3.1 */
export const renameVm = cmdlet(
  {
    type: renameType,
    syntax: [
      '-Name|VMName <string[]> -NewName <string> [-Passthru]',
      '-VM <VirtualMachine[]> -NewName <string> [-Passthru]',
    ],
  },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, renameType);
    for (const vm of vms) {
      ctx.estate.vms.change(vm.id, by('Rename-VM'), (changed) => {
        changed.name = String(parameters.NewName);
      });
    }
    return passed(ctx, parameters, vms);
  },
);

const removeType = `${commands}.RemoveVM`;

/** Removes the configuration; the VHDX files stay where they are. V §3.2 */
export const removeVm = cmdlet(
  {
    type: removeType,
    syntax: ['-Name|VMName <string[]> [-Force] [-Passthru]', '-VM <VirtualMachine[]> [-Force] [-Passthru]'],
  },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, removeType);
    for (const vm of vms) mustBeOff(vm, removeType);
    if (parameters.Force !== true) throw new Prompt(removeType);
    const gone = parameters.Passthru === true ? vms.map((vm) => vmObject(ctx, vm)) : [];
    for (const vm of vms) {
      detach(ctx, vm);
      ctx.estate.vms.remove(vm.id, by('Remove-VM'), { keepDisks: true });
    }
    return gone;
  },
);
