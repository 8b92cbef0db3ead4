import { guidOf } from '../guid.ts';
import { at, listAt, numberAt, textAt } from '../json.ts';
import { isoOf, type Lab } from '../lab.ts';
import { lastOf } from '../names.ts';
import { agentMachineId, fabricServiceId } from './appliances.ts';
import { percent } from './copying.ts';
import { internalIdOf, jobSummary } from './jobs.ts';
import type { HealthError, ItemDisk, ItemNic, ItemRecord } from './records.ts';
import { allowedJobs, describe } from './states.ts';

const orNull = (value: unknown): unknown => value ?? null;

const diskInput = (disk: unknown): Record<string, unknown> => ({
  diskId: orNull(at(disk, 'diskId')),
  storageContainerId: orNull(at(disk, 'storageContainerId')),
  isDynamic: orNull(at(disk, 'isDynamic')),
  diskSizeGB: orNull(at(disk, 'diskSizeGB')),
  diskFileFormat: orNull(at(disk, 'diskFileFormat')),
  isOsDisk: orNull(at(disk, 'isOsDisk')),
  diskBlockSize: orNull(at(disk, 'diskBlockSize')),
  diskLogicalSectorSize: orNull(at(disk, 'diskLogicalSectorSize')),
  diskPhysicalSectorSize: orNull(at(disk, 'diskPhysicalSectorSize')),
  diskIdentifier: at(disk, 'diskIdentifier') ?? '00000000-0000-0000-0000-000000000000',
  diskController: orNull(at(disk, 'diskController')),
});

const nicInput = (nic: unknown): Record<string, unknown> => ({
  nicId: orNull(at(nic, 'nicId')),
  networkName: null,
  targetNetworkId: orNull(at(nic, 'targetNetworkId')),
  testNetworkId: orNull(at(nic, 'testNetworkId')),
  selectionTypeForFailover: orNull(at(nic, 'selectionTypeForFailover')),
  isStaticIpMigrationEnabled: orNull(at(nic, 'isStaticIpMigrationEnabled')),
  isMacMigrationEnabled: orNull(at(nic, 'isMacMigrationEnabled')),
});

const diskView = (disk: ItemDisk): Record<string, unknown> => ({
  storageContainerId: disk.container,
  storageContainerLocalPath: disk.localPath,
  sourceDiskId: disk.instanceId,
  sourceDiskName: disk.name,
  seedDiskName: disk.seedName,
  testMigrateDiskName: disk.testName,
  migrateDiskName: disk.migrateName,
  isOsDisk: disk.isOs,
  capacityInBytes: disk.bytes,
  isDynamic: disk.dynamic,
  diskType: disk.format,
  diskBlockSize: null,
  diskLogicalSectorSize: null,
  diskPhysicalSectorSize: null,
});

const nicView = (nic: ItemNic): Record<string, unknown> => ({
  nicId: nic.nicId,
  macAddress: nic.mac,
  networkName: nic.network,
  targetNetworkId: nic.network,
  testNetworkId: nic.testNetwork,
  selectionTypeForFailover: nic.selection,
});

const healthView = (error: HealthError): Record<string, unknown> => ({
  childErrors: [],
  code: error.code,
  healthCategory: 'Replication',
  category: 'SystemError',
  severity: 'Error',
  source: 'ASR',
  creationTime: '0001-01-01T00:00:00',
  isCustomerResolvable: false,
  summary: error.summary,
  message: error.message,
  causes: error.causes,
  recommendation: error.recommendation,
});

/** Both progress figures are null outside their pass, never 0 or 100. A §1.3e */
const progress = (item: ItemRecord, purpose: 'initial' | 'resync'): number | null =>
  item.copying?.purpose === purpose ? percent(item) : null;

const ids = (lab: Lab, item: ItemRecord): Record<string, unknown> => {
  const { azure } = lab.estate.scenario;
  const known = item.accepted;
  return {
    fabricObjectId: known ? internalIdOf(item.name) : null,
    fabricObjectName: known ? item.sourceName : null,
    sourceFabricProviderId: known ? 'b35da11c-d69e-4220-9a90-d81ed93ad2fc' : null,
    targetFabricProviderId: known ? '22f00372-a1b7-467f-87ce-d95e17a6e7c7' : null,
    fabricId: known ? fabricServiceId(lab.names.sourceFabric) : null,
    targetFabricId: known ? fabricServiceId(lab.names.targetFabric) : null,
    fabricAgentId: known ? agentMachineId(lab, azure.sourceAppliance) : null,
    targetFabricAgentId: known ? agentMachineId(lab, azure.targetAppliance) : null,
  };
};

const custom = (lab: Lab, item: ItemRecord): Record<string, unknown> => {
  const { input, accepted } = item;
  const text = (key: string): string | null => textAt(input, key);
  return {
    activeLocation: item.failedOverAt === null ? 'Primary' : 'Recovery',
    targetHciClusterId: text('targetHciClusterId'),
    targetArcClusterCustomLocationId: text('targetArcClusterCustomLocationId'),
    targetAzStackHciClusterName: accepted ? text('targetArcClusterCustomLocationId') : null,
    fabricDiscoveryMachineId: text('fabricDiscoveryMachineId'),
    disksToInclude: accepted ? null : listAt(input, 'disksToInclude').map(diskInput),
    nicsToInclude: accepted ? null : listAt(input, 'nicsToInclude').map(nicInput),
    sourceVmName: accepted ? item.sourceName : null,
    sourceCpuCores: item.sourceCpus,
    sourceMemoryInMegaBytes: item.sourceMemoryMb,
    targetVmName: text('targetVmName'),
    targetResourceGroupId: text('targetResourceGroupId'),
    storageContainerId: text('storageContainerId'),
    hyperVGeneration: text('hyperVGeneration'),
    targetNetworkId: text('targetNetworkId'),
    testNetworkId: text('testNetworkId'),
    targetCpuCores: numberAt(input, 'targetCpuCores'),
    isDynamicRam: orNull(input.isDynamicRam),
    dynamicMemoryConfig: orNull(input.dynamicMemoryConfig),
    targetMemoryInMegaBytes: numberAt(input, 'targetMemoryInMegaBytes'),
    runAsAccountId: text('runAsAccountId'),
    sourceFabricAgentName: text('sourceFabricAgentName'),
    targetFabricAgentName: text('targetFabricAgentName'),
    sourceApplianceName: accepted ? lab.estate.scenario.azure.sourceAppliance : null,
    targetApplianceName: accepted ? lab.estate.scenario.azure.targetAppliance : null,
    osType: text('osType') ?? item.osType,
    osName: item.osName,
    firmwareType: item.firmware,
    targetLocation: accepted ? lab.estate.scenario.azure.location : null,
    customLocationRegion: text('customLocationRegion'),
    failoverRecoveryPointId: item.failedOverAt === null ? null : (item.point?.id ?? null),
    ...(item.point ? { lastRecoveryPointReceived: isoOf(item.point.at) } : {}),
    lastRecoveryPointId: item.point?.id ?? null,
    initialReplicationProgressPercentage: progress(item, 'initial'),
    resyncProgressPercentage: progress(item, 'resync'),
    protectedDisks: accepted ? item.disks.map(diskView) : [],
    protectedNics: accepted ? item.nics.map(nicView) : [],
    targetVmBiosId: null,
    lastReplicationUpdateTime: item.lastUpdate === null ? null : isoOf(item.lastUpdate),
    instanceType: 'HyperVToAzStackHCI',
  };
};

/** Older items carry the flag as text, newer ones as a boolean; which, hangs on the item. A §1.3e */
const resyncFlag = (item: ItemRecord): boolean | string =>
  guidOf(item.name).charCodeAt(0) % 2 === 0 ? item.resyncRequired : String(item.resyncRequired);

const resyncState = (item: ItemRecord): string => {
  if (item.copying?.purpose === 'resync') return 'ResynchronizationInitiated';
  return item.resyncDone ? 'ResynchronizationCompleted' : 'None';
};

const optionalJob = (lab: Lab, key: string, name: string | null): Record<string, unknown> => {
  const summary = jobSummary(lab, name);
  return summary ? { [key]: summary } : {};
};

/** A protected item as the service shows it: recordings 10, 12 and 13 of A §7. */
export const itemView = (lab: Lab, item: ItemRecord): Record<string, unknown> => {
  const known = item.accepted;
  return {
    properties: {
      policyName: item.policy,
      replicationExtensionName: item.extension,
      correlationId: known ? item.correlationId : null,
      provisioningState: item.provisioningState,
      protectionState: item.protectionState,
      protectionStateDescription: describe(item.protectionState),
      testFailoverState: 'None',
      testFailoverStateDescription: known ? 'None' : null,
      resynchronizationState: resyncState(item),
      ...ids(lab, item),
      resyncRequired: resyncFlag(item),
      ...(item.failedOverAt === null ? {} : { lastSuccessfulPlannedFailoverTime: isoOf(item.failedOverAt) }),
      ...optionalJob(lab, 'currentJob', item.protectionState === 'UnprotectedStatesBegin' ? null : item.currentJob),
      allowedJobs: allowedJobs(item),
      ...optionalJob(lab, 'lastFailedEnableProtectionJob', item.lastFailedEnable),
      ...optionalJob(lab, 'lastFailedPlannedFailoverJob', item.lastFailedFailover),
      replicationHealth: item.health ? 'Critical' : 'Normal',
      healthErrors:
        item.protectionState === 'UnprotectedStatesBegin' ? null : item.health ? [healthView(item.health)] : [],
      customProperties: custom(lab, item),
    },
    id: item.id,
    name: lastOf(item.id),
    type: 'Microsoft.DataReplication/replicationVaults/protectedItems',
    systemData: null,
  };
};
