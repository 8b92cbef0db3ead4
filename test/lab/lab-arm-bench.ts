import { mintToken } from '../../lab/arm/entra/tokens.ts';
import { type ArmNames, armNames, handle } from '../../lab/arm/index.ts';
import { armLab } from '../../lab/arm/lab.ts';
import { diskInstanceId, nicInstanceId } from '../../lab/arm/off-azure/machine.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { Fault, LabVm } from '../../lab/estate/types.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';
import { httpBench, inside, type Reply } from '../support/lab-http.ts';

export { inside };

export const minutes = (count: number): number => count * 60_000;

export interface ArmBench extends Bench {
  readonly names: ArmNames;
  /** One request with a good token; the version is the provider's ordinary one when absent. */
  arm(verb: string, id: string, body?: unknown, query?: string): Promise<Reply>;
  raw(verb: string, path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Reply>;
  token(audience?: string): string;
  /** A running VM on the staging host, at the address its guest has from a first-boot package. */
  staged(wish?: Partial<LabVm>, ip?: string): LabVm;
  /** Policy, cache account, roles and extension, all in effect; the staged VM is discovered. */
  prepare(): Promise<void>;
  item(vm: LabVm): string;
  protect(vm: LabVm, edit?: (custom: Record<string, unknown>) => void): Promise<Reply>;
  fail(vm: LabVm, shutDown?: boolean): Promise<Reply>;
  /** Waits in steps of lab time until the item is in a state. */
  until(vm: LabVm, state: string, step?: number): Promise<Record<string, unknown>>;
  properties(vm: LabVm): Promise<Record<string, unknown>>;
  job(reply: Reply): Promise<Record<string, unknown>>;
  settled(reply: Reply, step?: number): Promise<Record<string, unknown>>;
  arms(fault: Partial<Fault> & Pick<Fault, 'kind' | 'point'>): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const versions: readonly (readonly [RegExp, string])[] = [
  [/microsoft\.datareplication/i, '2024-09-01'],
  [/microsoft\.offazure/i, '2020-01-01'],
  [/microsoft\.migrate/i, '2018-09-01-preview'],
  [/microsoft\.azurestackhci\/clusters/i, '2024-04-01'],
  [/microsoft\.azurestackhci/i, '2024-01-01'],
  [/microsoft\.hybridcompute/i, '2024-07-10'],
  [/microsoft\.authorization/i, '2022-04-01'],
  [/microsoft\.storage/i, '2021-09-01'],
  [/microsoft\.resourcegraph/i, '2021-03-01'],
  [/microsoft\.extendedlocation/i, '2021-08-15'],
];

const versionOf = (id: string): string =>
  versions.findLast(([pattern]) => pattern.test(id.slice(id.toLowerCase().lastIndexOf('/providers/'))))?.[1] ??
  '2021-04-01';

export const account = 'migratersalab01';
const target = 'web-01';

export const armBench = async (wanted: Scenario = oneVm({ speed: 1 })): Promise<ArmBench> => {
  const scenario = structuredClone(wanted);
  const bench = labBench(scenario);
  const names = armNames(scenario.azure);
  let http = await httpBench(handle(bench.estate));
  let faults = 0;

  const token = (audience = 'https://management.azure.com'): string => mintToken(armLab(bench.estate), audience);
  const raw: ArmBench['raw'] = (verb, path, headers = {}, body) => http.send(verb, path, headers, body);
  const arm: ArmBench['arm'] = (verb, id, body, query = '') =>
    raw(
      verb,
      `${id}?api-version=${versionOf(id)}${query}`,
      { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
      body === undefined ? undefined : JSON.stringify(body),
    );
  const item = (vm: LabVm): string => `${names.vault}/protectedItems/${vm.id}`;
  const properties = async (vm: LabVm): Promise<Record<string, unknown>> =>
    (inside((await arm('GET', item(vm))).body, 'properties') ?? {}) as Record<string, unknown>;
  const job: ArmBench['job'] = async (reply) => {
    const name =
      (reply.headers.get('azure-asyncoperation') ?? '').split('?')[0]?.split('/').at(-1)?.split('_')[0] ?? '';
    return inside((await arm('GET', `${names.vault}/jobs/${name}`)).body, 'properties') as Record<string, unknown>;
  };

  const group = names.group;
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/${account}`;
  const extension = 'src-tgt-MigReplicationExtn';
  const policy = `${scenario.azure.project}replicationvaultHyperVToAzStackHCIpolicy`;

  const put = (id: string, custom: Record<string, unknown>): Promise<Reply> =>
    arm('PUT', id, { properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', ...custom } } });

  const self: ArmBench = Object.assign(bench, {
    names,
    arm,
    raw,
    token,
    item,
    properties,
    job,
    staged: (wish: Partial<LabVm> = {}, ip = '10.10.120.31') => {
      const source = bench.vm();
      if (source.power === 'on') bench.estate.vms.powerOff(source.id, 'test');
      const vm = bench.successor({ name: `${target}_replica`, extra: { 'hyperV.clustered': true }, ...wish });
      bench.estate.vms.change(vm.id, 'test', (edited) => {
        edited.disks.forEach((disk, n) => {
          disk.path = `C:\\ClusterStorage\\Volume1\\Staging\\${vm.name}-disk${n}.vhdx`;
        });
        edited.nics = [
          {
            id: '58a40737-4a6a-484d-9a9a-ac49305da8ff',
            name: 'Network Adapter',
            mac: '00:15:5d:00:00:01',
            network: 'vSwitch-Migration',
            vlan: 120,
            connected: true,
          },
        ];
        edited.guest.firstBoot = [{ index: 0, ip, prefix: 24, gateway: '10.10.120.1', dns: [] }];
        edited.guest.lastBootedOn = source.id;
      });
      bench.estate.vms.powerOn(vm.id, 'test');
      bench.pass(60_000);
      return bench.estate.vms.get(vm.id) ?? vm;
    },
    prepare: async () => {
      await put(`${names.vault}/replicationPolicies/${policy}`, {
        recoveryPointHistoryInMinutes: 4320,
        crashConsistentFrequencyInMinutes: 60,
        appConsistentFrequencyInMinutes: 240,
      });
      await arm('PUT', storage, {
        location: scenario.azure.location,
        kind: 'StorageV2',
        sku: { name: 'Standard_LRS' },
        properties: {},
      });
      let n = 0;
      for (const principalId of [names.sourceAgentPrincipal, names.targetAgentPrincipal, names.vaultPrincipal]) {
        for (const role of ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe']) {
          n += 1;
          const assignment = `${storage}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000000${n}`;
          const roleDefinitionId = `${names.subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
          await arm('PUT', assignment, {
            properties: { roleDefinitionId, principalId, principalType: 'ServicePrincipal' },
          });
        }
      }
      bench.pass(minutes(3));
      await put(`${names.vault}/replicationExtensions/${extension}`, {
        hyperVFabricArmId: names.sourceFabric,
        azStackHciFabricArmId: names.targetFabric,
        storageAccountId: storage,
        storageAccountSasSecretName: null,
      });
      bench.pass(minutes(6));
      bench.pass(minutes(6));
    },
    protect: (vm: LabVm, edit: (custom: Record<string, unknown>) => void = () => {}) => {
      const custom: Record<string, unknown> = {
        instanceType: 'HyperVToAzStackHCI',
        targetHciClusterId: names.cluster.replace('/subscriptions/', '/Subscriptions/'),
        targetArcClusterCustomLocationId: names.customLocation.toUpperCase(),
        customLocationRegion: scenario.azure.customLocationRegion,
        fabricDiscoveryMachineId: `${names.sourceSite}/machines/${vm.id}`,
        runAsAccountId: names.runAsAccount,
        sourceFabricAgentName: names.sourceAgent.split('/').at(-1),
        targetFabricAgentName: names.targetAgent.split('/').at(-1),
        targetResourceGroupId: group,
        storageContainerId: names.storageContainer('storage-a'),
        targetVmName: target,
        hyperVGeneration: String(vm.generation),
        targetCpuCores: 3,
        isDynamicRam: false,
        dynamicMemoryConfig: {
          maximumMemoryInMegaBytes: 1_048_576,
          minimumMemoryInMegaBytes: 1024,
          targetMemoryBufferPercentage: 20,
        },
        targetMemoryInMegaBytes: 6144,
        disksToInclude: vm.disks.map((disk) => ({
          diskId: diskInstanceId(vm, disk),
          diskSizeGB: Math.ceil(disk.bytes / 2 ** 30),
          diskFileFormat: 'VHDX',
          isDynamic: true,
          isOsDisk: disk.boot,
        })),
        nicsToInclude: vm.nics.map((nic) => ({
          nicId: nicInstanceId(vm, nic),
          targetNetworkId: names.logicalNetwork('lnet-db-120').replace('logicalNetworks', 'logicalnetworks'),
          testNetworkId: names.logicalNetwork('lnet-db-120'),
          selectionTypeForFailover: 'SelectedByUser',
        })),
      };
      edit(custom);
      return arm('PUT', item(vm), {
        properties: { policyName: policy, replicationExtensionName: extension, customProperties: custom },
      });
    },
    fail: (vm: LabVm, shutDown = true) =>
      arm('POST', `${item(vm)}/plannedFailover`, {
        properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', shutdownSourceVM: shutDown } },
      }),
    until: async (vm: LabVm, state: string, step = 10_000) => {
      for (let n = 0; n < 300; n += 1) {
        const found = await properties(vm);
        if (found.protectionState === state) return found;
        bench.pass(step);
      }
      throw new Error(`the item is ${String((await properties(vm)).protectionState)}, not ${state}`);
    },
    settled: async (reply: Reply, step = 10_000) => {
      for (let n = 0; n < 300; n += 1) {
        const found = await job(reply);
        if (found.state !== 'Started') return found;
        bench.pass(step);
      }
      throw new Error('the job does not end');
    },
    arms: (fault: Partial<Fault> & Pick<Fault, 'kind' | 'point'>) => {
      faults += 1;
      bench.estate.faults.arm({ id: `fault-${faults}`, times: 1, detail: {}, ...fault });
    },
    restart: async () => {
      await http.close();
      bench.reopen();
      http = await httpBench(handle(bench.estate));
    },
    stop: async () => {
      await http.close();
      bench.clear();
    },
  });
  return self;
};
