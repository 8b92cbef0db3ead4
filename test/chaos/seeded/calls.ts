/** Calls that change anything, as the lab names the points at which it asks for a fault. */

const named = (place: string, calls: readonly string[]): readonly string[] => calls.map((call) => `${place}${call}`);

export const PRISM = named('prism.', [
  'guest-shutdown',
  'shutdown',
  'update-vm',
  'update-nic',
  'power-on',
  'power-off',
  'delete-vm',
]);

export const VEEAM_REST = named('veeam.REST ', [
  'POST jobs',
  'POST jobs/{id}/start',
  'POST jobs/{id}/stop',
  'DELETE jobs/{id}',
  'POST license/instances/{id}/revoke',
]);

const VEEAM_CMDLETS = [
  'Start-VBRHvInstantRecovery',
  'Start-VBRHvInstantRecoveryMigration',
  'Stop-VBRInstantRecovery',
  'Remove-VBRBackup',
];
export const VEEAM_SHELL = named('veeam.', VEEAM_CMDLETS);

const HYPER_V_CMDLETS = [
  'Set-VM',
  'Set-VMProcessor',
  'Set-VMMemory',
  'Set-VMFirmware',
  'Add-VMNetworkAdapter',
  'Set-VMNetworkAdapterVlan',
  'Connect-VMNetworkAdapter',
  'Disconnect-VMNetworkAdapter',
  'Start-VM',
  'Stop-VM',
  'Add-ClusterVirtualMachineRole',
  'Remove-ClusterGroup',
  'Remove-VM',
  'Remove-Item',
];
export const HYPER_V = named('hyper-v.', HYPER_V_CMDLETS);

export const ARM = named('arm.', [
  'PUT protectedItems',
  'POST plannedFailover',
  'DELETE protectedItems',
  'PATCH virtualMachineInstances',
  'PATCH machines',
  'PATCH networkInterfaces',
  'PATCH virtualHardDisks',
  'PUT guestAgents',
  'POST start',
  'POST stop',
  'DELETE virtualMachineInstances',
  'DELETE machines',
  'DELETE virtualHardDisks',
  'DELETE networkInterfaces',
]);

/** What prepares the mover itself, once, before any VM moves. */
export const ARM_PROJECT = named('arm.', [
  'PUT replicationPolicies',
  'PUT storageAccounts',
  'PUT roleAssignments',
  'PUT Solutions',
  'PUT replicationExtensions',
]);

/** Changing calls of hooks. */
export const DNS_VERBS = ['Add-DnsServerResourceRecord', 'Remove-DnsServerResourceRecord'];

export const GUEST = named('guest.', ['prepare', 'readdress', 'tidy']);

/** Shells die before or after the first changing call of a list; the second and later ones of a list are struck at the product itself. */
export const SHELLS = [
  ...named('powershell.vbr01.', VEEAM_CMDLETS),
  ...named('powershell.stage01.', [
    'Set-VM',
    'Start-VM',
    'Stop-VM',
    'Connect-VMNetworkAdapter',
    'Disconnect-VMNetworkAdapter',
    'Set-VMFirmware',
    'Remove-ClusterGroup',
    'Remove-VM',
    'Remove-Item',
  ]),
];

/** Calls that come once or not at all in a seed: the first one is struck. */
export const isRare = (point: string): boolean =>
  ARM_PROJECT.includes(point) ||
  /power-o|prism\.shutdown|\/stop|Stop-VM|Stop-VBR|arm\.POST st|arm\.DELETE (m|n|v)|guestAgents/.test(point);

/** `hyper-v.Set-VM` and `powershell.stage01.Set-VM` → `hyper-v Set-VM`, as the lab's `call` events name product and verb; null where a point is no call. */
export const verbAt = (point: string): string | null => {
  const shell = /^powershell\.[^.]+\.(.+)$/.exec(point)?.[1];
  if (shell && DNS_VERBS.includes(shell)) return `dns ${shell}`;
  if (shell) return `${VEEAM_CMDLETS.includes(shell) ? 'veeam' : 'hyper-v'} ${shell}`;
  const [, product, verb] = /^(prism|veeam|hyper-v|arm|guest|dns)\.(?:REST )?(.+)$/.exec(point) ?? [];
  return product && verb ? `${product} ${verb}` : null;
};
