import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JourneyRecord } from '../activities/contracts/keeper.ts';

const fileOf = (folder: string, programme: string, journey: string): string =>
  join(folder, encodeURIComponent(programme), `${encodeURIComponent(journey)}.json`);

/** Writes a record as a file, one a journey: what is left when Temporal has forgotten it. */
export const writeRecord = async (folder: string, record: JourneyRecord): Promise<string> => {
  const path = fileOf(folder, record.programme, record.journey);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.part`, `${JSON.stringify(record, null, 1)}\n`);
  await rename(`${path}.part`, path);
  return path;
};

/** The record of a finished journey; null when there is none. */
export const readRecord = async (folder: string, programme: string, journey: string): Promise<JourneyRecord | null> => {
  try {
    return JSON.parse(await readFile(fileOf(folder, programme, journey), 'utf8')) as JourneyRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
