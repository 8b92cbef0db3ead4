import { isTrouble, troubleOf } from '../contracts/cmdlet-failures.ts';
import { type CmdletCall, CmdletFailed, type CmdletRunner, type Reference } from '../contracts/cmdlets.ts';
import { mishap } from '../contracts/mishap.ts';
import { call, mayFail, number, type Results, type Row, rowsOf, sameText, text } from './values.ts';

/** One disk of a VM. `id` is its place on its controller (`SCSI:0:1`), which survives a change of the file beneath. */
export interface DiskReading {
  readonly id: string;
  readonly path: string;
  /** Virtual size in bytes. */
  readonly bytes: number;
  readonly format: string;
  readonly differencing: boolean;
  readonly parent: string | null;
  readonly sectorBytes: number | null;
}

const DRIVE = ['Path', 'ControllerType', 'ControllerNumber', 'ControllerLocation'];
const VHD = ['Path', 'Size', 'VhdFormat', 'VhdType', 'ParentPath', 'LogicalSectorSize'];

export const findDisks = (vm: Reference): readonly CmdletCall[] => [
  call('drives', 'Get-VMHardDiskDrive', { VM: vm }, DRIVE),
  mayFail(call('vhds', 'Get-VHD', { Path: { $ref: 'drives', property: 'Path' } }, VHD)),
];

const ORDER = ['IDE', 'SCSI'];

const place = (row: Row): readonly number[] => [
  ORDER.indexOf(text(row.ControllerType).toUpperCase()),
  number(row.ControllerNumber) ?? 0,
  number(row.ControllerLocation) ?? 0,
];

/** A virtual disk is a file; a pass-through disk has no path with a folder in it. */
export const isFile = (path: string): boolean => /[\\/]/.test(path) && /\.(a?vhdx?|vhds)$/i.test(path);

/** In the order of their places, so that the first is the boot disk. Throws where the size of a file could not be read. */
export const readDisks = (results: Results): readonly DiskReading[] => {
  const vhds = rowsOf(results, 'vhds');
  const failed = results.get('vhds')?.error ?? null;
  const sorted = [...rowsOf(results, 'drives')].sort((a, b) => {
    const [left, right] = [place(a), place(b)];
    const at = left.findIndex((part, n) => part !== right[n]);
    return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
  });
  return sorted.map((drive) => {
    const path = text(drive.Path);
    const vhd = vhds.find((row) => sameText(text(row.Path), path));
    if (!vhd && isFile(path)) {
      if (failed) throw new CmdletFailed(call('vhds', 'Get-VHD', { Path: path }), failed, results);
      throw mishap.missing(`Hyper-V lists ${path} on the VM but does not describe it`, {
        fix: 'Check the file with Get-VHD on the host, then retry.',
      });
    }
    return {
      id: `${text(drive.ControllerType)}:${text(drive.ControllerNumber)}:${text(drive.ControllerLocation)}`,
      path,
      bytes: number(vhd?.Size) ?? 0,
      format: text(vhd?.VhdFormat),
      differencing: sameText(text(vhd?.VhdType), 'Differencing'),
      parent: text(vhd?.ParentPath) || null,
      sectorBytes: number(vhd?.LogicalSectorSize),
    };
  });
};

/** Drives of every VM of the host, to see who shares a file. */
export const findAllDrives = (every: Reference): CmdletCall =>
  call('all drives', 'Get-VMHardDiskDrive', { VM: every }, ['VMId', 'VMName', 'Path']);

export interface Drive {
  readonly vm: string;
  readonly vmName: string;
  readonly path: string;
}

export const readAllDrives = (results: Results): readonly Drive[] =>
  rowsOf(results, 'all drives').map((row) => ({
    vm: text(row.VMId),
    vmName: text(row.VMName),
    path: text(row.Path),
  }));

/** `present`: those of our own paths at which there is a file. `parents`: path → the file it is a child of, as far as it can be read. */
export interface Files {
  readonly present: readonly string[];
  readonly parents: ReadonlyMap<string, string>;
}

const present = (paths: readonly string[]): readonly CmdletCall[] =>
  paths.map((path, n) => call(`present ${n}`, 'Test-Path', { LiteralPath: path }, ['$value']));
const readPresent = (paths: readonly string[], results: Results): readonly string[] =>
  paths.filter((_, n) => rowsOf(results, `present ${n}`)[0]?.$value !== false);

export const filesOf = async (run: CmdletRunner, own: readonly string[], others: readonly string[]): Promise<Files> => {
  const all = [...own, ...others];
  if (all.length === 0) return { present: [], parents: new Map() };
  const results = await run([
    ...present(own),
    ...all.map((path, n) => mayFail(call(`parent ${n}`, 'Get-VHD', { Path: path }, VHD))),
  ]);
  const parents = all.flatMap((path, n): [string, string][] => {
    const parent = text(rowsOf(results, `parent ${n}`)[0]?.ParentPath);
    return parent === '' ? [] : [[path, parent]];
  });
  return { present: readPresent(own, results), parents: new Map(parents) };
};

/** Deletes files and returns those still there; one that is gone already is done. Throws at the first that cannot be deleted. */
export const deleteFiles = async (run: CmdletRunner, paths: readonly string[]): Promise<readonly string[]> => {
  if (paths.length === 0) return [];
  const made = paths.map((path, n) => mayFail(call(`delete ${n}`, 'Remove-Item', { LiteralPath: path, Force: true })));
  const results = await run([...made, ...present(paths)]);
  for (const deletion of made) {
    const error = results.get(deletion.id)?.error;
    if (error && troubleOf(error) !== 'missing') throw new CmdletFailed(deletion, error, results);
  }
  return readPresent(paths, results);
};

export const isMissing = (thrown: unknown): boolean => isTrouble(thrown, 'missing');
