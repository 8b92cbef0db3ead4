import { type CmdletTable, typed } from '../../powershell/cmdlet.ts';
import { within } from '../../powershell/wait.ts';
import { MOUNT_STOPS_MS } from '../durations.ts';
import type { Mount, MountState, Point, RestoreSession } from '../records.ts';
import { isNameTaken } from '../recovery/dummy-vm.ts';
import { startMigration } from '../recovery/migration.ts';
import { restartMount, startMount, stopMount } from '../recovery/mounts.ts';
import type { VeeamService } from '../service.ts';
import { valuesOf } from '../tables.ts';
import { hostSettings, hyperVHost } from './infrastructure.ts';
import { migrationObject } from './sessions.ts';
import { type Call, failure, fits, idsOf, isAmong, never, type Parameters, veeamCmdlet } from './veeam-cmdlet.ts';

const refusal = ({ type }: Call, message: string, category = 'InvalidArgument', id = 'InvalidParameter') =>
  failure(message, category, id, type);

/** A backup of another platform has no original location on a Hyper-V host. */
const demandTarget = ({ Server, Path, NetworkMapping }: Parameters, call: Call): string => {
  if (Server === undefined) throw refusal(call, 'A target server is required for a backup of this platform.');
  if (!hyperVHost(call.ctx.estate.scenario, Server)) throw refusal(call, 'The server is not a Microsoft Hyper-V host.');
  if (typeof Path !== 'string' || Path === '') throw refusal(call, 'Path is required when Server is given.');
  if (NetworkMapping !== undefined) throw refusal(call, 'NetworkMapping applies to Veeam Agent computers only.');
  if (!hostSettings(call.veeam).cbt)
    throw refusal(call, 'Changed block tracking is disabled for the host.', 'InvalidOperation', 'HostCbtDisabled');
  return Path.replace(/\\+$/, '');
};

const pointOf = (parameters: Parameters, call: Call): Point => {
  const point = call.veeam.points.get(idsOf(parameters.RestorePoint)[0] ?? '');
  if (point) return point;
  throw refusal(call, 'The restore point was not found.', 'ObjectNotFound', 'RestorePointNotFound');
};

/** Returns nothing and does not wait: the session and its VM appear later. V §1.5.1 */
const start = veeamCmdlet(
  'Start-VBRHvInstantRecovery',
  {
    syntax: [
      '-RestorePoint <COib> [-Server <CHost|string>] [-Path <string>] [-VMName <string>] [-PreserveVmID <bool>] [-PowerUp <bool>] [-NICsEnabled <bool>] [-PreserveMACs <bool>] [-Reason <string>] [-Credentials <CCredentials>] [-Force] [-EnableAntivirusScan] [-EnableYARAScan] [-YARAScanRule <string>] [-EnableEntireVolumeScan] [-VirusDetectionAction {DisableNetwork|AbortRecovery}] [-NetworkMapping <VBRHvInstantRecoveryNetworkMappingRule[]>] [-HelperAppliance <VBRHvInstantRecoveryHelperAppliance>] [-DisableDiskAllocation] [-DiskMappingRule <VBRHvVirtualDeviceMappingRule[]>] [-RegisterAsClusterResource]',
    ],
  },
  (parameters, call) => {
    const point = pointOf(parameters, call);
    const path = demandTarget(parameters, call);
    const vmName = String(parameters.VMName ?? point.vmName);
    if (isNameTaken(call.ctx.estate, vmName))
      throw refusal(call, `A VM named ${vmName} exists on the host.`, 'ResourceExists', 'VmExists');
    const options = {
      vmName,
      path,
      powerUp: parameters.PowerUp === true,
      preserveMacs: parameters.PreserveMACs === true,
      preserveId: parameters.PreserveVmID === true,
      clustered: parameters.RegisterAsClusterResource === true,
      preallocate: parameters.DisableDiskAllocation !== true,
    };
    startMount(call.veeam, { point, options, reason: String(parameters.Reason ?? '') }, call.fault);
    return [];
  },
);

/** Only `WaitingForUserAction` is known from the field; a session that was just made shows no state at all. V §1.5.2 */
const states: Readonly<Record<MountState, string | null>> = {
  created: null,
  starting: 'Starting',
  mounting: 'Working',
  ready: 'WaitingForUserAction',
  migrating: 'Working',
  stopping: 'Stopping',
  failed: 'Failed',
};

/** The names of these properties vary by build; which build has which is inferred. V §1.5.2 */
const propertyNames = (version: string): { readonly name: string; readonly state: string } => {
  if (version.startsWith('12.')) return { name: 'VmName', state: 'Status' };
  return version.startsWith('13.0')
    ? { name: 'VMName', state: 'State' }
    : { name: 'MachineName', state: 'SessionState' };
};

const mountObject = (mount: Mount, version: string): object => {
  const names = propertyNames(version);
  const state = states[mount.state];
  return typed('InstantRecovery', {
    Id: mount.id,
    [names.name]: mount.options.vmName,
    ...(state !== null && { [names.state]: state }),
  });
};

const getMounts = veeamCmdlet(
  'Get-VBRInstantRecovery',
  { syntax: ['[-Id <guid[]>] [-Full]'] },
  ({ Id }, { ctx, veeam }) =>
    valuesOf(veeam.mounts)
      .filter((mount) => isAmong(Id, mount.id))
      .map((mount) => mountObject(mount, ctx.estate.scenario.veeam.version)),
);

const mountsMeant = (parameters: Parameters, call: Call): readonly Mount[] =>
  idsOf(parameters.InstantRecovery).map((id) => {
    const mount = call.veeam.mounts.get(id);
    if (mount) return mount;
    throw refusal(call, `The Instant Recovery session ${id} was not found.`, 'ObjectNotFound', 'SessionNotFound');
  });

const demandState = (mount: Mount, allowed: readonly MountState[], call: Call): void => {
  if (allowed.includes(mount.state)) return;
  const state = states[mount.state] ?? 'Starting';
  throw refusal(
    call,
    `The session of ${mount.options.vmName} is in the state ${state}.`,
    'InvalidOperation',
    'InvalidState',
  );
};

const migrate = veeamCmdlet(
  'Start-VBRHvInstantRecoveryMigration',
  { syntax: ['-InstantRecovery <InstantRecovery[]>'] },
  (parameters, call) =>
    mountsMeant(parameters, call).map((mount) => {
      demandState(mount, ['ready'], call);
      return migrationObject(call.veeam, startMigration(call.veeam, mount, call.fault));
    }),
);

/** Waits for the end unless told not to. Not possible while the disks are copied. V §1.5.2 */
const stop = veeamCmdlet(
  'Stop-VBRInstantRecovery',
  { syntax: ['-InstantRecovery <InstantRecovery[]> [-RunAsync]'] },
  async (parameters, call) => {
    const mounts = mountsMeant(parameters, call);
    for (const mount of mounts) {
      demandState(mount, ['created', 'starting', 'mounting', 'ready', 'failed', 'stopping'], call);
      if (mount.state !== 'stopping') stopMount(call.veeam, mount);
    }
    const areGone = (): boolean => mounts.every((mount) => !call.veeam.mounts.get(mount.id));
    if (parameters.RunAsync !== true) await within(call.ctx.estate, 4 * MOUNT_STOPS_MS, areGone);
    return [];
  },
);

const restart = veeamCmdlet(
  'Restart-VBRInstantRecovery',
  { syntax: ['-InstantRecovery <InstantRecovery[]>'] },
  (parameters, call) => {
    for (const mount of mountsMeant(parameters, call)) {
      demandState(mount, ['failed'], call);
      restartMount(call.veeam, mount);
    }
    return [];
  },
);

/** History: the reason that was given stays readable after the mount is gone. The message of a failure in `Description` is inferred. */
const sessionObject = (veeam: VeeamService, session: RestoreSession): object =>
  typed('CRestoreSession', {
    Id: session.id,
    Name: session.vmName,
    JobTypeString: 'Instant VM Recovery',
    State: session.state,
    Result: session.result,
    CreationTime: new Date(session.createdAt),
    EndTime: session.endedAt === null ? never : new Date(session.endedAt),
    Description: session.message,
    Info: {
      Reason: session.reason,
      VmDisplayName: veeam.points.get(session.pointId)?.vmName ?? session.vmName,
      Initiator: { Name: veeam.estate.scenario.veeam.user },
    },
  });

const getRestoreSession = veeamCmdlet(
  'Get-VBRRestoreSession',
  { syntax: ['[-Name <string[]>]', '[-Id <guid[]>]'] },
  ({ Name, Id }, { veeam }) =>
    valuesOf(veeam.restores)
      .filter((session) => fits(Name, session.vmName) && isAmong(Id, session.id))
      .map((session) => sessionObject(veeam, session)),
);

/** What Linux guests are helped with at their first start; kept for the call that takes it. */
const newHelper = veeamCmdlet(
  'New-VBRHvInstantRecoveryHelperAppliance',
  {
    mutates: false,
    syntax: [
      '-Network <VBRHvServerNetworkInfo> [-VLanID <int>] [-EnableIPv4Interface] [-ObtainIPAutomatically] [-IpAddress <string>] [-SubnetMask <string>] [-DefaultGateway <string>] [-ObtainDNSAutomatically] [-PreferredDNSServer <string>] [-AlternateDNSServer <string>]',
    ],
  },
  (parameters) => [typed('VBRHvInstantRecoveryHelperAppliance', { ...parameters })],
);

export const recoveryCmdlets: CmdletTable = {
  'Start-VBRHvInstantRecovery': start,
  'Get-VBRInstantRecovery': getMounts,
  'Start-VBRHvInstantRecoveryMigration': migrate,
  'Stop-VBRInstantRecovery': stop,
  'Restart-VBRInstantRecovery': restart,
  'Get-VBRRestoreSession': getRestoreSession,
  'New-VBRHvInstantRecoveryHelperAppliance': newHelper,
};
