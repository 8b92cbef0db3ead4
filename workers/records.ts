import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JourneyRecord } from '../activities/contracts/keeper.ts';

const nameOf = (programme: string, journey: string): string =>
  join(encodeURIComponent(programme), `${encodeURIComponent(journey)}.json`);

/** Writes a record as a file, one a journey: what is left when Temporal has forgotten it. Answers with its name below the folder. */
export const writeRecord = async (folder: string, record: JourneyRecord): Promise<string> => {
  const name = nameOf(record.programme, record.journey);
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.part`, `${JSON.stringify(record, null, 1)}\n`);
  await rename(`${path}.part`, path);
  return name;
};

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
