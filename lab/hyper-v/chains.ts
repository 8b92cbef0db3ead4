import { createHash } from 'node:crypto';
import type { LabDisk, LabVm } from '../estate/types.ts';
import type { CmdletContext } from '../powershell/cmdlet.ts';
import { type Checkpoint, extraOf } from './machines.ts';

const block = 65_536;

/** One file of a virtual disk. The last layer is the one the VM writes to. Bytes are what the file takes on its volume. */
export interface Layer {
  readonly path: string;
  readonly parent: string | null;
  readonly bytes: number;
}

/** A GUID that stays the same for the same text. */
export const guidFrom = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
};

const stemOf = (path: string): string => path.replace(/\.[^.\\]+$/, '');

const differencing = (path: string, id: string): string => `${stemOf(path)}_${id.toUpperCase()}.avhdx`;

/** Checkpoints whose layer still exists: kept ones and those a merge has not finished with. */
export const layersOf = (ctx: CmdletContext, vm: LabVm): readonly Checkpoint[] =>
  (extraOf(vm)['hyperV.snapshots'] ?? []).filter(
    (checkpoint) => checkpoint.mergedAt === null || ctx.estate.now() < checkpoint.mergedAt,
  );

export const isMerging = (ctx: CmdletContext, vm: LabVm): boolean =>
  layersOf(ctx, vm).some((checkpoint) => checkpoint.mergedAt !== null);

const allocated = ({ estate }: CmdletContext, disk: LabDisk): number =>
  estate.disks.exists(disk.file) ? estate.disks.allocatedBytes(disk.file) : 0;

const writtenSince = ({ estate }: CmdletContext, disk: LabDisk, epoch: number): number =>
  estate.disks.exists(disk.file) ? estate.disks.changedSince(disk.file, epoch).length * block : 0;

/**
 * The files of a disk, oldest first. A disk that Instant Recovery mounts is a differencing disk over what the mount presents (V §1.5.3);
 * a checkpoint adds a differencing disk to each.
 */
export const chainOf = (ctx: CmdletContext, vm: LabVm, disk: LabDisk): readonly Layer[] => {
  const checkpoints = layersOf(ctx, vm).filter((checkpoint) => disk.id in checkpoint.epochs);
  const first = mountOf(ctx, disk) ?? [{ path: disk.path, parent: null, bytes: allocated(ctx, disk) }];
  return checkpoints.reduce<readonly Layer[]>((below, checkpoint, index) => {
    const written = writtenSince(ctx, disk, checkpoint.epochs[disk.id] ?? 0);
    const next = checkpoints[index + 1];
    const later = next ? writtenSince(ctx, disk, next.epochs[disk.id] ?? 0) : 0;
    const frozen = below.map((layer, at) =>
      at === below.length - 1 && index === 0
        ? { ...layer, bytes: checkpoint.bytesBelow[disk.id] ?? layer.bytes }
        : layer,
    );
    const path = differencing(disk.path, checkpoint.id);
    return [...frozen, { path, parent: below.at(-1)?.path ?? null, bytes: Math.max(written - later, 0) }];
  }, first);
};

const mountOf = (ctx: CmdletContext, disk: LabDisk): readonly Layer[] | null => {
  if (disk.parent === null) return null;
  const named = disk.path.toLowerCase().endsWith('.avhdx');
  const top = named ? disk.path : differencing(disk.path, guidFrom(disk.id));
  const base = named ? disk.parent : disk.path;
  return [
    { path: base, parent: null, bytes: 0 },
    { path: top, parent: base, bytes: allocated(ctx, disk) },
  ];
};

/** The file the VM has attached. */
export const attachedPath = (ctx: CmdletContext, vm: LabVm, disk: LabDisk): string =>
  chainOf(ctx, vm, disk).at(-1)?.path ?? disk.path;
