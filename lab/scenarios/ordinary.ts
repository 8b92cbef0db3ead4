import type { AzureScenario, HyperVScenario, PrismScenario, VeeamScenario } from '../estate/scenario.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** One Prism Central with two VLANs. */
export const prism: PrismScenario = {
  instance: 'ntnx-a',
  user: 'svc-tranship',
  password: 'lab-Prism-1',
  cluster: 'NTNX-A',
  aos: '6.10.1',
  pc: 'pc.2024.3.1',
  subnets: [
    { extId: '6f6a1f1e-52a5-4a61-9f0e-9d0b4c1d0110', name: 'vlan-110-app', vlan: 110 },
    { extId: '6f6a1f1e-52a5-4a61-9f0e-9d0b4c1d0120', name: 'vlan-120-db', vlan: 120 },
  ],
  nicSchema: 'v4.0',
};

export const veeam: VeeamScenario = {
  instance: 'vbr01',
  server: 'vbr01.lab.example',
  user: 'LAB\\svc-veeam',
  password: 'lab-Veeam-1',
  version: '13.0.1.1071',
  repository: 'Staging repository',
  repositoryBytes: 8 * TIB,
  licences: 20,
  workerTasks: 4,
  backupRate: 2 * MIB,
  restoreRate: 4 * MIB,
};

export const hyperV: HyperVScenario = {
  instance: 'stage01',
  host: 'stage01.lab.example',
  clustered: true,
  logicalProcessors: 64,
  memoryMb: 262_144,
  volumes: [{ path: 'C:\\ClusterStorage\\Volume1', bytes: 4 * TIB, csv: true }],
  switches: ['vSwitch-Migration', 'vSwitch-Isolated'],
  windows: { user: 'LAB\\svc-hyperv', password: 'lab-HyperV-1' },
};

export const azure: AzureScenario = {
  migrateInstance: 'contoso',
  localInstance: 'azl-01',
  tenant: '3f1c2a9e-0d41-4f7e-8a53-1a2b3c4d5e6f',
  clientId: '7b9a4c11-6c0f-4f0b-9d27-60f1d2c3b4a5',
  clientSecret: 'lab-Azure-1',
  subscription: '0c5d6e7f-8a9b-4c0d-9e1f-2a3b4c5d6e7f',
  resourceGroup: 'rg-migration-01',
  location: 'westeurope',
  project: 'migrate-01',
  sourceAppliance: 'hv-appliance-01',
  targetAppliance: 'azl-appliance-01',
  cluster: 'azl-cluster-01',
  customLocationRegion: 'westeurope',
  logicalNetworks: [
    { name: 'lnet-app-210', vlan: 210, cidr: '10.10.210.0/24', static: true },
    { name: 'lnet-db-120', vlan: 120, cidr: '10.10.120.0/24', static: true },
    { name: 'lnet-dhcp-230', vlan: 230, cidr: '10.10.230.0/24', static: false },
  ],
  storagePaths: [
    { name: 'storage-a', path: 'C:\\ClusterStorage\\UserStorage_1', bytes: 4 * TIB },
    { name: 'storage-b', path: 'C:\\ClusterStorage\\UserStorage_2', bytes: 4 * TIB },
  ],
  replicationRate: 2 * MIB,
};

export const bastion = { user: 'svc-jump', password: 'lab-Jump-1' };

export const sizes = { MIB, GIB, TIB };
