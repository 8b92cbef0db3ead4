import { checkHeadline } from '../../domain/daily-check.ts';
import { duration } from '../../domain/words.ts';
import { lastCheck } from '../daily-check.ts';
import type { Reached } from '../temporal.ts';
import { amiss, type Line, noted, well } from './line.ts';

const OLD_MS = 36 * 3_600_000;

/** What the last daily check found; nothing is said where none was ever made. */
export const checkLines = async (
  { client }: Reached,
  programme: string,
  now = Date.now(),
): Promise<readonly Line[]> => {
  const report = await lastCheck(client, programme);
  if (!report) return [];
  const subject = 'daily check';
  const says = `${checkHeadline(report)}, ${duration(now - report.at)} ago`;
  return [
    now - report.at > OLD_MS
      ? noted('check', subject, says, '`tranship check now` looks again; is it still scheduled?')
      : well('check', subject, says),
    ...report.findings.map(({ id, severity, subject: of, message, fix }) =>
      severity === 'block' ? amiss('check', of, `${id} ${message}`, fix) : noted('check', of, `${id} ${message}`, fix),
    ),
  ];
};
