import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckReport, newFindings } from '../domain/daily-check.ts';
import { writeWhole } from './records.ts';

/** The newest report, with what was not in the one before. */
export interface KeptCheck {
  readonly report: CheckReport;
  readonly news: readonly string[];
}

const nameOf = (programme: string): string => join(encodeURIComponent(programme), 'checks', 'last.json');

const newsOf = (report: CheckReport, before: CheckReport | null): readonly string[] =>
  newFindings(report, before).map(({ id, subject }) => `${id} ${subject}`);

export const readCheck = async (folder: string, programme: string): Promise<KeptCheck | null> => {
  try {
    return JSON.parse(await readFile(join(folder, nameOf(programme)), 'utf8')) as KeptCheck;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Written again, it stays as it was: an answer that was lost makes nothing old. */
export const writeCheck = async (folder: string, report: CheckReport): Promise<string> => {
  const before = await readCheck(folder, report.programme);
  if (before?.report.at === report.at) return nameOf(report.programme);
  return writeWhole(folder, nameOf(report.programme), { report, news: newsOf(report, before?.report ?? null) });
};
