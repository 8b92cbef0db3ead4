import type { CmdletCall, CmdletRunner } from '../contracts/cmdlets.ts';
import { sweepOf } from '../contracts/sweep.ts';
import { macOf } from './adapters.ts';
import { call, list, mayFail, number, type Results, rowsOf, sameText, text, truth } from './values.ts';
import { EVERY_VM, findAll, readAll, type VmLine } from './vms.ts';

export interface Switch {
  readonly name: string;
  readonly kind: string;
}

/** Sizes are bytes. `root` is a drive (`D:`) or the folder of a shared volume. */
export interface Volume {
  readonly root: string;
  readonly shared: boolean;
  readonly bytes: number;
  readonly free: number;
}

export interface HostReading {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly osName: string;
  /** Windows build, such as 20348 for Server 2022; null where the host did not say. */
  readonly build: number | null;
  readonly moduleVersion: string;
  /** null where the cluster could not be asked for another reason than that there is none. */
  readonly clustered: boolean | null;
  readonly switches: readonly Switch[];
  readonly volumes: readonly Volume[];
  readonly vms: readonly VmLine[];
}

/** An adapter of any VM of the host. */
export interface Neighbour {
  readonly vm: string;
  readonly vmName: string;
  readonly mac: string;
  readonly connected: boolean;
}

export const findSwitches = call('switches', 'Get-VMSwitch', {}, ['Name', 'SwitchType']);

export const readSwitches = (results: Results): readonly Switch[] =>
  rowsOf(results, 'switches').map((row) => ({ name: text(row.Name), kind: text(row.SwitchType) }));

const SHARED = 'SharedVolumeInfo.FriendlyVolumeName';
const SHARED_SIZE = 'SharedVolumeInfo.Partition.Size';
const SHARED_FREE = 'SharedVolumeInfo.Partition.FreeSpace';

export const findShared = mayFail(
  call('shared volumes', 'Get-ClusterSharedVolume', {}, [SHARED, SHARED_SIZE, SHARED_FREE]),
);

export const findVolumes = mayFail(call('volumes', 'Get-Volume', {}, ['DriveLetter', 'Size', 'SizeRemaining']));

export const findHost = [
  call('host', 'Get-VMHost', {}, ['LogicalProcessorCount', 'MemoryCapacity']),
  mayFail(call('os', 'Get-CimInstance', { ClassName: 'Win32_OperatingSystem' }, ['Caption', 'BuildNumber'])),
  mayFail(call('module', 'Get-Module', { Name: 'Hyper-V', ListAvailable: true }, ['Version'])),
  findVolumes,
  findShared,
  findSwitches,
  findAll,
];

export const readVolumes = (results: Results): readonly Volume[] => [
  ...rowsOf(results, 'shared volumes').map((row) => ({
    root: text(list(row[SHARED])[0]),
    shared: true,
    bytes: number(list(row[SHARED_SIZE])[0]) ?? 0,
    free: number(list(row[SHARED_FREE])[0]) ?? 0,
  })),
  ...rowsOf(results, 'volumes')
    .filter((row) => /^[A-Za-z]$/.test(text(row.DriveLetter)))
    .map((row) => ({
      root: `${text(row.DriveLetter)}:`,
      shared: false,
      bytes: number(row.Size) ?? 0,
      free: number(row.SizeRemaining) ?? 0,
    })),
];

/** From `findShared`. No cluster tools, or no cluster: the host stands alone. null where the cluster could not be asked. */
export const isClustered = (results: Results): boolean | null => {
  const answer = results.get('shared volumes');
  if (!answer) return null;
  if (!answer.error) return true;
  return /CommandNotFound|ClusterNotFound|NoCluster|0x800706D9|not running|ObjectNotFound/i.test(
    `${answer.error.fullyQualifiedErrorId} ${answer.error.category} ${answer.error.message}`,
  )
    ? false
    : null;
};

export interface Host {
  /** Every VM there is, read for this caller. */
  readonly vms: () => Promise<readonly VmLine[]>;
  /** Read afresh, together for all who ask at once: the VMs of a batch are checked side by side. */
  readonly read: () => Promise<HostReading>;
}

export const hostOf = (run: CmdletRunner): Host => {
  const sweep = sweepOf(0, Date.now, async () => readHost(await run(findHost)));
  return { vms: async () => readAll(await run([findAll])), read: sweep.fresh };
};

export const readHost = (results: Results): HostReading => {
  const host = rowsOf(results, 'host')[0];
  const os = rowsOf(results, 'os')[0];
  return {
    cpus: number(host?.LogicalProcessorCount) ?? 0,
    memoryBytes: number(host?.MemoryCapacity) ?? 0,
    osName: text(os?.Caption),
    build: number(os?.BuildNumber),
    moduleVersion: text(rowsOf(results, 'module')[0]?.Version),
    clustered: isClustered(results),
    switches: readSwitches(results),
    volumes: readVolumes(results),
    vms: readAll(results),
  };
};

/** The adapters of every VM of the host. */
export const findNeighbours: readonly CmdletCall[] = [
  findAll,
  call('all nics', 'Get-VMNetworkAdapter', { VM: EVERY_VM }, [
    'VMId',
    'VMName',
    'MacAddress',
    'SwitchName',
    'Connected',
  ]),
];

export const readNeighbours = (results: Results): readonly Neighbour[] =>
  rowsOf(results, 'all nics').map((row) => ({
    vm: text(row.VMId),
    vmName: text(row.VMName),
    mac: macOf(text(row.MacAddress)),
    connected: text(row.SwitchName) !== '' && truth(row.Connected) !== false,
  }));

const folder = (path: string): string => path.replaceAll('/', '\\').replace(/\\+$/, '').toLowerCase();

/** Whether a path lies in a folder, or is it. A path that climbs (`..`) lies nowhere. */
export const liesIn = (path: string, root: string): boolean => {
  const inner = folder(path);
  if (inner.split('\\').includes('..') || folder(root) === '') return false;
  return inner === folder(root) || inner.startsWith(`${folder(root)}\\`);
};

/** The volume a path is on: the longest root it lies in. */
export const volumeOf = (path: string, volumes: readonly Volume[]): Volume | null =>
  volumes.filter(({ root }) => liesIn(path, root)).sort((a, b) => b.root.length - a.root.length)[0] ?? null;

export const switchNamed = (name: string, switches: readonly Switch[]): Switch | null =>
  switches.find((known) => sameText(known.name, name)) ?? null;
