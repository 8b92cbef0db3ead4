import { freeBytes } from '../arm/azure-local/storage.ts';
import { armLab, resourceAt } from '../arm/lab.ts';
import type { Estate, LabPlatform, LabVm } from '../estate/types.ts';
import { pressureOn } from './pressure.ts';

/** Windows machines that run VMs: the staging host, and the nodes of Azure Local. */

export interface Volume {
  readonly path: string;
  readonly bytes: number;
  readonly csv: boolean;
}

export interface Machine {
  readonly platform: Extract<LabPlatform, 'hyper-v' | 'azure-local'>;
  readonly fqdn: string;
  /** Without its domain. */
  readonly name: string;
  readonly logicalProcessors: number;
  readonly memoryMb: number;
  readonly clustered: boolean;
  readonly volumes: readonly Volume[];
  readonly running: readonly LabVm[];
  /** Copies under way that read from it or write to it. */
  readonly copies: number;
}

const NODES = [1, 2].map((n) => ({ suffix: `-n${n}`, logicalProcessors: 64, memoryMb: 262_144 }));

const isRunning = (vm: LabVm): boolean => vm.power !== 'off';

/** Replication between staging and target, while it moves. */
const replications = (estate: Estate): number =>
  armLab(estate)
    .tables.items.list()
    .filter(({ value }) => value.copying !== null && value.halted === null).length;

/** Disks of mounts on their way to the staging host. */
const migrations = (estate: Estate): number =>
  estate
    .table<{ readonly state: string }>('veeam', 'migrations')
    .list()
    .filter(({ value }) => value.state === 'Working').length;

const stagingHost = (estate: Estate): Machine => {
  const { host, instance, logicalProcessors, memoryMb, volumes, clustered } = estate.scenario.hyperV;
  return {
    platform: 'hyper-v',
    fqdn: host,
    name: host.split('.')[0] ?? host,
    logicalProcessors,
    memoryMb,
    clustered,
    volumes,
    get running() {
      return estate.vms.list('hyper-v', instance).filter(isRunning);
    },
    get copies() {
      return migrations(estate) + replications(estate);
    },
  };
};

/** VMs are spread over the nodes by their ids, and stay where they are. */
const azureNodes = (estate: Estate): readonly Machine[] => {
  const { azure, hyperV } = estate.scenario;
  const domain = hyperV.host.split('.').slice(1).join('.');
  const nodes =
    azure.nodes ?? NODES.map(({ suffix, ...size }) => ({ name: `${azure.localInstance}${suffix}`, ...size }));
  return nodes.map(({ name, logicalProcessors, memoryMb }, n) => ({
    platform: 'azure-local',
    fqdn: domain ? `${name}.${domain}` : name,
    name,
    logicalProcessors,
    memoryMb,
    clustered: true,
    volumes: azure.storagePaths.map(({ path, bytes }) => ({ path, bytes, csv: true })),
    get running() {
      const isHere = ({ id }: LabVm): boolean => Number.parseInt(id.slice(0, 8), 16) % nodes.length === n;
      return estate.vms.list('azure-local', azure.localInstance).filter((vm) => isRunning(vm) && isHere(vm));
    },
    get copies() {
      return replications(estate);
    },
  }));
};

/** The machines a shell's machine is one of; its own first. */
export const machinesOf = ({ estate, instance }: Here): readonly Machine[] =>
  instance === estate.scenario.azure.localInstance ? azureNodes(estate) : [stagingHost(estate)];

export interface Here {
  readonly estate: Estate;
  readonly instance: string;
}

/** The shell's own machine, or by name another one of its cluster; nothing where no such machine answers. */
export const machineNamed = (here: Here, computer?: string): Machine | undefined => {
  const machines = machinesOf(here);
  const wanted = computer?.toLowerCase();
  if (wanted === undefined || ['localhost', '.'].includes(wanted)) return machines[0];
  return machines.find(({ fqdn, name }) => [fqdn.toLowerCase(), name.toLowerCase()].includes(wanted));
};

export const ownMachine = (here: Here): Machine => {
  const [own] = machinesOf(here);
  if (!own) throw new Error(`${here.instance} has no machine`);
  return own;
};

/** Never more than a pressure leaves. Only a storage of the cluster is filled by one. */
export const underPressure = (estate: Estate, platform: LabPlatform, volume: Volume, free: number): number => {
  const left = volume.csv ? pressureOn(estate, platform, 'csv') : null;
  return left === null ? free : Math.min(free, Math.floor((volume.bytes * left) / 100));
};

/** Bytes left on a storage path of Azure Local. */
export const freeOnPath = (estate: Estate, volume: Volume): number => {
  const lab = armLab(estate);
  const path = estate.scenario.azure.storagePaths.find((each) => each.path === volume.path);
  const id = path && lab.names.storageContainer(path.name);
  return id && resourceAt(lab, id) ? freeBytes(lab, id) : volume.bytes;
};
