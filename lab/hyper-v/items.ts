import { type CmdletContext, CmdletError, cmdlet, Prompt, typed } from '../powershell/cmdlet.ts';
import { hasWildcard, like } from '../powershell/wildcards.ts';
import { deleteFile, deleteFolder, type HostFile, hostFiles, hostFolders, isInside, samePath } from './files.ts';
import { parentOf } from './machines.ts';

/** Get-Item, Get-ChildItem, Test-Path, Remove-Item on the host's volumes. */

const management = 'Microsoft.PowerShell.Commands';

const nameOf = (path: string): string => path.replace(/\\+$/, '').slice(path.replace(/\\+$/, '').lastIndexOf('\\') + 1);

const fileObject = (ctx: CmdletContext, { path, length }: HostFile): object =>
  typed('FileInfo', {
    FullName: path,
    Name: nameOf(path),
    BaseName: nameOf(path).replace(/\.[^.]+$/, ''),
    Extension: /\.[^.\\]+$/.exec(path)?.[0] ?? '',
    DirectoryName: parentOf(path),
    Length: length,
    Mode: '-a---',
    PSIsContainer: false,
    Exists: true,
    LastWriteTimeUtc: new Date(ctx.estate.now()),
  });

const folderObject = (path: string): object =>
  typed('DirectoryInfo', {
    FullName: path,
    Name: nameOf(path),
    BaseName: nameOf(path),
    Extension: '',
    Mode: 'd----',
    PSIsContainer: true,
    Exists: true,
  });

interface Found {
  readonly files: readonly HostFile[];
  readonly folders: readonly string[];
}

const lookup = (ctx: CmdletContext, path: string, literal: boolean): Found => {
  const fits = literal
    ? (known: string) => samePath(known, path)
    : (known: string) => like(path.replace(/\\+$/, ''))(known);
  return {
    files: hostFiles(ctx).filter((file) => fits(file.path)),
    folders: hostFolders(ctx).filter((folder) => fits(folder)),
  };
};

/** The items the paths of a call name. A plain path that names none is an error, a pattern is not. */
const itemsAt = (ctx: CmdletContext, parameters: Record<string, unknown>, cmdletName: string): Found => {
  const literal = parameters.LiteralPath as readonly string[] | undefined;
  const all = (literal ?? (parameters.Path as readonly string[])).map((path) => {
    const found = lookup(ctx, path, literal !== undefined);
    const isPlain = literal !== undefined || !hasWildcard(path);
    if (isPlain && found.files.length + found.folders.length === 0)
      throw new CmdletError(
        `Cannot find path '${path}' because it does not exist.`,
        'ObjectNotFound',
        `PathNotFound,${management}.${cmdletName}`,
      );
    return found;
  });
  return { files: all.flatMap(({ files }) => files), folders: all.flatMap(({ folders }) => folders) };
};

const sets = (options: string): readonly string[] => [
  `-Path <string[]> ${options}`,
  `-LiteralPath|PSPath <string[]> ${options}`,
];

export const getItem = cmdlet({ type: `${management}.GetItemCommand`, syntax: sets('[-Force]') }, (ctx, parameters) => {
  const { files, folders } = itemsAt(ctx, parameters, 'GetItemCommand');
  return [...folders.map(folderObject), ...files.map((file) => fileObject(ctx, file))];
});

export const getChildItem = cmdlet(
  {
    type: `${management}.GetChildItemCommand`,
    syntax: sets('[-Filter <string>] [-Recurse] [-File] [-Directory] [-Force]'),
  },
  (ctx, parameters) => {
    const at = itemsAt(ctx, parameters, 'GetChildItemCommand');
    const fits = like(String(parameters.Filter ?? '*'));
    const below = (path: string): boolean =>
      at.folders.some((folder) =>
        parameters.Recurse === true ? isInside(path, folder) : samePath(parentOf(path), folder),
      ) && fits(nameOf(path));
    const files = [...at.files, ...hostFiles(ctx).filter((file) => below(file.path))];
    const folders = hostFolders(ctx).filter(below);
    return [
      ...(parameters.File === true ? [] : folders.map(folderObject)),
      ...(parameters.Directory === true ? [] : files.map((file) => fileObject(ctx, file))),
    ];
  },
);

export const testPath = cmdlet(
  { type: `${management}.TestPathCommand`, syntax: sets('[-PathType {Any|Container|Leaf}]') },
  (ctx, parameters) => {
    const literal = parameters.LiteralPath as readonly string[] | undefined;
    const kind = parameters.PathType ?? 'Any';
    return (literal ?? (parameters.Path as readonly string[])).map((path) => {
      const { files, folders } = lookup(ctx, path, literal !== undefined);
      return (kind !== 'Leaf' && folders.length > 0) || (kind !== 'Container' && files.length > 0);
    });
  },
);

const removeType = `${management}.RemoveItemCommand`;

const removeFile = (ctx: CmdletContext, file: HostFile): void => {
  if (file.inUse)
    throw new CmdletError(
      `Cannot remove item ${file.path}: The process cannot access the file '${file.path}' because it is being used by another process.`,
      'WriteError',
      `RemoveFileSystemItemIOError,${removeType}`,
    );
  deleteFile(ctx, file);
};

/** Deletes disk files, also those a VM that is off still refers to; files somebody holds open stay. A full folder wants `-Recurse`. */
export const removeItem = cmdlet({ type: removeType, syntax: sets('[-Recurse] [-Force]') }, (ctx, parameters) => {
  const { files, folders } = itemsAt(ctx, parameters, 'RemoveItemCommand');
  for (const file of files) removeFile(ctx, file);
  for (const folder of folders) {
    const root = ctx.estate.scenario.hyperV.volumes.some((volume) => samePath(volume.path, folder));
    if (root)
      throw new CmdletError(
        `Cannot remove the item at '${folder}' because it is in use.`,
        'InvalidOperation',
        `InvalidOperation,${removeType}`,
      );
    const inside = hostFiles(ctx).filter((file) => isInside(file.path, folder));
    const isEmpty = inside.length === 0 && !hostFolders(ctx).some((known) => isInside(known, folder));
    if (!isEmpty && parameters.Recurse !== true) throw new Prompt(removeType);
    for (const file of inside) removeFile(ctx, file);
    deleteFolder(ctx, folder);
  }
  return [];
});
