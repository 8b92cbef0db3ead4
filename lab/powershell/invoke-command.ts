import type { Estate, LabPlatform, LabVm } from '../estate/types.ts';
import { type CmdletContext, CmdletError, type Credential, cmdlet, type ScriptBlock } from './cmdlet.ts';

/** How the lab runs one of our scripts inside a guest that is up. */
export interface Guests {
  readonly run: (
    estate: Estate,
    vmId: string,
    script: string,
    argument: string,
  ) => { readonly output: string } | { readonly error: string };
  readonly byAddress: (estate: Estate, address: string) => LabVm | undefined;
  readonly credentialsFit: (estate: Estate, vm: LabVm, user: string, password: string) => boolean;
}

const type = 'Microsoft.PowerShell.Commands.InvokeCommandCommand';

const sessionBroken = (target: string, message: string, id = 'PSSessionStateBroken'): CmdletError =>
  new CmdletError(`[${target}] ${message}`, 'OpenError', id);

/** PowerShell Direct needs Windows 10 or Windows Server 2016 in the guest. V §3.4 */
export const understandsDirect = (osName: string): boolean => {
  const year = Number(/server\s+(\d{4})/i.exec(osName)?.[1] ?? 0);
  return year >= 2016 || /windows\s+1[01]\b/i.test(osName);
};

const hostedHere = ({ estate, instance }: CmdletContext): LabPlatform | null => {
  if (instance === estate.scenario.hyperV.instance) return 'hyper-v';
  return instance === estate.scenario.azure.localInstance ? 'azure-local' : null;
};

/** Over the VM bus: the VM must run on this host and its guest must be up; the network plays no part. */
const direct = (ctx: CmdletContext, guests: Guests, id: string, { user, password }: Credential): LabVm => {
  const platform = hostedHere(ctx);
  const vm = ctx.estate.vms.get(id);
  if (platform === null)
    throw new CmdletError(
      'The Hyper-V Module for Windows PowerShell is not available on this machine.',
      'InvalidOperation',
      `HyperVModuleNotAvailable,${type}`,
    );
  if (vm?.platform !== platform || vm.instance !== ctx.instance)
    throw new CmdletError(
      `The input VMId ${id} does not resolve to a single virtual machine.`,
      'InvalidArgument',
      `InvalidVMIdNotSingle,${type}`,
    );
  if (vm.power !== 'on')
    throw new CmdletError(
      `The virtual machine ${vm.name} is not in running state.`,
      'InvalidArgument',
      `InvalidVMState,${type}`,
    );
  const listens = vm.guestUpSince !== null && vm.guest.os === 'windows' && understandsDirect(vm.guest.osName);
  if (!listens)
    throw sessionBroken(
      vm.name,
      'An error has occurred which PowerShell cannot handle. A remote session might have ended.',
    );
  if (!guests.credentialsFit(ctx.estate, vm, user, password))
    throw sessionBroken(vm.name, 'The credential is invalid.');
  return vm;
};

/** Over the network: the guest must show the address, be Windows, and know the account. */
const overWinRm = (ctx: CmdletContext, guests: Guests, address: string, { user, password }: Credential): LabVm => {
  const failed = `Connecting to remote server ${address} failed with the following error message :`;
  const vm = guests.byAddress(ctx.estate, address);
  if (!vm)
    throw sessionBroken(
      address,
      `${failed} WinRM cannot complete the operation. Verify that the specified computer name is valid, that the computer is accessible over the network, and that a firewall exception for the WinRM service is enabled and allows access from this computer.`,
      'WinRMOperationTimeout,PSSessionStateBroken',
    );
  if (vm.guest.os !== 'windows')
    throw sessionBroken(
      address,
      `${failed} The client cannot connect to the destination specified in the request. Verify that the service on the destination is running and is accepting requests.`,
      'CannotConnect,PSSessionStateBroken',
    );
  if (!guests.credentialsFit(ctx.estate, vm, user, password))
    throw sessionBroken(address, `${failed} Access is denied.`, 'AccessDenied,PSSessionStateBroken');
  return vm;
};

const options = '-ScriptBlock <scriptblock> [-ArgumentList <object[]>]';

/** Runs one of our guest scripts; what it writes comes back as strings. */
export const invokeCommand = (guests: Guests) =>
  cmdlet(
    {
      type,
      mutates: false,
      syntax: [
        `-VMId|VMGuid <guid[]> -Credential <pscredential> ${options}`,
        `-ComputerName|Cn <string[]> -Credential <pscredential> [-UseSSL] [-Port <int>] [-Authentication {Default|Basic|Negotiate|NegotiateWithImplicitCredential|Credssp|Digest|Kerberos}] [-SessionOption <object>] ${options}`,
      ],
    },
    (ctx, { VMId, ComputerName, Credential, ScriptBlock, ArgumentList }) => {
      const credential = Credential as Credential;
      const { script } = ScriptBlock as ScriptBlock;
      const [argument = ''] = (ArgumentList ?? []) as readonly unknown[];
      const targets = [
        ...((VMId ?? []) as readonly string[]).map((id) => direct(ctx, guests, id, credential)),
        ...((ComputerName ?? []) as readonly string[]).map((name) => overWinRm(ctx, guests, name, credential)),
      ];
      return targets.flatMap((vm) => {
        const answer = guests.run(ctx.estate, vm.id, script, String(argument));
        if ('output' in answer) return answer.output.split('\n');
        throw new CmdletError(`[${vm.name}] ${answer.error}`, 'NotSpecified', 'PSSessionStateBroken');
      });
    },
  );
