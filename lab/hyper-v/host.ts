import { machineNamed } from '../hosts/machine.ts';
import { cmdlet, typed } from '../powershell/cmdlet.ts';
import { hasWildcard, like } from '../powershell/wildcards.ts';
import { guidFrom } from './chains.ts';
import { commands, invalidParameter, notFound } from './errors.ts';

/** What the host is: Get-VMHost, Get-VMSwitch, Get-WindowsFeature. V §3.2 */

const mb = 1024 * 1024;

const hostType = `${commands}.GetVMHost`;

export const getVmHost = cmdlet({ type: hostType, syntax: ['[-ComputerName <string[]>]'] }, (ctx, { ComputerName }) =>
  ((ComputerName ?? [undefined]) as readonly (string | undefined)[]).map((computer) => {
    const machine = machineNamed(ctx, computer);
    if (!machine) throw invalidParameter(`The computer '${String(computer)}' could not be resolved.`, hostType);
    const root = machine.volumes[0]?.path.replace(/\\+$/, '') ?? 'C:';
    return typed('VMHost', {
      ComputerName: machine.fqdn,
      Name: machine.name,
      FullyQualifiedDomainName: machine.fqdn,
      LogicalProcessorCount: machine.logicalProcessors,
      MemoryCapacity: machine.memoryMb * mb,
      VirtualHardDiskPath: `${root}\\Hyper-V\\Virtual Hard Disks`,
      VirtualMachinePath: `${root}\\Hyper-V`,
      MaximumStorageMigrations: 2,
      MaximumVirtualMachineMigrations: 2,
      VirtualMachineMigrationEnabled: machine.clustered,
      EnableEnhancedSessionMode: false,
      MacAddressMinimum: '00155D010000',
      MacAddressMaximum: '00155D0101FF',
    });
  }),
);

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
