import type { ListedVm } from '../../domain/vm.ts';

let made = 0;

/** A VM of an inventory; what a test does not say is plain. */
export const listedVm = (name: string, change: Partial<ListedVm> = {}, ip: string | null = null): ListedVm => {
  made += 1;
  const id = `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  const nic = { id: `${id}/0`, mac: '50:6b:8d:00:00:01', network: 'vlan-20', vlan: 20, connected: true };
  return {
    ref: { id, name },
    cluster: 'NTNX-A',
    power: 'on',
    os: 'windows',
    firmware: 'uefi',
    generation: null,
    secureBoot: false,
    cpus: 2,
    memoryMb: 4096,
    disks: [{ id: `${id}/d0`, bytes: 40 * 2 ** 30, boot: true }],
    nics: [{ ...nic, addresses: ip === null ? [] : [ip] }],
    autostart: null,
    guestReachable: true,
    note: null,
    obstacles: [],
    ...change,
  };
};
