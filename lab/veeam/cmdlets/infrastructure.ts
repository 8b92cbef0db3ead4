import type { Scenario } from '../../estate/scenario.ts';
import { type CmdletTable, typed } from '../../powershell/cmdlet.ts';
import { repositorySettings } from '../backup/repository.ts';
import { hostId, repositoryId } from '../names.ts';
import type { HostSettings } from '../records.ts';
import type { Veeam } from '../tables.ts';
import { failure, fits, veeamCmdlet } from './veeam-cmdlet.ts';

const MB = 1_000_000;

interface Host {
  readonly name: string;
  readonly type: 'Local' | 'HvServer' | 'ExternalInfrastructureServer';
}

const hosts = ({ veeam, hyperV, prism }: Scenario): readonly Host[] => [
  { name: veeam.server, type: 'Local' },
  { name: hyperV.host, type: 'HvServer' },
  { name: prism.instance, type: 'ExternalInfrastructureServer' },
];

const hostObject = ({ name, type }: Host): object =>
  typed('CHost', { Id: hostId(name), Name: name, RealName: name, Type: type, Description: '', IsUnavailable: false });

const hostNameOf = (server: unknown): string =>
  typeof server === 'object' && server !== null ? String((server as { Name?: unknown }).Name) : String(server);

/** The Hyper-V host a `-Server` means, by object or by name; undefined when the infrastructure has no such host. V §1.5.4 */
export const hyperVHost = ({ hyperV }: Scenario, server: unknown): string | undefined =>
  hostNameOf(server).toLowerCase() === hyperV.host.toLowerCase() ? hyperV.host : undefined;

export const hostSettings = (veeam: Veeam): HostSettings => veeam.hosts.get('hyper-v') ?? { cbt: true, failover: true };

const getServerInfo = veeamCmdlet('Get-VBRBackupServerInfo', { syntax: [''] }, (_, { ctx }) => {
  const { server, version } = ctx.estate.scenario.veeam;
  return [typed('VBRBackupServerInfo', { Name: server, Build: version, PatchLevel: '' })];
});

const getServer = veeamCmdlet(
  'Get-VBRServer',
  {
    syntax: [
      '[-Name <string[]>] [-Type {Local|Windows|Linux|HvServer|HvCluster|Scvmm|ESXi|VC|SmbServer|SmbCluster|ExternalInfrastructureServer}]',
    ],
  },
  ({ Name, Type }, { ctx }) =>
    hosts(ctx.estate.scenario)
      .filter((host) => fits(Name, host.name) && (Type === undefined || host.type === Type))
      .map(hostObject),
);

const configurationObject = (veeam: Veeam, name: string): object => {
  const { cbt, failover } = hostSettings(veeam);
  return typed('VBRHvServerConfiguration', { EnableCBT: cbt, EnableFailover: failover, ServerId: hostId(name) });
};

const getHvConfiguration = veeamCmdlet(
  'Get-VBRHvServerConfiguration',
  { syntax: ['-Server <CHost>'] },
  ({ Server }, { ctx, veeam, type }) => {
    const host = hyperVHost(ctx.estate.scenario, Server);
    if (!host)
      throw failure('The server is not a Microsoft Hyper-V host.', 'InvalidArgument', 'InvalidParameter', type);
    return [configurationObject(veeam, host)];
  },
);

const setHvConfiguration = veeamCmdlet(
  'Set-VBRHvServerConfiguration',
  { syntax: ['-Configuration <VBRHvServerConfiguration> [-EnableFailover] [-EnableCBT]'] },
  ({ EnableFailover, EnableCBT }, { ctx, veeam }) => {
    const now = hostSettings(veeam);
    const cbt = typeof EnableCBT === 'boolean' ? EnableCBT : now.cbt;
    veeam.hosts.put('hyper-v', { cbt, failover: typeof EnableFailover === 'boolean' ? EnableFailover : now.failover });
    return [configurationObject(veeam, ctx.estate.scenario.hyperV.host)];
  },
);

const getNetworks = veeamCmdlet(
  'Get-VBRHvServerNetworkInfo',
  { syntax: ['-Server <CHost|string>'] },
  ({ Server }, { ctx }) =>
    hyperVHost(ctx.estate.scenario, Server) === undefined
      ? []
      : ctx.estate.scenario.hyperV.switches.map((name) =>
          typed('VBRHvServerNetworkInfo', { NetworkName: name, SwitchName: name, Type: 'Hv' }),
        ),
);

/** Free space is not among the properties: the real object has it behind `GetContainer()`. */
const repositoryObject = (veeam: Veeam): object => {
  const { scenario } = veeam.estate;
  const { maxTasks, dataRate } = repositorySettings(veeam);
  const path = `D:\\${scenario.veeam.repository}`;
  return typed('CBackupRepository', {
    Id: repositoryId(scenario),
    Name: scenario.veeam.repository,
    Description: '',
    Type: 'WinLocal',
    Path: path,
    FriendlyPath: path,
    HostId: hostId(scenario.veeam.server),
    IsUnavailable: false,
    Options: {
      IsTaskCountUnlim: maxTasks === null,
      MaxTaskCount: maxTasks ?? -1,
      CombinedDataRateLimit: dataRate === null ? -1 : dataRate / MB,
    },
  });
};

const getRepository = veeamCmdlet(
  'Get-VBRBackupRepository',
  { syntax: ['[-Name <string[]>] [-ScaleOut]'] },
  ({ Name, ScaleOut }, { ctx, veeam }) =>
    ScaleOut === true || !fits(Name, ctx.estate.scenario.veeam.repository) ? [] : [repositoryObject(veeam)],
);

const setRepository = veeamCmdlet(
  'Set-VBRBackupRepository',
  {
    syntax: [
      '-Repository <CBackupRepository> [-LimitConcurrentJobs] [-MaxConcurrentJobs <int>] [-LimitDatarate] [-DataRateLimit <int>] [-Force]',
    ],
  },
  ({ LimitConcurrentJobs, MaxConcurrentJobs, LimitDatarate, DataRateLimit }, { veeam }) => {
    const now = repositorySettings(veeam);
    const limited = (on: unknown, value: unknown, was: number | null, unit: number): number | null => {
      if (on === false) return null;
      return typeof value === 'number' ? value * unit : was;
    };
    veeam.repository.put('settings', {
      maxTasks: limited(LimitConcurrentJobs, MaxConcurrentJobs, now.maxTasks, 1),
      dataRate: limited(LimitDatarate, DataRateLimit, now.dataRate, MB),
    });
    return [repositoryObject(veeam)];
  },
);

export const infrastructureCmdlets: CmdletTable = {
  'Get-VBRBackupServerInfo': getServerInfo,
  'Get-VBRServer': getServer,
  'Get-VBRHvServerConfiguration': getHvConfiguration,
  'Set-VBRHvServerConfiguration': setHvConfiguration,
  'Get-VBRHvServerNetworkInfo': getNetworks,
  'Get-VBRBackupRepository': getRepository,
  'Set-VBRBackupRepository': setRepository,
};
