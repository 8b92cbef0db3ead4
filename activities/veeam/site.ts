import { type Sweep, sweepOf } from '../contracts/sweep.ts';
import { REPOSITORIES, repositoryIds } from './repositories.ts';
import { type InSession, probe, text } from './session.ts';

/** What the backup server says of itself and of one staging host. V §1.5.4, §1.8.4 */
export interface SiteReport {
  readonly build: string | null;
  readonly licence: {
    readonly status: string;
    readonly total: number;
    readonly used: number;
  } | null;
  /** Plain and scale-out repositories: name → id. */
  readonly repositories: ReadonlyMap<string, string>;
  readonly hostKnown: boolean;
  /** Null where it could not be read. */
  readonly hostTracksChanges: boolean | null;
  /** Why the host's VMs cannot be listed from here; null when they can. */
  readonly hyperVTrouble: string | null;
}

export interface Site {
  /** Read afresh, together for all who ask at once: the VMs of a batch are checked side by side. */
  read(host: string): Promise<SiteReport>;
}

const numberOf = (value: string | null): number => (value === null ? 0 : Number(value));

export const siteOf = (at: string, inSession: InSession): Site => {
  const load = async (host: string): Promise<SiteReport> => {
    const rows = await inSession({ at }, 'the backup server was read', [
      ...REPOSITORIES,
      { id: 'server', cmdlet: 'Get-VBRBackupServerInfo', parameters: {}, select: ['Name', 'Build'], mayFail: true },
      {
        id: 'licence',
        cmdlet: 'Get-VBRInstalledLicense',
        parameters: {},
        select: [
          'Status',
          'InstanceLicenseSummary.LicensedInstancesNumber',
          'InstanceLicenseSummary.UsedInstancesNumber',
        ],
        mayFail: true,
      },
      {
        id: 'host',
        cmdlet: 'Get-VBRServer',
        parameters: { Name: host, Type: 'HvServer' },
        select: ['Id', 'Name'],
        mayFail: true,
      },
      {
        id: 'configuration',
        cmdlet: 'Get-VBRHvServerConfiguration',
        parameters: { Server: { $ref: 'host', where: { Name: host } } },
        select: ['EnableCBT'],
        mayFail: true,
      },
      { id: 'vms', cmdlet: 'Get-VM', parameters: { ComputerName: host }, select: ['Id'], mayFail: true },
    ]);
    const [server] = rows.of('server');
    const [licence] = rows.of('licence');
    const [configuration] = rows.of('configuration');
    const tracks = configuration ? probe(configuration, ['EnableCBT']) : null;
    return {
      build: server ? probe(server, ['Build']) : null,
      licence: licence
        ? {
            status: text(licence, 'Status'),
            total: numberOf(probe(licence, ['InstanceLicenseSummary.LicensedInstancesNumber'])),
            used: numberOf(probe(licence, ['InstanceLicenseSummary.UsedInstancesNumber'])),
          }
        : null,
      repositories: repositoryIds(rows),
      hostKnown: rows.of('host').some((row) => text(row, 'Name').toLowerCase() === host.toLowerCase()),
      hostTracksChanges: tracks === null ? null : tracks.toLowerCase() === 'true',
      hyperVTrouble: rows.error('vms')?.message ?? null,
    };
  };
  const sweeps = new Map<string, Sweep<SiteReport>>();
  return {
    read: (host) => {
      const sweep = sweeps.get(host) ?? sweepOf(0, Date.now, () => load(host));
      sweeps.set(host, sweep);
      return sweep.fresh();
    },
  };
};
