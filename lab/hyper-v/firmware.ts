import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, cmdlet, typed } from '../powershell/cmdlet.ts';
import { guidFrom } from './chains.ts';
import { driveObject } from './drives.ts';
import { commands, invalidParameter } from './errors.ts';
import { by, extraOf, meant, mustBeOff } from './machines.ts';

/** Get- and Set-VMFirmware; only generation 2 has one. V §3.2 */

const templates = ['MicrosoftWindows', 'MicrosoftUEFICertificateAuthority', 'OpenSourceShieldedVM'];

const firmwareObject = (ctx: CmdletContext, vm: LabVm): object => {
  const template = extraOf(vm)['hyperV.secureBootTemplate'] ?? 'MicrosoftWindows';
  return typed('VMFirmware', {
    VMId: vm.id,
    VMName: vm.name,
    SecureBoot: vm.secureBoot ? 'On' : 'Off',
    SecureBootTemplate: template,
    SecureBootTemplateId: guidFrom(template),
    PreferredNetworkBootProtocol: 'IPv4',
    ConsoleMode: 'Default',
    PauseAfterBootFailure: 'Off',
    BootOrder: vm.disks.map((disk, index) =>
      typed('VMBootSource', { BootType: 'Drive', Device: driveObject(ctx, vm, disk, index) }),
    ),
  });
};

const mustHaveFirmware = (vm: LabVm, type: string): void => {
  if (vm.generation === 2) return;
  throw invalidParameter(
    `The operation is not supported by a generation 1 virtual machine. (Virtual machine '${vm.name}', ID ${vm.id})`,
    type,
  );
};

const getType = `${commands}.GetVMFirmware`;
const sets = ['-VMName <string[]>', '-VM <VirtualMachine[]>'];

export const getVmFirmware = cmdlet({ type: getType, syntax: sets }, (ctx, parameters) => {
  const vms = meant(ctx, parameters, getType);
  for (const vm of vms) mustHaveFirmware(vm, getType);
  return vms.map((vm) => firmwareObject(ctx, vm));
});

const setType = `${commands}.SetVMFirmware`;

export const setVmFirmware = cmdlet(
  {
    type: setType,
    syntax: sets.map(
      (set) =>
        `${set} [-EnableSecureBoot {On|Off}] [-SecureBootTemplate <string>] [-FirstBootDevice <object>] [-BootOrder <object[]>] [-Passthru]`,
    ),
  },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, setType);
    const { EnableSecureBoot: secure, SecureBootTemplate: wanted } = parameters;
    const template = templates.find((known) => known.toLowerCase() === String(wanted).toLowerCase());
    for (const vm of vms) {
      mustHaveFirmware(vm, setType);
      mustBeOff(vm, setType);
      if (wanted !== undefined && template === undefined)
        throw invalidParameter(`The secure boot template '${String(wanted)}' is not known to this host.`, setType);
      ctx.estate.vms.change(vm.id, by('Set-VMFirmware'), (changed) => {
        if (secure !== undefined) changed.secureBoot = secure === 'On';
        if (template !== undefined) extraOf(changed)['hyperV.secureBootTemplate'] = template;
      });
    }
    return parameters.Passthru === true
      ? vms.flatMap((vm) => ctx.estate.vms.get(vm.id) ?? []).map((vm) => firmwareObject(ctx, vm))
      : [];
  },
);
