import type { CmdletError } from '../../activities/contracts/cmdlets.ts';
import type { Landing, LandingNic } from '../../domain/landing.ts';
import type { VmDescription } from '../../domain/vm.ts';

/** A VM of the host in memory. */
export interface FakeNic {
  Id: string;
  Name: string;
  MacAddress: string;
  DynamicMacAddressEnabled: boolean;
  SwitchName: string | null;
  VlanSetting: { OperationMode: string; AccessVlanId: number };
  IPAddresses: string[];
}

export interface FakeVm {
  Id: string;
  Name: string;
  State: string;
  Generation: number;
  ProcessorCount: number;
  Notes: string;
  AutomaticStartAction: string;
  Heartbeat: string | null;
  OperationalStatus: string[];
  Uptime: { TotalSeconds: number } | null;
  IsClustered: boolean;
  memory: { Startup: number; DynamicMemoryEnabled: boolean };
  firmware: { SecureBoot: string; SecureBootTemplate: string };
  drives: { Path: string; ControllerType: string; ControllerNumber: number; ControllerLocation: number }[];
  nics: FakeNic[];
  checkpoints: { Name: string }[];
  services: { Id: string; Enabled: boolean; OperationalStatus: string[] }[];
  /** What the guest does when it is asked to shut down. */
  guest: 'obeys' | 'ignores' | 'deaf';
}

export interface FakeFile {
  Size: number;
  VhdFormat: string;
  VhdType: string;
  ParentPath: string;
  LogicalSectorSize: number;
}

export const GIGABYTE = 1024 ** 3;
export const JOURNEY = '0f4b6c1e-1111-4222-8333-444455556666';
export const VM_ID = 'a1b2c3d4-0000-4000-8000-000000000001';
export const OTHER_ID = 'a1b2c3d4-0000-4000-8000-000000000002';
export const ROOT = 'C:\\ClusterStorage\\Volume1';

export const error = (category: string, fullyQualifiedErrorId: string, message = 'said no'): CmdletError => ({
  message,
  category,
  fullyQualifiedErrorId,
});

const SERVICE_IDS = [
  '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47',
  '9F8233AC-BE49-4C79-8EE3-E7E1985B2077',
  '2A34B1C2-FD73-4043-8A5B-DD2159BC743F',
  '6C09BB55-D683-4DA0-8931-C9BF705F6480',
];

export const nic = (vm: string, n: number, more: Partial<FakeNic> = {}): FakeNic => ({
  Id: `Microsoft:${vm}\\nic-${n}`,
  Name: `Network Adapter ${n}`,
  MacAddress: `506B8D00000${n}`,
  DynamicMacAddressEnabled: false,
  SwitchName: null,
  VlanSetting: { OperationMode: 'Untagged', AccessVlanId: 0 },
  IPAddresses: [],
  ...more,
});

export const vm = (more: Partial<FakeVm> = {}): FakeVm => {
  const Id = more.Id ?? VM_ID;
  return {
    Id,
    Name: 'web-01_replica',
    State: 'Off',
    Generation: 2,
    ProcessorCount: 2,
    Notes: '',
    AutomaticStartAction: 'Nothing',
    Heartbeat: null,
    OperationalStatus: ['Ok'],
    Uptime: null,
    IsClustered: false,
    memory: { Startup: 4 * GIGABYTE, DynamicMemoryEnabled: false },
    firmware: { SecureBoot: 'Off', SecureBootTemplate: 'MicrosoftWindows' },
    drives: [0, 1].map((n) => ({
      Path: `${ROOT}\\${Id}\\disk-${n}.vhdx`,
      ControllerType: 'SCSI',
      ControllerNumber: 0,
      ControllerLocation: n,
    })),
    nics: [nic(Id, 0)],
    checkpoints: [],
    services: SERVICE_IDS.map((id) => ({ Id: `Microsoft:${Id}\\${id}`, Enabled: true, OperationalStatus: ['Ok'] })),
    guest: 'obeys',
    ...more,
  };
};

export const file = (Size: number, more: Partial<FakeFile> = {}): FakeFile => ({
  Size,
  VhdFormat: 'VHDX',
  VhdType: 'Dynamic',
  ParentPath: '',
  LogicalSectorSize: 512,
  ...more,
});

export const to = { product: 'hyper-v', instance: 'stage01', contract: 1 } as const;
export const ref = { id: VM_ID, name: 'web-01' } as const;
export const tokenFor = (verb: string, round = 0): string => `tranship:${JOURNEY}/1/${verb}/${round}`;
export const order = (verb: string) => ({ to, vm: ref, token: tokenFor(verb) });

export const instance = { host: 'STAGE01', powershell: { command: 'powershell' }, storagePaths: [ROOT] } as const;

export const landingNic = (source: number, network = 'Production', vlan: number | null = 10): LandingNic => ({
  source,
  network,
  vlan,
  address: 'keep',
});

export const landing = (more: Partial<Landing> = {}): Landing => ({
  name: 'web-01',
  cpus: 4,
  memoryMb: 8192,
  generation: 2,
  power: 'on',
  storagePath: ROOT,
  nics: [landingNic(0), landingNic(1, 'Storage', null)],
  disks: [],
  ...more,
});

export const predecessor = (more: Partial<VmDescription> = {}): VmDescription => ({
  ref: { id: JOURNEY, name: 'web-01' },
  power: 'off',
  os: 'linux',
  firmware: 'uefi',
  generation: null,
  secureBoot: false,
  cpus: 4,
  memoryMb: 8192,
  disks: [
    { id: 'd0', bytes: 10 * GIGABYTE, boot: true },
    { id: 'd1', bytes: 20 * GIGABYTE, boot: false },
  ],
  nics: ['50:6b:8d:00:00:00', '50:6b:8d:00:00:01'].map((mac, n) => ({
    id: `n${n}`,
    mac,
    network: 'ahv',
    vlan: null,
    connected: false,
    addresses: [],
  })),
  autostart: null,
  guestReachable: false,
  note: null,
  obstacles: [],
  ...more,
});
