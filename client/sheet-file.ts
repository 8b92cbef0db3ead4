import { constants } from 'node:fs';
import { access, readFile, rename, writeFile } from 'node:fs/promises';
import type { ListedVm } from '../domain/vm.ts';
import type { Refusal } from '../plan/refusal.ts';
import { renderRefusals } from '../plan/render-refusals.ts';
import { type Amended, type Amendment, amendSheet } from '../plan/roster/amend-sheet.ts';
import { firstCells, firstSheet, type SheetAround } from '../plan/roster/first-sheet.ts';
import { readFileText } from '../plan/text/file-text.ts';
import { WrongInput, wrongInput } from './wrong-input.ts';

export interface SheetWritten extends Omit<Amended, 'text'> {
  readonly file: string;
}

export interface SheetFile {
  write(vms: readonly ListedVm[], around: SheetAround): Promise<SheetWritten>;
}

const isThere = (file: string): Promise<boolean> =>
  access(file, constants.F_OK).then(
    () => true,
    () => false,
  );

const exists = (file: string): WrongInput =>
  wrongInput(
    `${file}  is there already`,
    'Give --merge to add to it, --force to write over it, or --out another file.',
  );

const unwritable = (file: string, error: NodeJS.ErrnoException): Error =>
  error.code === 'EEXIST'
    ? exists(file)
    : wrongInput(`${file}  cannot be written: ${error.code ?? error.message}`, 'Name another file.');

/** Whole or not at all. */
const replace = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(`${file}.part`, text);
    await rename(`${file}.part`, file);
  } catch (error) {
    throw unwritable(file, error as NodeJS.ErrnoException);
  }
};

/** Changes a sheet that is there; what people wrote in it stays. Throws where it cannot be read. */
export const amendFile = async (file: string, amendment: Amendment): Promise<SheetWritten> => {
  const refusals: Refusal[] = [];
  const readable = await readFileText(file, (refusal) => refusals.push(refusal));
  const amended = readable === null ? { refusals } : amendSheet(file, await readFile(file, 'utf8'), amendment);
  if ('refusals' in amended) throw new WrongInput(`The sheet cannot be read.\n${renderRefusals(amended.refusals)}`);
  const { text, ...counts } = amended;
  if (counts.filled + counts.added > 0) await replace(file, text);
  return { file, ...counts };
};

/** A name that one VM bears tells which it is. Namesakes of a row that stays without an id are not appended: a person chooses among them. */
const merge = (file: string, vms: readonly ListedVm[], around: SheetAround): Promise<SheetWritten> => {
  const byName = Map.groupBy(vms, ({ ref }) => ref.name);
  return amendFile(file, {
    idOf: ({ name }) => {
      const [only, second] = byName.get(name) ?? [];
      return only && !second ? only.ref.id : null;
    },
    append: (rows) => {
      const ids = new Set(rows.map(({ id }) => id));
      const open = new Set(rows.filter(({ id }) => id === '').map(({ name }) => name));
      return vms
        .filter(({ ref }) => !ids.has(ref.id.toLowerCase()) && !open.has(ref.name))
        .map((vm) => firstCells(vm, around));
    },
  });
};

/** Writes a sheet that nobody has worked on yet; over one that is there only when told to. */
export const writeSheet = async (file: string, text: string, over: boolean): Promise<void> => {
  if (over) return replace(file, text);
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? wrongInput(`${file}  is there already`, 'Give --force to write over it, or --out another file.')
      : unwritable(file, error);
  });
};

/** Refuses before anything is asked what could not be written afterwards. */
export const prepareSheet = async (file: string, how: 'new' | 'replace' | 'merge'): Promise<SheetFile> => {
  const there = await isThere(file);
  if (there && how === 'new') throw exists(file);
  return {
    write: async (vms, around) => {
      if (there && how === 'merge') return merge(file, vms, around);
      const text = firstSheet(vms, around);
      if (how === 'replace') await replace(file, text);
      else
        await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
          throw unwritable(file, error);
        });
      return { file, filled: 0, added: vms.length };
    },
  };
};
