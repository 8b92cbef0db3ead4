import { type CmdletTable, typed } from '../../powershell/cmdlet.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { veeamCmdlet } from './veeam-cmdlet.ts';

/** The module shows licences; it has no cmdlet that revokes an instance: REST has. */
const workloads = (veeam: Veeam): readonly object[] =>
  valuesOf(veeam.workloads).map((each) =>
    typed('VBRLicensedInstanceWorkload', { ID: each.vmId, Name: each.name, UsedInstancesNumber: 1, Type: 'VM' }),
  );

const summary = (veeam: Veeam): object => {
  const used = veeam.workloads.list().length;
  return typed('VBRInstanceLicenseSummary', {
    LicensedInstancesNumber: veeam.estate.scenario.veeam.licences,
    UsedInstancesNumber: used,
    NewInstancesNumber: 0,
    RentalInstancesNumber: 0,
    Object: [
      typed('VBRInstanceLicenseSummaryObject', { Type: 'VM', Count: used, Multiplier: 1, UsedInstancesNumber: used }),
    ],
    Workload: workloads(veeam),
  });
};

const YEAR_MS = 365 * 24 * 3_600_000;

const installed = veeamCmdlet('Get-VBRInstalledLicense', { syntax: [''] }, (_, { ctx, veeam }) => [
  typed('VBRInstalledLicense', {
    Status: 'Valid',
    ExpirationDate: new Date(ctx.estate.now() + YEAR_MS),
    Type: 'Subscription',
    Edition: 'EnterprisePlus',
    LicensedTo: ctx.estate.scenario.name,
    SocketLicenseSummary: [],
    InstanceLicenseSummary: summary(veeam),
    SupportId: '0',
    SupportExpirationDate: new Date(ctx.estate.now() + YEAR_MS),
    AutoUpdateEnabled: false,
    FreeAgentInstanceConsumptionEnabled: false,
    CloudConnect: 'Disabled',
  }),
]);

export const licenceCmdlets: CmdletTable = {
  'Get-VBRInstalledLicense': installed,
  'Get-VBRInstanceLicenseSummary': veeamCmdlet(
    'Get-VBRInstanceLicenseSummary',
    { syntax: ['-License <VBRInstalledLicense>'] },
    (_, { veeam }) => [summary(veeam)],
  ),
  'Get-VBRLicensedInstanceWorkload': veeamCmdlet(
    'Get-VBRLicensedInstanceWorkload',
    { syntax: ['-License <VBRInstalledLicense>'] },
    (_, { veeam }) => workloads(veeam),
  ),
};
