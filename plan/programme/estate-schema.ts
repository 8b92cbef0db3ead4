import * as z from 'zod';
import { dnsInstance, hookInstance } from './hook-schema.ts';
import {
  apiVersion,
  armId,
  ca,
  duration,
  endpoint,
  executable,
  name,
  named,
  patternText,
  secret,
  text,
} from './schema-words.ts';

const RG = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-azl';

const login = (user: string) =>
  z.strictObject({
    user: text('User to log in as', user),
    password: secret('Reference to the password'),
  });

const uuid = (description: string) =>
  patternText(
    description,
    '00000000-0000-0000-0000-000000000000',
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'a GUID',
  );

const azureLogin = z.strictObject({
  authority: endpoint('Where tokens come from', 'https://login.microsoftonline.com').prefault(
    'https://login.microsoftonline.com',
  ),
  tenant: text('Directory (tenant) id', 'contoso.onmicrosoft.com'),
  clientId: uuid('Application (client) id'),
  clientSecret: secret('Reference to the client secret'),
});

const arm = {
  endpoint: endpoint('Azure Resource Manager', 'https://management.azure.com').prefault('https://management.azure.com'),
  ca,
  login: azureLogin,
  subscription: uuid('Subscription id'),
  resourceGroup: text('Resource group', 'rg-migration-01'),
};

/** Prism Central, v4 API: O E.4. */
export const ahvInstance = z.strictObject({
  endpoint: endpoint('Prism Central', 'https://prism.contoso.example:9440'),
  ca,
  login: login('svc-tranship'),
  cluster: text('Cluster the VMs run on, where Prism Central holds several', 'ntnx-a').exactOptional(),
});

/** V §1.7 */
export const veeamInstance = z.strictObject({
  server: text('Host name for Connect-VBRServer', 'vbr01.contoso.example'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .meta({ description: 'Port for Connect-VBRServer', examples: [9392] }),
  endpoint: endpoint('Backup server REST service', 'https://vbr01.contoso.example:9419'),
  ca,
  login: login('CONTOSO\\svc-tranship'),
  pluginApi: patternText('API version of the AHV plug-in', 'v8', /^v\d+$/, 'a plug-in version'),
  restApi: patternText('x-api-version of the backup server', '1.3-rev1', /^\d+\.\d+-rev\d+$/, 'an x-api-version'),
  repository: text('Repository backups go to', 'staging-repo'),
  powershell: executable,
});

/** V §3 */
export const hyperVInstance = z.strictObject({
  host: text('Name of the host as its products know it', 'stage01.contoso.example'),
  powershell: executable,
  storagePaths: z
    .array(
      patternText(
        'Folder on the host',
        'C:\\ClusterStorage\\Volume1',
        /^(?:[A-Za-z]:\\|\\\\[^\\]+\\[^\\]+)/,
        'an absolute Windows path',
      ),
    )
    .min(1)
    .meta({
      description: 'Folders staged VMs may live in; nothing is ever removed outside them',
      examples: [['C:\\ClusterStorage\\Volume1']],
    }),
});

/** A §1.1, A §1.2 */
export const azureMigrateInstance = z.strictObject({
  ...arm,
  project: text('Azure Migrate project', 'migrate-contoso-01'),
  location: text('Region of the project', 'westeurope'),
  sourceAppliance: text('Name of the appliance beside the source, as registered', 'HyperV-1'),
  targetAppliance: text('Name of the appliance beside the target, as registered', 'asz-1'),
  target: name('Instance under estate.azure-local that this project lands VMs on', 'azl01'),
  roleDelay: duration('How long a role that was given just now takes to count', '2m').prefault('2m'),
  apiVersions: z
    .strictObject({
      dataReplication: apiVersion('Microsoft.DataReplication', '2024-09-01'),
      offAzure: apiVersion('Microsoft.OffAzure', '2020-01-01'),
      migrate: apiVersion('Microsoft.Migrate', '2020-05-01'),
    })
    .meta({ description: 'api-version of each resource provider' })
    .prefault({}),
});

/** A §3 */
export const azureLocalInstance = z.strictObject({
  ...arm,
  cluster: armId('ARM id of the cluster', `${RG}/providers/Microsoft.AzureStackHCI/clusters/azl01`),
  customLocation: armId(
    'ARM id of the custom location',
    `${RG}/providers/Microsoft.ExtendedLocation/customLocations/azl01`,
  ),
  location: text('Region of the custom location', 'westeurope'),
  logicalNetworks: named(
    'Logical networks by the name vms.csv uses',
    armId('ARM id of the network', `${RG}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet-app`),
  ),
  storagePaths: named(
    'Storage paths by the name vms.csv uses',
    armId('ARM id of the storage path', `${RG}/providers/Microsoft.AzureStackHCI/storageContainers/csv1`),
  ),
  apiVersions: z
    .strictObject({
      azureStackHci: apiVersion('Microsoft.AzureStackHCI', '2024-01-01'),
      hybridCompute: apiVersion('Microsoft.HybridCompute', '2024-07-10'),
    })
    .meta({ description: 'api-version of each resource provider' })
    .prefault({}),
});

const CHANNELS = ['direct', 'winrm', 'ssh'] as const;

/** Which log-ins a channel can use; one of them must be there. */
const LOGINS = { direct: ['windows', 'linux'], winrm: ['windows'], ssh: ['linux'] } as const;

export const guestInstance = z
  .strictObject({
    channels: z
      .array(z.enum(CHANNELS))
      .min(1)
      .meta({
        description: 'Ways into the guest, in the order they are tried',
        examples: [['direct', 'winrm', 'ssh']],
      }),
    windows: login('Administrator').meta({ description: 'Log-in of Windows guests' }).exactOptional(),
    linux: login('tranship').meta({ description: 'Log-in of Linux guests' }).exactOptional(),
    powershell: executable,
    sshPort: z
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: 'Port of SSH in the guests', examples: [22] })
      .prefault(22),
    bastion: z
      .strictObject({
        host: text('Name or address of the jump host', 'bastion.contoso.example'),
        port: z
          .int()
          .min(1)
          .max(65_535)
          .meta({ description: 'Port of SSH on it', examples: [22] })
          .prefault(22),
        login: login('tranship'),
      })
      .meta({ description: 'SSH jump host between the agent and the guests' })
      .exactOptional(),
    trustFirstUse: z
      .boolean()
      .meta({ description: 'Accept the host key of a guest seen for the first time', examples: [false] })
      .prefault(false),
  })
  .superRefine((guest, context) => {
    for (const [index, channel] of guest.channels.entries()) {
      if (LOGINS[channel].some((family) => guest[family])) continue;
      const lacking = LOGINS[channel].join(' or ');
      const fix = `Add ${lacking} with user and password, or take ${channel} out.`;
      context.addIssue({
        code: 'custom',
        path: ['channels', index],
        message: `needs a ${lacking} log-in that is not here`,
        params: { fix },
      });
    }
  });

export const estateSchema = z
  .strictObject({
    ahv: named('Nutanix AHV, by instance', ahvInstance).prefault({}),
    veeam: named('Veeam Backup & Replication, by instance', veeamInstance).prefault({}),
    'hyper-v': named('Hyper-V staging hosts, by instance', hyperVInstance).prefault({}),
    'azure-migrate': named('Azure Migrate projects, by instance', azureMigrateInstance).prefault({}),
    'azure-local': named('Azure Local instances, by instance', azureLocalInstance).prefault({}),
    guest: named('Ways into guests, by instance', guestInstance).prefault({}),
    hooks: named('HTTP endpoints that hooks reach, by instance', hookInstance).prefault({}),
    dns: named('Windows DNS servers that hooks change, by instance', dnsInstance).prefault({}),
  })
  .meta({ description: 'The product instances, where they are and how to log in' });
