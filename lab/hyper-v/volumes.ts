import { freeOnPath, machinesOf, ownMachine, underPressure, type Volume } from '../hosts/machine.ts';
import { type CmdletContext, CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';
import { guidFrom } from './chains.ts';
import { hostFiles, isInside, samePath } from './files.ts';
import { several, volumeOf } from './machines.ts';

/** Get-Volume and Get-ClusterSharedVolume. V §3.2 */

const volumes = (ctx: CmdletContext): readonly Volume[] => ownMachine(ctx).volumes;

const leftOnHost = (ctx: CmdletContext, volume: Volume): number => {
  const taken = hostFiles(ctx)
    .filter(({ path }) => volumeOf(ctx, path) === volume.path)
    .reduce((sum, { length }) => sum + length, 0);
  return Math.max(volume.bytes - taken, 0);
};

/** Bytes left: dynamic disks take what was written to them, and differencing disks lie beside them. Never below zero. */
export const freeOn = (ctx: CmdletContext, root: string): number => {
  const { platform, volumes: all } = ownMachine(ctx);
  const volume = all.find(({ path }) => samePath(path, root));
  if (!volume) return 0;
  const free = platform === 'hyper-v' ? leftOnHost(ctx, volume) : freeOnPath(ctx.estate, volume);
  return underPressure(ctx.estate, platform, volume, free);
};

const uniqueId = ({ path }: Volume): string => `\\\\?\\Volume{${guidFrom(`volume ${path}`)}}\\`;

const letterOf = ({ path }: Volume): string | null => /^([A-Za-z]):\\?$/.exec(path)?.[1]?.toUpperCase() ?? null;

const labelOf = ({ path }: Volume): string => path.replace(/\\+$/, '').slice(path.lastIndexOf('\\') + 1);

const volumeObject = (ctx: CmdletContext, volume: Volume): object =>
  typed('MSFT_Volume', {
    DriveLetter: letterOf(volume),
    Path: uniqueId(volume),
    UniqueId: uniqueId(volume),
    ObjectId: uniqueId(volume),
    FileSystemLabel: labelOf(volume),
    FileSystem: volume.csv ? 'CSVFS' : 'NTFS',
    FileSystemType: volume.csv ? 'CSVFS_NTFS' : 'NTFS',
    DriveType: 'Fixed',
    HealthStatus: 'Healthy',
    OperationalStatus: 'OK',
    AllocationUnitSize: 4096,
    Size: volume.bytes,
    SizeRemaining: freeOn(ctx, volume.path),
  });

const chosen = (ctx: CmdletContext, parameters: Record<string, unknown>): readonly Volume[] => {
  const pick = (name: string, fits: (volume: Volume, wanted: string) => boolean): readonly Volume[] | undefined => {
    if (parameters[name] === undefined) return undefined;
    return several<string>(parameters[name]).flatMap((wanted) => {
      const found = volumes(ctx).filter((volume) => fits(volume, wanted));
      if (found.length > 0) return found;
      throw new CmdletError(
        `No MSFT_Volume objects found with property '${name}' equal to '${wanted}'. Verify the value of the property and retry.`,
        'ObjectNotFound',
        `CmdletizationQuery_NotFound_${name},Get-Volume`,
      );
    });
  };
  return (
    pick('DriveLetter', (volume, letter) => letterOf(volume) === letter.replace(/:.*$/, '').toUpperCase()) ??
    pick('Path', (volume, path) => samePath(uniqueId(volume), path) || samePath(volume.path, path)) ??
    pick('FilePath', (volume, path) => samePath(volume.path, path) || isInside(path, volume.path)) ??
    pick('FileSystemLabel', (volume, label) => like(label)(labelOf(volume))) ??
    pick('UniqueId', (volume, id) => uniqueId(volume).toLowerCase() === id.toLowerCase()) ??
    volumes(ctx)
  );
};

export const getVolume = cmdlet(
  {
    type: 'Get-Volume',
    syntax: [
      '[-DriveLetter <string[]>]',
      '-Path <string[]>',
      '-FilePath <string>',
      '-FileSystemLabel <string[]>',
      '-UniqueId <string[]>',
    ],
  },
  (ctx, parameters) => chosen(ctx, parameters).map((volume) => volumeObject(ctx, volume)),
);

const csvName = (volume: Volume): string => `Cluster Virtual Disk (${labelOf(volume)})`;

/** Volumes are dealt out to the nodes in turn. */
const ownerOf = (ctx: CmdletContext, volume: Volume): string | undefined => {
  const nodes = machinesOf(ctx);
  const place = volumes(ctx).findIndex(({ path }) => path === volume.path);
  return nodes[place % nodes.length]?.fqdn;
};

const csvObject = (ctx: CmdletContext, volume: Volume): object => {
  const free = freeOn(ctx, volume.path);
  const partition = typed('ClusterDiskPartitionInfo', {
    Name: uniqueId(volume),
    FileSystem: 'NTFS',
    Size: volume.bytes,
    FreeSpace: free,
    UsedSpace: volume.bytes - free,
    PercentFree: volume.bytes === 0 ? 0 : Math.round((free / volume.bytes) * 10_000) / 100,
  });
  const info = typed('ClusterSharedVolumeInfo', {
    FriendlyVolumeName: volume.path,
    FaultState: 'NoFaults',
    MaintenanceMode: false,
    Partition: partition,
    PartitionNumber: 2,
    VolumeOffset: 16_777_216,
  });
  return typed('ClusterSharedVolume', {
    Id: guidFrom(`csv ${volume.path}`),
    Name: csvName(volume),
    State: 'Online',
    OwnerNode: typed('ClusterNode', { Name: ownerOf(ctx, volume), State: 'Up' }),
    SharedVolumeInfo: [info],
  });
};

/** Only on a clustered host. */
export const getClusterSharedVolume = cmdlet(
  {
    type: 'Microsoft.FailoverClusters.PowerShell.GetClusterSharedVolumeCommand',
    syntax: ['[-Name <string[]>] [-Cluster <string>]'],
  },
  (ctx, parameters) => {
    const names = (parameters.Name ?? ['*']) as readonly string[];
    return volumes(ctx)
      .filter((volume) => volume.csv && names.some((name) => like(name)(csvName(volume))))
      .map((volume) => csvObject(ctx, volume));
  },
);
