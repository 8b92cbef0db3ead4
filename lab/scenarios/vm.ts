import type { Behaviour, ExpectedNic, VmScenario } from '../estate/scenario.ts';
import { uuidFrom } from '../estate/seed.ts';
import { sizes } from './ordinary.ts';

/** The two source networks and where the plan puts each of them. `keeps`: the same VLAN exists at the target. */
const NETWORKS = {
  app: {
    subnet: 'vlan-110-app',
    vlan: 110,
    source: '10.10.110',
    lnet: 'lnet-app-210',
    lnetVlan: 210,
    target: '10.10.210',
  },
  db: {
    subnet: 'vlan-120-db',
    vlan: 120,
    source: '10.10.120',
    lnet: 'lnet-db-120',
    lnetVlan: 120,
    target: '10.10.120',
  },
} as const;

const DNS = ['10.10.1.53', '10.10.1.54'];

export interface VmWish {
  /** Tells VMs of one display name apart, which are then staged with a short id in their names; the name when absent. */
  readonly key?: string;
  readonly name: string;
  readonly hostname?: string;
  readonly os: 'windows' | 'linux';
  readonly firmware?: 'bios' | 'uefi';
  readonly cpus?: number;
  readonly memoryMb?: number;
  readonly power?: 'on' | 'off';
  readonly disks: readonly { readonly gib: number; readonly dataMib: number }[];
  readonly nics: readonly { readonly on: keyof typeof NETWORKS; readonly host: number }[];
  readonly services: readonly string[];
  readonly behaviour?: Behaviour;
  readonly batch: string;
  readonly group: string;
  readonly owner: string;
  /** Name at the target where it cannot be the original. */
  readonly targetName?: string;
  readonly storagePath?: string;
}

/** A VM as a scenario says it: staged at its old address, at the target at a new one where the plan moves its network. */
export const vmOf = (wish: VmWish): VmScenario => {
  const { name, os, cpus = 2, memoryMb = 4096 } = wish;
  const uuid = uuidFrom('vm', wish.key ?? name);
  const hostname = wish.hostname ?? wish.key ?? name;
  const nics = wish.nics.map(({ on, host }, n) => {
    const { subnet, source } = NETWORKS[on];
    const mac = `50:6b:8d:${uuidFrom(uuid, 'mac', n)
      .slice(0, 6)
      .replace(/(..)(?=.)/g, '$1:')}`;
    return { mac, subnet, ip: `${source}.${host}`, prefix: 24, gateway: `${source}.1`, dns: DNS };
  });
  const staging = wish.nics.map(({ on }): ExpectedNic => {
    const { vlan, source } = NETWORKS[on];
    return { network: 'vSwitch-Migration', vlan, ip: null, prefix: 24, gateway: `${source}.1`, dns: DNS };
  });
  const target = wish.nics.map(({ on, host }): ExpectedNic => {
    const { lnet, lnetVlan, source, target: range } = NETWORKS[on];
    const ip = range === source ? null : `${range}.${host}`;
    return { network: lnet, vlan: lnetVlan, ip, prefix: 24, gateway: `${range}.1`, dns: DNS };
  });

  return {
    uuid,
    name,
    os,
    osName: os === 'windows' ? 'Microsoft Windows Server 2022 Standard' : 'Ubuntu 24.04.2 LTS',
    hostname,
    firmware: wish.firmware ?? 'uefi',
    cpus,
    memoryMb,
    power: wish.power ?? 'on',
    disks: wish.disks.map(({ gib, dataMib }) => ({ bytes: gib * sizes.GIB, dataBytes: dataMib * sizes.MIB })),
    nics,
    services: wish.services,
    credentials:
      os === 'windows'
        ? { user: 'Administrator', password: 'lab-Windows-1' }
        : { user: 'tranship', password: 'lab-Linux-1' },
    behaviour: wish.behaviour ?? {},
    expected: {
      batch: wish.batch,
      group: wish.group,
      owner: wish.owner,
      staging: {
        name: wish.key ? `${name}_replica_${uuid.slice(0, 8)}` : `${name}_replica`,
        cpus,
        memoryMb,
        nics: staging,
      },
      target: {
        name: wish.targetName ?? name,
        cpus,
        memoryMb,
        storagePath: wish.storagePath ?? 'storage-a',
        nics: target,
      },
    },
  };
};
