/** Truth of a run: the lab is built from it, plan.yaml and vms.csv are written from it, the oracle judges by it. */
export interface Scenario {
  readonly name: string;
  /** Divides every vendor duration; 1 is a realistic minute-scale run, 60 is a test. */
  readonly speed: number;
  readonly prism: PrismScenario;
  readonly veeam: VeeamScenario;
  readonly hyperV: HyperVScenario;
  readonly azure: AzureScenario;
  /** The SSH jump host in front of Linux guests. */
  readonly bastion: { readonly user: string; readonly password: string };
  readonly vms: readonly VmScenario[];
  /** What the plan allows on staging at once: VMs and virtual bytes; 20 and 4 TiB when absent. */
  readonly seats?: { readonly staging: number; readonly stagingBytes: number };
  readonly dns?: DnsScenario;
}

export interface PrismScenario {
  readonly instance: string;
  readonly user: string;
  readonly password: string;
  readonly cluster: string;
  /** AOS and Prism Central versions as the APIs report them. */
  readonly aos: string;
  readonly pc: string;
  readonly subnets: readonly { readonly extId: string; readonly name: string; readonly vlan: number }[];
  /** Newer negotiated minors answer with the polymorphic NIC schema. */
  readonly nicSchema: 'v4.0' | 'newer';
}

export interface VeeamScenario {
  readonly instance: string;
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** Build, such as 13.0.1.1071. */
  readonly version: string;
  readonly repository: string;
  readonly repositoryBytes: number;
  readonly licences: number;
  readonly workerTasks: number;
  /** Bytes per second of backup and of restore, at speed 1. */
  readonly backupRate: number;
  readonly restoreRate: number;
}

export interface HyperVScenario {
  readonly instance: string;
  readonly host: string;
  readonly clustered: boolean;
  readonly logicalProcessors: number;
  readonly memoryMb: number;
  readonly volumes: readonly { readonly path: string; readonly bytes: number; readonly csv: boolean }[];
  readonly switches: readonly string[];
  readonly windows: { readonly user: string; readonly password: string };
}

export interface AzureScenario {
  readonly migrateInstance: string;
  readonly localInstance: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly project: string;
  readonly sourceAppliance: string;
  readonly targetAppliance: string;
  readonly cluster: string;
  readonly customLocationRegion: string;
  readonly logicalNetworks: readonly {
    readonly name: string;
    readonly vlan: number;
    readonly cidr: string;
    readonly static: boolean;
  }[];
  readonly storagePaths: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
  /** Machines of the cluster; two of 64 processors and 256 GiB when absent. */
  readonly nodes?: readonly { readonly name: string; readonly logicalProcessors: number; readonly memoryMb: number }[];
  /** Bytes per second at speed 1. */
  readonly replicationRate: number;
}

/** A Windows DNS server. At the start it holds an A record of every address of the VMs, and its pointer where a reverse zone has it. */
export interface DnsScenario {
  readonly instance: string;
  readonly server: string;
  /** Forward zone, such as `lab.example`. */
  readonly zone: string;
  /** Such as `110.10.10.in-addr.arpa`. */
  readonly reverseZones: readonly string[];
  /** Seconds; 3600 when absent. */
  readonly ttl?: number;
}

/** A name that stands for one adapter of a VM: its record follows the address that adapter has where the VM lands. */
export interface ExpectedName {
  readonly zone: string;
  readonly name: string;
  /** Place in the VM's list of adapters. */
  readonly nic: number;
}

/** How a guest behaves beyond the ordinary. */
export interface Behaviour {
  readonly refusesShutdown?: boolean;
  /** Linux without hv_* modules in its initramfs does not boot on Hyper-V. */
  readonly noHyperVDrivers?: boolean;
  /** The first boot after a move brings no heartbeat until someone turns it off and on again. */
  readonly firstBootHangs?: boolean;
  readonly noGuestTools?: boolean;
}

export interface VmScenario {
  readonly uuid: string;
  readonly name: string;
  readonly os: 'windows' | 'linux';
  readonly osName: string;
  readonly hostname: string;
  readonly firmware: 'bios' | 'uefi';
  readonly cpus: number;
  readonly memoryMb: number;
  readonly power: 'on' | 'off';
  readonly disks: readonly {
    readonly bytes: number;
    /** Really allocated and filled at the start. */
    readonly dataBytes: number;
  }[];
  readonly nics: readonly {
    readonly mac: string;
    readonly subnet: string;
    readonly ip: string;
    readonly prefix: number;
    readonly gateway: string;
    readonly dns: readonly string[];
  }[];
  readonly services: readonly string[];
  readonly credentials: { readonly user: string; readonly password: string };
  readonly behaviour: Behaviour;
  /** What the plan asks for; the oracle holds the landing against it. */
  readonly expected: {
    readonly batch: string;
    readonly group: string;
    readonly owner: string;
    readonly staging: {
      readonly name: string;
      readonly cpus: number;
      readonly memoryMb: number;
      readonly nics: readonly ExpectedNic[];
    };
    readonly target: {
      readonly name: string;
      readonly cpus: number;
      readonly memoryMb: number;
      readonly storagePath: string;
      readonly nics: readonly ExpectedNic[];
    };
    /** Names in DNS that are to follow; nobody asks for any when absent. */
    readonly dns?: readonly ExpectedName[];
  };
}

/** `network` is a switch name on Hyper-V, a logical network name on Azure Local. `ip` null keeps the guest's. */
export interface ExpectedNic {
  readonly network: string;
  readonly vlan: number | null;
  readonly ip: string | null;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: readonly string[];
}
