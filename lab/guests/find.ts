import type { Estate, LabPlatform, LabVm } from '../estate/types.ts';

const PLATFORMS: readonly LabPlatform[] = ['ahv', 'hyper-v', 'azure-local'];

export const everyVm = (estate: Estate): readonly LabVm[] => PLATFORMS.flatMap((platform) => estate.vms.list(platform));

/** A guest that is up, by the VM it runs in: PowerShell Direct needs no network. */
export const guestByVmId = (estate: Estate, vmId: string): LabVm | undefined => {
  const vm = estate.vms.get(vmId);
  return vm && vm.guestUpSince !== null ? vm : undefined;
};

/** The guest that shows this address now, over WinRM or SSH. Where two hold it, the one that came up last answers, as ARP would have it. */
export const guestByAddress = (estate: Estate, ip: string): LabVm | undefined =>
  everyVm(estate)
    .filter((vm) => estate.vms.addressesOf(vm.id).some((a) => a.ips.includes(ip)))
    .sort((a, b) => (b.guestUpSince ?? 0) - (a.guestUpSince ?? 0))[0];

/** Whether this is the local account of a VM; `.\Administrator` and `HOST\Administrator` name it too. */
export const credentialsFit = (estate: Estate, vm: LabVm, user: string, password: string): boolean => {
  const account = estate.scenario.vms.find((v) => v.uuid === vm.origin)?.credentials;
  const name = user.slice(user.lastIndexOf('\\') + 1);
  return account?.user.toLowerCase() === name.toLowerCase() && account.password === password;
};
