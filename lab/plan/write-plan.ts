import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { armNames } from '../arm/names.ts';
import type { ExpectedNic, Scenario, VmScenario } from '../estate/scenario.ts';
import type { Endpoints } from '../serve.ts';

/** Environment variables the plan refers to, with what stands behind them in this scenario. */
const secretsOf = (scenario: Scenario): Record<string, string> => ({
  LAB_PRISM: scenario.prism.password,
  LAB_VEEAM: scenario.veeam.password,
  LAB_AZURE: scenario.azure.clientSecret,
  LAB_WINDOWS: scenario.vms.find((vm) => vm.os === 'windows')?.credentials.password ?? 'none',
  LAB_LINUX: scenario.vms.find((vm) => vm.os === 'linux')?.credentials.password ?? 'none',
  LAB_JUMP: scenario.bastion.password,
});

const estateOf = (scenario: Scenario, at: Endpoints): Readonly<Record<string, unknown>> => {
  const { prism, veeam, hyperV, azure, dns } = scenario;
  const names = armNames(azure);
  const login = {
    authority: at.authority,
    tenant: azure.tenant,
    clientId: azure.clientId,
    clientSecret: 'env:LAB_AZURE',
  };
  const arm = { endpoint: at.arm, ca: at.ca, login, subscription: azure.subscription };
  const guests = (instance: string, channels: readonly string[]) => ({
    channels,
    windows: {
      user: scenario.vms.find((vm) => vm.os === 'windows')?.credentials.user ?? 'Administrator',
      password: 'env:LAB_WINDOWS',
    },
    linux: {
      user: scenario.vms.find((vm) => vm.os === 'linux')?.credentials.user ?? 'tranship',
      password: 'env:LAB_LINUX',
    },
    powershell: { command: at.pwsh[instance] },
    bastion: { ...at.ssh, login: { user: scenario.bastion.user, password: 'env:LAB_JUMP' } },
    trustFirstUse: true,
  });
  return {
    ahv: {
      [prism.instance]: {
        endpoint: at.prism,
        ca: at.ca,
        login: { user: prism.user, password: 'env:LAB_PRISM' },
        cluster: prism.cluster,
      },
    },
    veeam: {
      [veeam.instance]: {
        server: veeam.server,
        port: 443,
        endpoint: at.veeam,
        ca: at.ca,
        login: { user: veeam.user, password: 'env:LAB_VEEAM' },
        pluginApi: 'v8',
        restApi: '1.3-rev1',
        repository: veeam.repository,
        powershell: { command: at.pwsh[veeam.instance] },
      },
    },
    'hyper-v': {
      [hyperV.instance]: {
        host: hyperV.host,
        storagePaths: hyperV.volumes.map(({ path }) => path),
        powershell: { command: at.pwsh[hyperV.instance] },
      },
    },
    'azure-migrate': {
      [azure.migrateInstance]: {
        ...arm,
        resourceGroup: azure.resourceGroup,
        project: azure.project,
        location: azure.location,
        sourceAppliance: azure.sourceAppliance,
        targetAppliance: azure.targetAppliance,
        target: azure.localInstance,
        roleDelay: `${Math.ceil(120_000 / scenario.speed)}ms`,
      },
    },
    'azure-local': {
      [azure.localInstance]: {
        ...arm,
        resourceGroup: azure.resourceGroup,
        cluster: names.cluster,
        customLocation: names.customLocation,
        location: azure.customLocationRegion,
        logicalNetworks: Object.fromEntries(
          azure.logicalNetworks.map(({ name }) => [name, names.logicalNetwork(name)]),
        ),
        storagePaths: Object.fromEntries(azure.storagePaths.map(({ name }) => [name, names.storageContainer(name)])),
      },
    },
    guest: {
      [prism.instance]: guests(prism.instance, ['winrm', 'ssh']),
      [hyperV.instance]: guests(hyperV.instance, ['direct', 'ssh']),
      [azure.localInstance]: guests(azure.localInstance, ['winrm', 'ssh']),
    },
    ...(dns && {
      dns: {
        [dns.instance]: {
          server: dns.server,
          powershell: { command: at.pwsh[dns.instance] },
          zones: [dns.zone, ...dns.reverseZones],
        },
      },
    }),
  };
};

const sizeOf = (bytes: number): string => `${Math.floor(bytes / 2 ** 30)} GB`;

/** Times that fit a lab whose vendors work `speed` times faster than real ones. */
const policiesOf = (scenario: Scenario): unknown => ({
  poll: '250ms',
  heartbeat: '3s',
  noProgress: '20s',
  grace: `${Math.max(2, Math.round(240 / scenario.speed))}s`,
  boot: '15s',
  steady: '1s',
  hold: '2s',
  rollback: '1m',
  outageBudget: `${Math.round(2_700 / scenario.speed)}s`,
  reconcile: '5s',
  seats: { staging: scenario.seats?.staging ?? 20, stagingBytes: sizeOf(scenario.seats?.stagingBytes ?? 4 * 2 ** 40) },
});

/** Groups cut over in the order in which the scenario names them. */
const batchesOf = ({ vms }: Scenario): unknown =>
  Object.fromEntries(
    [...Map.groupBy(vms, ({ expected }) => expected.batch)].map(([name, members]) => [
      name,
      { groups: [...new Set(members.map(({ expected }) => expected.group))] },
    ]),
  );

/** What a plan says beside what follows from its scenario: whole sections, and products the lab does not have. */
export interface Beside {
  readonly estate?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [section: string]: unknown;
}

const planOf = (scenario: Scenario, at: Endpoints, { estate, ...sections }: Beside): string => {
  const { prism, veeam, hyperV, azure } = scenario;
  return stringify({
    programme: `lab-${scenario.name}`,
    trustNamespace: true,
    estate: { ...estateOf(scenario, at), ...estate },
    policies: policiesOf(scenario),
    paths: {
      main: [
        {
          from: `ahv@${prism.instance}`,
          mover: `veeam@${veeam.instance}`,
          to: `hyper-v@${hyperV.instance}`,
          guests: { source: prism.instance, target: hyperV.instance },
        },
        {
          from: `hyper-v@${hyperV.instance}`,
          mover: `azure-migrate@${azure.migrateInstance}`,
          to: `azure-local@${azure.localInstance}`,
          guests: { source: hyperV.instance, target: azure.localInstance },
        },
      ],
    },
    gates: { default: { approvers: ['operator'] } },
    batches: batchesOf(scenario),
    ...sections,
  });
};

const nicCell = (nics: readonly ExpectedNic[], vlans: boolean): string =>
  nics
    .map(({ network, vlan, ip, prefix, gateway, dns }, index) => {
      const address = ip ? `${ip}/${prefix}${gateway ? `/gw=${gateway}` : ''}/dns=${dns.join(',')}` : 'keep';
      return `${index}:${network}${vlans && vlan ? `/vlan=${vlan}` : ''}/${address}`;
    })
    .join('; ');

const COLUMNS: readonly (readonly [string, (vm: VmScenario, scenario: Scenario) => string])[] = [
  ['id', (vm) => vm.uuid],
  ['name', (vm) => vm.name],
  ['batch', (vm) => vm.expected.batch],
  ['group', (vm) => vm.expected.group],
  ['owner', (vm) => vm.expected.owner],
  ['path', () => 'main'],
  ['os', (vm) => vm.os],
  ['hop1.name', (vm) => vm.expected.staging.name],
  ['hop1.cpus', (vm) => String(vm.expected.staging.cpus)],
  ['hop1.memory', (vm) => String(vm.expected.staging.memoryMb)],
  ['hop1.nics', (vm) => nicCell(vm.expected.staging.nics, true)],
  ['hop2.name', (vm) => vm.expected.target.name],
  ['hop2.cpus', (vm) => String(vm.expected.target.cpus)],
  ['hop2.memory', (vm) => String(vm.expected.target.memoryMb)],
  // On staging it runs all the same: Azure Migrate takes nothing else.
  ['hop2.power', (vm) => vm.power],
  ['hop2.storage', (vm) => vm.expected.target.storagePath],
  ['hop2.nics', (vm) => nicCell(vm.expected.target.nics, false)],
];

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

const sheetOf = (scenario: Scenario): string =>
  [COLUMNS.map(([name]) => name), ...scenario.vms.map((vm) => COLUMNS.map(([, cell]) => cell(vm, scenario)))]
    .map((cells) => cells.map(quoted).join(','))
    .join('\n');

/**
 * Writes plan.yaml, vms.csv and trial.json (secrets by variable, queues by agent) for a lab that has been started once. `besideFile` is JSON.
 * Hooks are served next to the source, the DNS server next to the staging host.
 */
export const writePlan = (scenarioFile: string, state: string, out: string, besideFile?: string): void => {
  const scenario = JSON.parse(readFileSync(scenarioFile, 'utf8')) as Scenario;
  const at = JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8')) as Endpoints;
  const beside = besideFile === undefined ? {} : (JSON.parse(readFileSync(besideFile, 'utf8')) as Beside);
  const { prism, veeam, hyperV, azure, dns } = scenario;
  writeFileSync(join(out, 'plan.yaml'), planOf(scenario, at, beside));
  writeFileSync(join(out, 'vms.csv'), `${sheetOf(scenario)}\n`);
  const agents = {
    'agent-source': [
      `ahv@${prism.instance}`,
      `guest@${prism.instance}`,
      ...Object.keys(beside.estate?.hooks ?? {}).map((instance) => `hooks@${instance}`),
    ],
    'agent-veeam': [`veeam@${veeam.instance}`],
    'agent-staging': [
      `hyper-v@${hyperV.instance}`,
      `guest@${hyperV.instance}`,
      ...(dns ? [`dns@${dns.instance}`] : []),
    ],
    'agent-azure': [
      `azure-migrate@${azure.migrateInstance}`,
      `azure-local@${azure.localInstance}`,
      `guest@${azure.localInstance}`,
    ],
  };
  writeFileSync(join(out, 'trial.json'), `${JSON.stringify({ secrets: secretsOf(scenario), agents }, null, 1)}\n`);
};
