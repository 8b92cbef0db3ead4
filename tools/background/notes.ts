import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process of ours that runs on after the command that started it. */
export interface Noted {
  readonly name: string;
  readonly pid: number;
  /** Its arguments: a process with this id that was started otherwise is somebody else's. */
  readonly args: readonly string[];
  readonly log: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of a Temporal server. */
  readonly address?: string;
  readonly uiAddress?: string | null;
}

const pathOf = (home: string): string => join(home, 'processes.json');

/** What was started in the background below this folder, in the order of its start; whether it still runs is another question. */
export const readNotes = (home: string): readonly Noted[] => {
  try {
    return JSON.parse(readFileSync(pathOf(home), 'utf8')) as Noted[];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code !== undefined) throw error;
    throw new Error(
      `${pathOf(home)} cannot be read: ${(error as Error).message}\n    End what it names by hand and remove it.`,
    );
  }
};

const write = (home: string, notes: readonly Noted[]): void => {
  mkdirSync(home, { recursive: true });
  const part = `${pathOf(home)}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(notes, null, 2)}\n`);
  renameSync(part, pathOf(home));
};

export const note = (home: string, noted: Noted): void =>
  write(home, [...readNotes(home).filter(({ name }) => name !== noted.name), noted]);

export const strike = (home: string, name: string): void => {
  const notes = readNotes(home);
  if (notes.some((noted) => noted.name === name))
    write(
      home,
      notes.filter((noted) => noted.name !== name),
    );
};
