import type { MigrationTarget } from '../../domain/estate.ts';
import type { Landing } from '../../domain/landing.ts';
import type { VmDescription } from '../../domain/vm.ts';
import { sameId } from '../arm/ids.ts';
import type { Json } from '../arm/reading.ts';
import { mishap } from '../contracts/mishap.ts';
import { type Discovered, type DiscoveredDisk, macOf } from './discovery.ts';
import { extensionName, INSTANCE_TYPE, policyName, type Registered } from './infrastructure.ts';
import type { Item } from './items.ts';

export interface Enabling {
  readonly machine: Discovered;
  readonly predecessor: VmDescription;
  readonly landing: Landing;
  readonly target: MigrationTarget;
  readonly at: Registered;
  readonly region: string;
  readonly runAsAccount: string;
}

const GIB = 1024 ** 3;

const refuse = (vm: string, message: string, fix: string): never => {
  throw mishap.configuration(message, { vm, fix });
};

const idOf = (map: Readonly<Record<string, string>>, name: string, kind: string, vm: string): string =>
  map[name] ??
  refuse(
    vm,
    `${kind} ${name} has no ARM id in this instance`,
    `Add ${name} to the target of this instance in the plan.`,
  );

const samePath = (a: string | null | undefined, b: string | null | undefined): boolean =>
  Boolean(a) && Boolean(b) && a?.toLowerCase().replaceAll('/', '\\') === b?.toLowerCase().replaceAll('/', '\\');

/** The appliance's disks in the predecessor's order: by file, or one by one where both lists agree in every size. */
const disksInOrder = ({ machine, predecessor }: Enabling): readonly DiscoveredDisk[] => {
  const vm = machine.displayName;
  const byPath = predecessor.disks.map((disk) => machine.disks.find((found) => samePath(found.path, disk.path)));
  const found = byPath.filter((disk) => disk !== undefined);
  if (found.length === predecessor.disks.length && found.length === machine.disks.length) return found;
  const alike =
    predecessor.disks.length === machine.disks.length &&
    predecessor.disks.every((disk, n) => disk.bytes === machine.disks[n]?.bytes) &&
    new Set(predecessor.disks.map(({ bytes }) => bytes)).size === predecessor.disks.length;
  if (alike) return machine.disks;
  return refuse(
    vm,
    `The appliance sees ${machine.disks.length} disks of ${vm}, its host ${predecessor.disks.length}, and they cannot be matched`,
    'Remove checkpoints of the staged VM, let the appliance discover it again, then retry.',
  );
};

const diskRows = (e: Enabling): readonly Json[] => {
  const vm = e.machine.displayName;
  const boot = e.predecessor.disks.filter(({ boot: isBoot }) => isBoot);
  if (boot.length !== 1)
    refuse(
      vm,
      `${boot.length} disks of ${vm} count as its boot disk; one must`,
      'Correct the boot order of the staged VM, then retry.',
    );
  return disksInOrder(e).map((disk, n) => {
    const path = e.landing.disks.find(({ source }) => source === n)?.storagePath ?? null;
    const format = /\.vhd$/i.test(disk.path ?? '') ? 'VHD' : 'VHDX';
    return {
      diskId: disk.instanceId,
      diskSizeGB: Math.ceil(disk.bytes / GIB),
      diskFileFormat: format,
      isDynamic: disk.dynamic,
      isOsDisk: e.predecessor.disks[n]?.boot === true,
      ...(format === 'VHD' ? { diskPhysicalSectorSize: 512 } : {}),
      ...(path && path !== e.landing.storagePath
        ? { storageContainerId: idOf(e.target.storagePaths, path, 'Storage path', vm) }
        : {}),
    };
  });
};

/** Landing adapters first, in the landing's order; those the landing leaves out are left behind. */
const nicRows = ({ machine, predecessor, landing, target }: Enabling): readonly Json[] => {
  const vm = machine.displayName;
  const mapped = landing.nics.map(({ source, network }) => {
    const mac = macOf(predecessor.nics[source]?.mac ?? '');
    const adapter = machine.adapters.find((found) => found.mac === mac);
    if (!adapter)
      return refuse(
        vm,
        `The appliance does not see adapter ${source} (${mac || 'no MAC'}) of ${vm}`,
        'Let the appliance discover it again, then retry.',
      );
    const targetNetworkId = idOf(target.logicalNetworks, network, 'Network', vm);
    return {
      nicId: adapter.nicId,
      targetNetworkId,
      testNetworkId: targetNetworkId,
      selectionTypeForFailover: 'SelectedByUser',
    };
  });
  const taken = mapped.map(({ nicId }) => nicId);
  const left = machine.adapters.filter(({ nicId }) => !taken.includes(nicId));
  return [...mapped, ...left.map(({ nicId }) => ({ nicId, selectionTypeForFailover: 'NotSelected' }))];
};

const generationOf = ({ machine, landing }: Enabling): string => {
  const wanted = landing.generation ?? machine.generation;
  if (!wanted)
    return refuse(
      machine.displayName,
      `The generation of ${machine.displayName} is not known`,
      'Name `generation` in the landing.',
    );
  if (machine.generation && wanted !== machine.generation)
    return refuse(
      machine.displayName,
      `${machine.displayName} is generation ${machine.generation}; it cannot land as ${wanted}`,
      'Correct `generation` of the landing.',
    );
  return String(wanted);
};

/** The body of the PUT that enables replication: where and how the VM will land, fixed from here on. A §1.3d */
export const itemBody = (e: Enabling): Json => ({
  properties: {
    policyName: policyName(e.at.vault),
    replicationExtensionName: extensionName(e.at.source, e.at.target),
    customProperties: {
      instanceType: INSTANCE_TYPE,
      targetHciClusterId: e.target.cluster,
      targetArcClusterCustomLocationId: e.target.customLocation,
      customLocationRegion: e.region,
      fabricDiscoveryMachineId: e.machine.id,
      runAsAccountId: e.runAsAccount,
      sourceFabricAgentName: e.at.source.agent.name,
      targetFabricAgentName: e.at.target.agent.name,
      targetResourceGroupId: e.target.resourceGroupId,
      storageContainerId: idOf(e.target.storagePaths, e.landing.storagePath, 'Storage path', e.machine.displayName),
      targetVmName: e.landing.name,
      hyperVGeneration: generationOf(e),
      targetCpuCores: e.landing.cpus,
      isDynamicRam: false,
      targetMemoryInMegaBytes: e.landing.memoryMb,
      disksToInclude: diskRows(e),
      nicsToInclude: nicRows(e),
    },
  },
});

/** In what an item that is there already lands otherwise than the plan says. What Azure does not tell counts as the same. */
export const differences = (item: Item, landing: Landing, target: MigrationTarget): readonly string[] => {
  const { vmName, group, cluster, storage, cpus, memoryMb, generation } = item.target;
  const storageId = target.storagePaths[landing.storagePath] ?? null;
  const other = (is: string | number | null, wanted: string | number | null) =>
    is !== null && wanted !== null && String(is).toLowerCase() !== String(wanted).toLowerCase();
  return [
    ...(other(vmName, landing.name) ? [`name ${vmName}`] : []),
    ...(group && !sameId(group, target.resourceGroupId) ? [`resource group ${group}`] : []),
    ...(cluster && !sameId(cluster, target.cluster) ? [`cluster ${cluster}`] : []),
    ...(storage && storageId && !sameId(storage, storageId) ? [`storage path ${storage}`] : []),
    ...(other(generation, landing.generation) ? [`generation ${generation}`] : []),
    ...(other(cpus, landing.cpus) ? [`${cpus} CPUs`] : []),
    ...(other(memoryMb, landing.memoryMb) ? [`${memoryMb} MB of memory`] : []),
  ];
};
