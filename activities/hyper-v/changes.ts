import type { CmdletCall } from '../contracts/cmdlets.ts';
import { call } from './values.ts';
import { THE_VM } from './vms.ts';

const MEBIBYTE = 1024 * 1024;

/** `id` where one list writes them twice. */
export const writeNotes = (notes: string, id = 'notes'): CmdletCall => call(id, 'Set-VM', { VM: THE_VM, Notes: notes });
export const setStartAction = (action: string): CmdletCall =>
  call('start action', 'Set-VM', { VM: THE_VM, AutomaticStartAction: action });
export const start = (): CmdletCall => call('start', 'Start-VM', { VM: THE_VM });

/**
 * Asks the guest. Without -Force the cmdlet would ask a person where the guest cannot be asked, and our shell is not interactive, so it
 * fails instead; -Force would turn the VM off five minutes later, or at once where the guest is locked. V §3.2
 */
export const askGuest = (): CmdletCall => call('ask', 'Stop-VM', { VM: THE_VM });
export const turnOff = (): CmdletCall => call('turn off', 'Stop-VM', { VM: THE_VM, TurnOff: true, Force: true });

export const rename = (to: string): CmdletCall => call('rename', 'Rename-VM', { VM: THE_VM, NewName: to });
export const setCpus = (count: number): CmdletCall => call('cpus', 'Set-VMProcessor', { VM: THE_VM, Count: count });

/** Flag and bytes in one call: apart they can contradict each other for a moment. V §3.2 */
export const setMemory = (mebibytes: number): CmdletCall =>
  call('memory', 'Set-VMMemory', { VM: THE_VM, DynamicMemoryEnabled: false, StartupBytes: mebibytes * MEBIBYTE });

export const secureBootOff = (): CmdletCall =>
  call('secure boot', 'Set-VMFirmware', { VM: THE_VM, EnableSecureBoot: 'Off' });
export const secureBootOn = (template: string): CmdletCall =>
  call('secure boot', 'Set-VMFirmware', { VM: THE_VM, EnableSecureBoot: 'On', SecureBootTemplate: template });

/** Azure Migrate takes a VM of a clustered host only when it is highly available. A §5.1 */
export const addRole = (id: string): CmdletCall => call('add role', 'Add-ClusterVirtualMachineRole', { VMId: id });
/** A role in the cluster outlives its VM. */
export const removeRole = (id: string): CmdletCall =>
  call('role', 'Remove-ClusterGroup', { VMId: id, RemoveResources: true, Force: true });
/** Leaves the files of the disks. V §3.2 */
export const removeVm = (): CmdletCall => call('remove', 'Remove-VM', { VM: THE_VM, Force: true });
