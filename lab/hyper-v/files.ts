import type { LabVm } from '../estate/types.ts';
import type { CmdletContext } from '../powershell/cmdlet.ts';
import { attachedPath, chainOf } from './chains.ts';
import { homeOf, parentOf, registered } from './machines.ts';

/** The files of the host as far as the lab knows them: disks of registered VMs, disks `Remove-VM` left behind, configurations, folders. */

export interface HostFile {
  readonly path: string;
  readonly length: number;
  /** In the disk store; null for what is no disk. */
  readonly file: string | null;
  /** Held open by a running VM or by the management service. */
  readonly inUse: boolean;
}

/** `bytes` is the virtual size, `length` what it takes on the volume. */
export interface DetachedFile {
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
  readonly length: number;
}

interface Left {
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
}

const configurationBytes = 98_304;

export const samePath = (a: string, b: string): boolean =>
  a.replace(/\\+$/, '').toLowerCase() === b.replace(/\\+$/, '').toLowerCase();

export const isInside = (path: string, folder: string): boolean =>
  path.toLowerCase().startsWith(`${folder.replace(/\\+$/, '').toLowerCase()}\\`);

const keyOf = (path: string): string => path.replace(/\\+$/, '').toLowerCase();

const leftBehind = ({ estate }: CmdletContext) => estate.table<Left>('hyper-v', 'files');
const emptyFolders = ({ estate }: CmdletContext) => estate.table<string>('hyper-v', 'folders');

export const detachedFiles = (ctx: CmdletContext): readonly DetachedFile[] =>
  leftBehind(ctx)
    .list()
    .map(({ value }) => value)
    .filter(({ file }) => ctx.estate.disks.exists(file))
    .map((left) => ({ ...left, length: ctx.estate.disks.allocatedBytes(left.file) }));

const configurationOf = (vm: LabVm): string => `${homeOf(vm)}\\Virtual Machines\\${vm.id.toUpperCase()}.vmcx`;

export const hostFiles = (ctx: CmdletContext): readonly HostFile[] => [
  ...registered(ctx).flatMap((vm) => [
    ...vm.disks
      .filter((disk) => ctx.estate.disks.exists(disk.file))
      .flatMap((disk) =>
        chainOf(ctx, vm, disk).map(({ path, bytes }) => ({
          path,
          length: bytes,
          file: disk.file,
          inUse: vm.power !== 'off',
        })),
      ),
    { path: configurationOf(vm), length: configurationBytes, file: null, inUse: true },
  ]),
  ...detachedFiles(ctx).map(({ path, file, length }) => ({ path, file, length, inUse: false })),
];

const ancestorsOf = (path: string): readonly string[] => {
  const parent = parentOf(path);
  return parent.endsWith(':') || parent === '' ? [] : [parent, ...ancestorsOf(parent)];
};

export const hostFolders = (ctx: CmdletContext): readonly string[] => {
  const roots = ctx.estate.scenario.hyperV.volumes.map((volume) => volume.path.replace(/\\+$/, ''));
  const empty = emptyFolders(ctx)
    .list()
    .map(({ value }) => value);
  const all = [...roots, ...empty, ...hostFiles(ctx).flatMap(({ path }) => ancestorsOf(path))];
  return [...new Map(all.map((path) => [keyOf(path), path])).values()];
};

/** A folder outlives the files that made it. */
const keepFoldersOf = (ctx: CmdletContext, path: string): void => {
  for (const folder of ancestorsOf(path)) emptyFolders(ctx).put(keyOf(folder), folder);
};

/** Before a VM is removed: its disks become files nobody has attached, its checkpoints are merged away. */
export const detach = (ctx: CmdletContext, vm: LabVm): void => {
  for (const disk of vm.disks) {
    const path = disk.parent === null ? disk.path : attachedPath(ctx, vm, disk);
    leftBehind(ctx).put(keyOf(path), { path, file: disk.file, bytes: disk.bytes });
    keepFoldersOf(ctx, path);
  }
  keepFoldersOf(ctx, configurationOf(vm));
};

/** Takes a disk file away for good, whoever still refers to it. */
export const deleteFile = (ctx: CmdletContext, { path, file }: HostFile): void => {
  keepFoldersOf(ctx, path);
  if (file !== null && ctx.estate.disks.exists(file)) ctx.estate.disks.remove(file);
  leftBehind(ctx).delete(keyOf(path));
};

export const deleteFolder = (ctx: CmdletContext, folder: string): void => {
  for (const { key, value } of emptyFolders(ctx).list())
    if (samePath(value, folder) || isInside(value, folder)) emptyFolders(ctx).delete(key);
};
