/** The product instances a plan knows, with where they are and how to log in. Secrets are references, never values. */

/** `env:NAME` or `file:/absolute/path`. */
export type SecretRef = string;

/** The program that runs cmdlets and the arguments before ours; on a Windows host `pwsh` or `powershell`. */
export interface Executable {
  readonly command: string;
}

export interface Login {
  readonly user: string;
  readonly password: SecretRef;
}

/** Prism Central, v4 API. */
export interface AhvInstance {
  readonly endpoint: string;
  /** Path of a PEM file; the system's own store when absent. */
  readonly ca?: string;
  readonly login: Login;
  /** Cluster name, where Prism Central holds several. */
  readonly cluster?: string;
}

export interface VeeamInstance {
  /** Host name for Connect-VBRServer. */
  readonly server: string;
  readonly port: number;
  /** Base of the VBR service that holds `/api/oauth2/token` and `/extension/…`. */
  readonly endpoint: string;
  readonly ca?: string;
  readonly login: Login;
  /** Plug-in API version, such as `v8`. */
  readonly pluginApi: string;
  /** `x-api-version` sent for the token, such as `1.3-rev1`. */
  readonly restApi: string;
  readonly repository: string;
  readonly powershell: Executable;
}

export interface HyperVInstance {
  /** Name of the host as its products know it. */
  readonly host: string;
  readonly powershell: Executable;
  /** Folders staged VMs may live in, such as `C:\ClusterStorage\Volume1`. Removal never leaves them. */
  readonly storagePaths: readonly string[];
}

export interface AzureLogin {
  /** Such as `https://login.microsoftonline.com`. */
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: SecretRef;
}

export interface AzureMigrateInstance {
  /** Such as `https://management.azure.com`. */
  readonly endpoint: string;
  readonly ca?: string;
  readonly login: AzureLogin;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly project: string;
  readonly location: string;
  /** Names of the two appliances as registered. */
  readonly sourceAppliance: string;
  readonly targetAppliance: string;
  readonly target: MigrationTarget;
  /** Milliseconds until a role that was given just now counts. */
  readonly roleDelay: number;
  readonly apiVersions: { readonly dataReplication: string; readonly offAzure: string; readonly migrate: string };
}

/** Where an Azure Migrate project lands VMs. The ids are ARM ids; the keys of the two maps are the names a landing uses. */
export interface MigrationTarget {
  readonly cluster: string;
  readonly customLocation: string;
  /** Read from the resource bridge when absent; need not be the project's region. */
  readonly customLocationRegion?: string;
  readonly logicalNetworks: Readonly<Record<string, string>>;
  readonly storagePaths: Readonly<Record<string, string>>;
  /** Resource group the VMs are made in. */
  readonly resourceGroupId: string;
}

export interface AzureLocalInstance {
  readonly endpoint: string;
  readonly ca?: string;
  readonly login: AzureLogin;
  readonly subscription: string;
  readonly resourceGroup: string;
  /** ARM ids. */
  readonly cluster: string;
  readonly customLocation: string;
  /** Region of the custom location. */
  readonly location: string;
  /** Plan name → ARM id. */
  readonly logicalNetworks: Readonly<Record<string, string>>;
  readonly storagePaths: Readonly<Record<string, string>>;
  readonly apiVersions: { readonly azureStackHci: string; readonly hybridCompute: string };
}

/** How guests of one platform instance are reached. `direct`: PowerShell Direct through the Hyper-V host. */
export interface GuestInstance {
  readonly channels: readonly ('direct' | 'winrm' | 'ssh')[];
  readonly windows?: Login;
  readonly linux?: Login;
  readonly powershell: Executable;
  readonly sshPort: number;
  /** SHA-256 host key fingerprints by address; a guest that is not listed is refused unless `trustFirstUse`. */
  readonly trustFirstUse: boolean;
  /** An SSH jump host between the agent and its guests. */
  readonly bastion?: { readonly host: string; readonly port: number; readonly login: Login };
}

/** One endpoint that hooks send requests to. */
export interface HookInstance {
  /** https; a path in it comes before every hook's own. */
  readonly endpoint: string;
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Header → reference to its whole value, such as `Bearer …`. */
  readonly secretHeaders?: Readonly<Record<string, SecretRef>>;
  /** Signs every request with an HMAC under this key, in this header. */
  readonly signature?: { readonly header: string; readonly key: SecretRef };
}

/** A Windows DNS server, reached by its own cmdlets. */
export interface DnsInstance {
  /** Name for `-ComputerName`. */
  readonly server: string;
  readonly powershell: Executable;
  /** Zones that hooks may change; no other one is touched. */
  readonly zones: readonly string[];
}

export interface Estate {
  readonly ahv: Readonly<Record<string, AhvInstance>>;
  readonly veeam: Readonly<Record<string, VeeamInstance>>;
  readonly 'hyper-v': Readonly<Record<string, HyperVInstance>>;
  readonly 'azure-migrate': Readonly<Record<string, AzureMigrateInstance>>;
  readonly 'azure-local': Readonly<Record<string, AzureLocalInstance>>;
  readonly guest: Readonly<Record<string, GuestInstance>>;
  /** What hooks reach; none when absent. */
  readonly hooks?: Readonly<Record<string, HookInstance>>;
  readonly dns?: Readonly<Record<string, DnsInstance>>;
}
