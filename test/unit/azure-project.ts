import type { Json } from '../../activities/arm/reading.ts';
import { azureMigrateMover } from '../../activities/azure-migrate/index.ts';
import type { CutOverOrder, OperationOrder, ProtectOrder } from '../../activities/contracts/mover.ts';
import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Landing } from '../../domain/landing.ts';
import { tokenOf } from '../../domain/token.ts';
import type { VmDescription } from '../../domain/vm.ts';
import { type FakeArm, fakeArm } from './azure-fake.ts';

const SUB = '/subscriptions/s1';
const GROUP = `${SUB}/resourceGroups/mig`;
export const PROJECT = `${GROUP}/providers/Microsoft.Migrate/migrateProjects/shop`;
export const VAULT = `${GROUP}/providers/Microsoft.DataReplication/replicationVaults/shop-vault`;
const FABRICS = `${GROUP}/providers/Microsoft.DataReplication/replicationFabrics`;
export const SITE = `${GROUP}/providers/Microsoft.OffAzure/HyperVSites/src-site`;
export const VM_ID = '7C1E5D20-4B6A-4F0E-9A33-0D52E8F1B6A4';
export const MACHINE = `${SITE}/machines/${VM_ID.toLowerCase()}`;
export const ITEM = `${VAULT}/protectedItems/${VM_ID.toLowerCase()}`;
const LOCAL = `${SUB}/resourceGroups/edge/providers`;
export const TARGET_GROUP = `${SUB}/resourceGroups/landed`;
export const ARC_MACHINE = `${TARGET_GROUP}/providers/Microsoft.HybridCompute/machines/web-01`;
export const VM_INSTANCE = `${ARC_MACHINE}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;
export const CACHE = `${GROUP}/providers/Microsoft.Storage/storageAccounts/migratersacache`;

export const INSTANCE: AzureMigrateInstance = {
  endpoint: 'https://arm.example',
  login: { authority: 'https://login.example', tenant: 't', clientId: 'c', clientSecret: 'env:S' },
  subscription: 's1',
  resourceGroup: 'mig',
  project: 'shop',
  location: 'centralus',
  sourceAppliance: 'src',
  targetAppliance: 'tgt',
  target: {
    cluster: `${LOCAL}/Microsoft.AzureStackHCI/clusters/edge-cl`,
    customLocation: `${LOCAL}/Microsoft.ExtendedLocation/customLocations/edge-cl-location`,
    logicalNetworks: {
      front: `${LOCAL}/Microsoft.AzureStackHCI/logicalNetworks/front`,
      back: `${LOCAL}/Microsoft.AzureStackHCI/logicalNetworks/back`,
    },
    storagePaths: {
      fast: `${LOCAL}/Microsoft.AzureStackHCI/storageContainers/fast`,
      slow: `${LOCAL}/Microsoft.AzureStackHCI/storageContainers/slow`,
    },
    resourceGroupId: TARGET_GROUP,
  },
  roleDelay: 120_000,
  apiVersions: { dataReplication: '2024-09-01', offAzure: '2020-01-01', migrate: '2018-09-01-preview' },
};

export const LANDING: Landing = {
  name: 'web-01',
  cpus: 4,
  memoryMb: 8192,
  generation: 2,
  power: 'on',
  storagePath: 'fast',
  nics: [
    { source: 1, network: 'back', vlan: null, address: 'keep' },
    { source: 0, network: 'front', vlan: null, address: 'keep' },
  ],
  disks: [
    { source: 0, storagePath: null },
    { source: 1, storagePath: 'slow' },
  ],
};

export const PREDECESSOR: VmDescription = {
  ref: { id: VM_ID, name: 'web-01_replica' },
  power: 'on',
  os: 'linux',
  firmware: 'uefi',
  generation: 2,
  secureBoot: false,
  cpus: 4,
  memoryMb: 8192,
  disks: [
    { id: 'd0', bytes: 136_365_211_648, boot: true, path: 'C:\\ClusterStorage\\V1\\web-01\\os.vhdx' },
    { id: 'd1', bytes: 1_073_741_824, boot: false, path: 'C:\\ClusterStorage\\V1\\web-01\\data.vhdx' },
  ],
  nics: [
    { id: 'n0', mac: '00:15:5d:00:00:01', network: 'vm', vlan: null, connected: true, addresses: [] },
    { id: 'n1', mac: '00:15:5d:00:00:02', network: 'vm', vlan: null, connected: true, addresses: [] },
  ],
  autostart: true,
  guestReachable: true,
  note: null,
  obstacles: [],
};

/** An item of the VM as Azure lists it, in one protection state. */
export const itemIn = (
  state: string,
  over: { readonly [key: string]: Json } = {},
  custom: { readonly [key: string]: Json } = {},
): Json => ({
  properties: {
    protectionState: state,
    protectionStateDescription: `state ${state}`,
    allowedJobs: [],
    replicationHealth: 'Normal',
    healthErrors: [],
    resyncRequired: false,
    customProperties: {
      instanceType: 'HyperVToAzStackHCI',
      fabricDiscoveryMachineId: MACHINE,
      targetVmName: 'web-01',
      targetResourceGroupId: TARGET_GROUP,
      targetHciClusterId: INSTANCE.target.cluster.toUpperCase(),
      storageContainerId: INSTANCE.target.storagePaths.fast ?? '',
      hyperVGeneration: '2',
      targetCpuCores: 4,
      targetMemoryInMegaBytes: 8192,
      lastRecoveryPointId: 'point-7',
      lastRecoveryPointReceived: '2026-03-01T11:30:00Z',
      initialReplicationProgressPercentage: null,
      protectedDisks: [{ capacityInBytes: 136_365_211_648 }, { capacityInBytes: 1_073_741_824 }],
      ...custom,
    },
    ...over,
  },
});

export const READY = itemIn('Protected', { allowedJobs: ['PlannedFailover', 'DisableProtection'] });
export const FAILED_OVER = itemIn('PlannedFailoverCompleted', { allowedJobs: ['CommitFailover', 'DisableProtection'] });

const TASKS = [
  'Prerequisite check',
  'Turning off resource on primary',
  'Starting failover',
  'Preparing protected entities',
  'Turning on resource on recovery',
];

/** A planned failover that is at, or broke in, one of its tasks. */
export const failoverJob = (state: string, task: string, over: { readonly [key: string]: Json } = {}): Json => {
  const at = TASKS.indexOf(task);
  const taskState = (n: number) => {
    if (state === 'Succeeded' || n < at) return 'Succeeded';
    if (n > at) return 'Pending';
    return state === 'Failed' ? 'Failed' : 'Started';
  };
  return {
    properties: {
      displayName: 'Planned failover',
      state,
      startTime: '2026-03-01T11:50:00.1Z',
      objectId: `${ITEM.toUpperCase()}/plannedFailover`,
      objectName: VM_ID.toUpperCase(),
      provisioningState: 'Canceled',
      tasks: TASKS.map((taskName, n) => ({ taskName, state: taskState(n) })),
      errors:
        state === 'Failed' ? [{ code: '70000', message: 'it broke', causes: 'a cause', recommendation: 'a cure' }] : [],
      ...over,
    },
  };
};

export const jobId = (name: string): string => `${VAULT}/jobs/${name}`;

/** Everything the appliances and `initialise` leave in a project, with one staged VM discovered. */
export const project = (): FakeArm => {
  const azure = fakeArm();
  const fabric = (name: string, kind: string, custom: { readonly [key: string]: Json }, agent: string) => {
    azure.put(`${FABRICS}/${name}`, {
      properties: {
        health: 'Normal',
        customProperties: {
          instanceType: kind,
          migrationSolutionId: `${PROJECT.toUpperCase()}/SOLUTIONS/Servers-Migration-ServerMigration_DataReplication`,
          ...custom,
        },
      },
    });
    azure.put(`${FABRICS}/${name}/fabricAgents/${name}-dra`, {
      properties: {
        machineName: agent,
        isResponsive: true,
        resourceAccessIdentity: { objectId: `${agent}-principal` },
      },
    });
  };
  azure.put(PROJECT, { location: 'centralus' });
  azure.put(`${PROJECT}/solutions/Servers-Migration-ServerMigration_DataReplication`, {
    properties: {
      tool: 'ServerMigration_DataReplication',
      details: { extendedDetails: { vaultId: VAULT, replicationStorageAccountId: CACHE } },
    },
  });
  azure.put(VAULT, {
    properties: { provisioningState: 'Succeeded', serviceResourceId: 'vault-id' },
    identity: { principalId: 'vault-principal' },
  });
  fabric('src2abcd', 'HyperVMigrate', { hyperVSiteId: `${SITE}2` }, 'src2');
  fabric('src1234', 'HyperVMigrate', { hyperVSiteId: SITE }, 'src');
  fabric('tgt1234', 'AzStackHCI', { cluster: { resourceName: INSTANCE.target.cluster } }, 'TGT');
  azure.put(`${VAULT}/replicationPolicies/shop-vaultHyperVToAzStackHCIpolicy`, {
    properties: { provisioningState: 'Succeeded' },
  });
  azure.put(`${VAULT}/replicationExtensions/src1234-tgt1234-MigReplicationExtn`, {
    properties: { provisioningState: 'Succeeded' },
  });
  azure.put(CACHE, {
    location: 'Central US',
    sku: { name: 'Standard_LRS' },
    properties: { provisioningState: 'Succeeded', publicNetworkAccess: 'Enabled' },
  });
  azure.put(`${SITE}/clusters/c1`, { properties: { runAsAccountId: `${SITE}/runasaccounts/r1` } });
  azure.put(MACHINE, {
    properties: {
      displayName: 'web-01_replica',
      powerStatus: 'Running',
      generation: 2,
      highAvailability: 'Yes',
      clusterId: `${SITE}/clusters/c1`,
      hostId: null,
      operatingSystemDetails: { osType: 'linuxguest', osName: 'Ubuntu' },
      disks: [
        {
          instanceId: 'Microsoft:VM\\C\\0\\1\\L',
          maxSizeInBytes: 1_073_741_824,
          diskType: 'Dynamic',
          path: 'C:\\ClusterStorage\\V1\\web-01\\DATA.vhdx',
        },
        {
          instanceId: 'Microsoft:VM\\C\\0\\0\\L',
          maxSizeInBytes: 136_365_211_648,
          diskType: 'Dynamic',
          path: 'C:\\ClusterStorage\\V1\\web-01\\os.vhdx',
        },
      ],
      networkAdapters: [
        { nicId: 'Microsoft:VM\\N0', macAddress: '00:15:5D:00:00:01' },
        { nicId: 'Microsoft:VM\\N1', macAddress: '00155D000002' },
        { nicId: 'Microsoft:VM\\N2', macAddress: '00:15:5d:00:00:03' },
      ],
    },
  });
  azure.script(({ method }, path) =>
    method === 'POST' && path === '/providers/Microsoft.ResourceGraph/resources'
      ? {
          body: {
            data: [
              {
                CustomLocation: INSTANCE.target.customLocation.toUpperCase(),
                customLocationRegion: 'swedencentral',
                statusOfTheBridge: 'Running',
              },
            ],
          },
        }
      : undefined,
  );
  return azure;
};

/** The VM a failover has made on the target. */
export const landVm = (azure: FakeArm, power = 'Running'): void => {
  azure.put(ARC_MACHINE, { kind: 'HCI', tags: { owner: 'shop' }, properties: { status: 'Disconnected' } });
  azure.put(VM_INSTANCE, { properties: { provisioningState: 'Succeeded', status: { powerState: power } } });
};

/** A mover over the project; `attempt` is what Temporal would say. */
export const moverOver = (azure: FakeArm, attempt: () => number = () => 1) =>
  azureMigrateMover({ instance: INSTANCE, arm: azure.arm, agentVersion: 'test', attempt, now: () => 0 });

const base = (verb: string) => ({
  to: { product: 'azure-migrate', instance: 'shop', contract: 1 } as const,
  token: tokenOf({ vm: 'journey-1', hop: 2, verb, round: 0 }),
  journey: 'journey-1',
  vm: { id: VM_ID, name: 'web-01_replica' },
  from: { product: 'hyper-v', instance: 'stage', contract: 1 } as const,
  target: { product: 'azure-local', instance: 'edge', contract: 1 } as const,
  landing: LANDING,
  settings: {},
  hop: 2,
});

export const protectOrder = (over: Partial<ProtectOrder> = {}): ProtectOrder => ({
  ...base('protect'),
  predecessor: PREDECESSOR,
  ...over,
});
export const cutOverOrder = (): CutOverOrder => ({
  ...base('cutOver'),
  item: ITEM,
  point: null,
  predecessor: PREDECESSOR,
});
export const itemOrder = (verb: string) => ({ ...base(verb), item: ITEM });
export const operationOrder = (verb: string, over: Partial<OperationOrder> = {}): OperationOrder => ({
  ...itemOrder(verb),
  operation: null,
  successor: null,
  ...over,
});
