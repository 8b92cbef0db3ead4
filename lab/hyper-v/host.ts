import { type CmdletContext, CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { hasWildcard, like } from '../powershell/wildcards.ts';
import { guidFrom } from './chains.ts';
import { commands, notFound } from './errors.ts';
import { registered } from './machines.ts';

/** What the host is: Get-VMHost, Get-VMSwitch, Get-CimInstance, Get-WindowsFeature. V §3.2 */

const mb = 1024 * 1024;

export const getVmHost = cmdlet({ type: `${commands}.GetVMHost`, syntax: ['[-ComputerName <string[]>]'] }, (ctx) => {
  const { host, logicalProcessors, memoryMb, volumes } = ctx.estate.scenario.hyperV;
  const root = volumes[0]?.path.replace(/\\+$/, '') ?? 'C:';
  return [
    typed('VMHost', {
      ComputerName: host,
      Name: host.split('.')[0],
      FullyQualifiedDomainName: host,
      LogicalProcessorCount: logicalProcessors,
      MemoryCapacity: memoryMb * mb,
      VirtualHardDiskPath: `${root}\\Hyper-V\\Virtual Hard Disks`,
      VirtualMachinePath: `${root}\\Hyper-V`,
      MaximumStorageMigrations: 2,
      MaximumVirtualMachineMigrations: 2,
      VirtualMachineMigrationEnabled: ctx.estate.scenario.hyperV.clustered,
      EnableEnhancedSessionMode: false,
      MacAddressMinimum: '00155D010000',
      MacAddressMaximum: '00155D0101FF',
    }),
  ];
});

const switchType = `${commands}.GetVMSwitch`;

const switchObject = (name: string): object =>
  typed('VMSwitch', {
    Id: guidFrom(`switch ${name}`),
    Name: name,
    SwitchType: 'External',
    NetAdapterInterfaceDescription: 'Teamed-Interface',
    NetAdapterInterfaceDescriptions: ['Teamed-Interface'],
    AllowManagementOS: true,
    EmbeddedTeamingEnabled: true,
    IovEnabled: false,
    Notes: '',
  });

export const getVmSwitch = cmdlet(
  {
    type: switchType,
    syntax: [
      '[-Name|SwitchName <string>] [-SwitchType {Private|Internal|External}[]]',
      '-Id|SwitchId <guid[]> [-SwitchType {Private|Internal|External}[]]',
    ],
  },
  (ctx, { Name, Id, SwitchType }) => {
    if (SwitchType !== undefined && !(SwitchType as string[]).includes('External')) return [];
    const { switches } = ctx.estate.scenario.hyperV;
    const fits = switches.filter(
      (name) =>
        (Name === undefined || like(String(Name))(name)) &&
        (Id === undefined || (Id as string[]).includes(guidFrom(`switch ${name}`))),
    );
    if (fits.length === 0 && Name !== undefined && !hasWildcard(String(Name)))
      throw notFound(`a virtual switch with name "${String(Name)}"`, switchType);
    return fits.map(switchObject);
  },
);

const operatingSystem = (ctx: CmdletContext): object => {
  const { host, memoryMb } = ctx.estate.scenario.hyperV;
  const used = registered(ctx)
    .filter((vm) => vm.power !== 'off')
    .reduce((sum, vm) => sum + vm.memoryMb, 0);
  return typed('Win32_OperatingSystem', {
    CSName: host.split('.')[0],
    Caption: 'Microsoft Windows Server 2022 Datacenter',
    Version: '10.0.20348',
    BuildNumber: '20348',
    OSArchitecture: '64-bit',
    ProductType: 3,
    TotalVisibleMemorySize: memoryMb * 1024,
    FreePhysicalMemory: Math.max(memoryMb - used, 0) * 1024,
    LastBootUpTime: new Date(0),
  });
};

const computerSystem = (ctx: CmdletContext): object => {
  const { host, memoryMb, logicalProcessors } = ctx.estate.scenario.hyperV;
  const [name = host, ...domain] = host.split('.');
  return typed('Win32_ComputerSystem', {
    Name: name,
    DNSHostName: name,
    Domain: domain.join('.') || 'WORKGROUP',
    PartOfDomain: domain.length > 0,
    NumberOfLogicalProcessors: logicalProcessors,
    TotalPhysicalMemory: memoryMb * mb,
    HypervisorPresent: true,
  });
};

const classes: Readonly<Record<string, (ctx: CmdletContext) => object>> = {
  win32_operatingsystem: operatingSystem,
  win32_computersystem: computerSystem,
};

const cimType = 'Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand';

export const getCimInstance = cmdlet(
  { type: cimType, syntax: ['-ClassName <string> [-Namespace <string>] [-Property <string[]>]'] },
  (ctx, { ClassName }) => {
    const make = classes[String(ClassName).toLowerCase()];
    if (make) return [make(ctx)];
    throw new CmdletError('Invalid class', 'MetadataError', `HRESULT 0x80041010,${cimType}`);
  },
);

const features = (clustered: boolean): readonly (readonly [string, string, boolean])[] => [
  ['Hyper-V', 'Hyper-V', true],
  ['Hyper-V-PowerShell', 'Hyper-V Module for Windows PowerShell', true],
  ['RSAT-Hyper-V-Tools', 'Hyper-V Management Tools', true],
  ['Failover-Clustering', 'Failover Clustering', clustered],
  ['RSAT-Clustering-PowerShell', 'Failover Cluster Module for Windows PowerShell', clustered],
];

/** A name no feature has gives nothing. */
export const getWindowsFeature = cmdlet(
  { type: 'Microsoft.Windows.ServerManager.Commands.GetWindowsFeatureCommand', syntax: ['[-Name <string[]>]'] },
  (ctx, { Name }) =>
    features(ctx.estate.scenario.hyperV.clustered)
      .filter(([name]) => Name === undefined || (Name as readonly string[]).some((wanted) => like(wanted)(name)))
      .map(([name, shown, installed]) =>
        typed('Feature', {
          Name: name,
          DisplayName: shown,
          Installed: installed,
          InstallState: installed ? 'Installed' : 'Available',
          FeatureType: 'Role',
        }),
      ),
);
