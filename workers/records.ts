import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { JourneyRecord } from '../activities/contracts/keeper.ts';

/** As one part of a path, which climbs nowhere. */
const partOf = (name: string): string => encodeURIComponent(name).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));

const nameOf = (programme: string, journey: string): string => join(partOf(programme), `${partOf(journey)}.json`);

const checkpointName = (programme: string, journey: string): string =>
  join(partOf(programme), 'checkpoints', `${partOf(journey)}.json`);

/** Whoever reads it finds the old text or the new one, whatever ends this process or the machine. */
export const writeWhole = async (folder: string, name: string, value: unknown): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  const part = await open(`${path}.part`, 'w');
  try {
    await part.writeFile(`${JSON.stringify(value, null, 1)}\n`);
    await part.sync();
  } finally {
    await part.close();
  }
  await rename(`${path}.part`, path);
  return name;
};

/** Writes a record as a file, one a journey: what is left when Temporal has forgotten it. Answers with its name below the folder. */
export const writeRecord = (folder: string, record: JourneyRecord): Promise<string> =>
  writeWhole(folder, nameOf(record.programme, record.journey), record);

/** The record of a finished journey; null when there is none. */
export const readRecord = async (folder: string, programme: string, journey: string): Promise<JourneyRecord | null> => {
  try {
    return JSON.parse(await readFile(join(folder, nameOf(programme, journey)), 'utf8')) as JourneyRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const namesIn = async (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });

/** Every record in the folder, of all programmes; none where there is no folder. */
export const readRecords = async (folder: string): Promise<readonly JourneyRecord[]> => {
  const files = (await namesIn(folder)).map(async (programme) =>
    (await namesIn(join(folder, programme)))
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, programme, name)),
  );
  const paths = (await Promise.all(files)).flat();
  return Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as JourneyRecord));
};

/** Writes what a journey is rebuilt from when Temporal has lost it. Answers with its name below the folder. */
export const writeCheckpoint = (folder: string, checkpoint: Checkpoint): Promise<string> =>
  writeWhole(folder, checkpointName(checkpoint.order.programme, checkpoint.order.source.id), checkpoint);

export const removeCheckpoint = (folder: string, programme: string, journey: string): Promise<void> =>
  rm(join(folder, checkpointName(programme, journey)), { force: true });

/** What the last run of a journey left to be rebuilt from; null when there is none, or its end took its place. */
export const readCheckpoint = async (
  folder: string,
  programme: string,
  journey: string,
): Promise<Checkpoint | null> => {
  try {
    return JSON.parse(await readFile(join(folder, checkpointName(programme, journey)), 'utf8')) as Checkpoint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Every checkpoint of a programme, by its file, as text: it may be anybody's or half of one. */
export const readCheckpoints = async (
  folder: string,
  programme: string,
): Promise<readonly { readonly file: string; readonly text: string }[]> => {
  const place = join(folder, partOf(programme), 'checkpoints');
  const names = (await namesIn(place)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({ file: join(place, name), text: await readFile(join(place, name), 'utf8') })),
  );
};
