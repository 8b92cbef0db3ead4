import { createHash, randomUUID } from 'node:crypto';
import type { Estate, LabDisk, LabVm } from '../../estate/types.ts';
import { volumeOf } from '../../hyper-v/machines.ts';
import { freeOn } from '../../hyper-v/volumes.ts';
import type { Mount, Point } from '../records.ts';

export const PROTECTIVE_CHECKPOINT = 'Veeam Instant Recovery protective snapshot';
export const NO_SPACE = 'There is not enough space on the disk.';

/** Hardware a VM from an AHV backup arrives with, whatever the source had. V §1.5.4 */
const CPUS = 2;
const MEMORY_MB = 4096;

/** VMs on the host with this name: the product refuses to make another. */
export const isNameTaken = (estate: Estate, name: string): boolean =>
  estate.vms
    .list('hyper-v', estate.scenario.hyperV.instance)
    .some((vm) => vm.name.toLowerCase() === name.toLowerCase());

/** Why the folder cannot take disks of this size, or null. */
export const lackOfSpace = (estate: Estate, path: string, needed: number): string | null => {
  const host = { estate, instance: estate.scenario.hyperV.instance, session: new Map<string, unknown>() };
  const volume = volumeOf(host, path);
  if (volume === undefined) return `The path ${path} does not exist on the host.`;
  return needed > freeOn(host, volume) ? NO_SPACE : null;
};

/**
 * Makes the VM of a mount: off, one unconnected adapter, disks that are differencing disks over what the mount presents, a protective
 * checkpoint. The generation follows from how the backed-up disk boots. V §1.5.3
 */
export const makeDummyVm = (estate: Estate, mount: Mount, point: Point): void => {
  const disks = point.disks.map((frozen, n): LabDisk => {
    const file = `mount-${mount.id}-${n}`;
    estate.disks.clone(frozen.file, file);
    const path = `${mount.options.path}\\${mount.options.vmName}-disk${n}.vhdx`;
    return { id: randomUUID(), file, bytes: frozen.bytes, boot: frozen.boot, path, parent: frozen.file };
  });
  if (mount.flaw === 'noBoot') breakBoot(estate, disks);
  estate.vms.create(vmOf(estate, mount, point, disks), byOf('Start-VBRHvInstantRecovery', mount));
};

export const byOf = (cmdlet: string, mount: Pick<Mount, 'reason'>): string =>
  mount.reason ? `veeam:${cmdlet}:${mount.reason}` : `veeam:${cmdlet}`;

const vmOf = (estate: Estate, mount: Mount, { snapshot, origin }: Point, disks: LabDisk[]): LabVm => {
  const generation = snapshot.firmware === 'uefi' ? 2 : 1;
  return {
    id: mount.vmId,
    platform: 'hyper-v',
    instance: estate.scenario.hyperV.instance,
    name: mount.options.vmName,
    origin,
    power: 'off',
    powerAt: estate.now(),
    firmware: snapshot.firmware,
    generation,
    secureBoot: generation === 2,
    cpus: CPUS,
    memoryMb: MEMORY_MB,
    disks,
    nics: [
      {
        id: randomUUID(),
        name: 'Network Adapter',
        mac: (mount.options.preserveMacs && snapshot.macs[0]) || hyperVMac(mount.vmId),
        network: null,
        vlan: null,
        connected: false,
      },
    ],
    note: '',
    autostart: true,
    guest: snapshot.guest,
    guestUpSince: null,
    extra: {
      'hyperV.path': mount.options.path,
      'hyperV.clustered': mount.options.clustered,
      'hyperV.biosGuid': mount.options.preserveId ? origin : mount.vmId,
      'hyperV.snapshots': [protectiveCheckpoint(estate)],
    },
  };
};

/** It holds no layer of its own here: the differencing disks of the mount are its layers. */
const protectiveCheckpoint = (estate: Estate): Record<string, unknown> => ({
  id: randomUUID(),
  name: PROTECTIVE_CHECKPOINT,
  at: estate.now(),
  parent: null,
  epochs: {},
  bytesBelow: {},
  mergedAt: null,
});

/** An address out of Microsoft's range. */
const hyperVMac = (seed: string): string => {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `00:15:5d:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
};

/** The guest on the boot disk no longer knows the disks of Hyper-V. */
const breakBoot = (estate: Estate, disks: readonly LabDisk[]): void => {
  const file = (disks.find((disk) => disk.boot) ?? disks[0])?.file;
  if (file === undefined) return;
  const text = Buffer.from(estate.disks.read(file, 0)).toString('utf8').replace(/\0+$/, '');
  if (!text.startsWith('{')) return;
  const guest = { ...(JSON.parse(text) as Record<string, unknown>), hyperVDrivers: false };
  estate.disks.write(file, 0, Buffer.from(JSON.stringify(guest)));
};
