import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { HopEdit, JourneyEdit } from '../../domain/journey-edit.ts';
import type { Settings } from '../../domain/plan.ts';
import type { Window } from '../../domain/window.ts';
import { isWrong } from '../../plan/refusal.ts';
import { readLocalTime, utcText, wrongZone } from '../../plan/text/zones.ts';
import { wrongInput } from '../wrong-input.ts';

/** What changes, as it is typed. */
export interface EditTyped {
  readonly hop?: string;
  readonly window?: string;
  readonly landingFile?: string;
  readonly set?: readonly string[];
}

/** An edit whose window still lacks the latest abort: the plan's rollback time sets it. */
export type EditRead = (rollbackMs: number | undefined) => JourneyEdit;

const together = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const withEdit = (command: Command): Command =>
  command
    .option('--hop <n>', 'the hop that changes, counted from 1')
    .option('--window <opens,closes,zone>', 'its window in local time of that zone; "any" lets it cut over at any time')
    .option('--landing-file <file>', 'JSON with the parts of its landing that change')
    .option('--set <key=value>', 'a setting of its mover; may stand several times', together);

const hopOf = (text: string | undefined): number => {
  if (text === undefined) throw wrongInput('--hop  no hop is named', 'Add --hop 1 for the first hop.');
  if (!/^[1-9]$/.test(text)) throw wrongInput(`--hop ${text}  is no hop`, 'Write its number, counted from 1.');
  return Number(text);
};

const timeOf = (text: string, zone: string): number => {
  const instant = readLocalTime(text, zone);
  if (isWrong(instant)) throw wrongInput(`--window  ${instant.wrong}`, instant.fix);
  return instant;
};

const windowOf = (text: string, now: number): ((rollbackMs: number | undefined) => Window | null) => {
  if (text === 'any') return () => null;
  const [opens, closes, zone, more] = text.split(',').map((part) => part.trim());
  if (!opens || !closes || !zone || more !== undefined)
    throw wrongInput(
      `--window ${text}  is not of the form opens,closes,zone`,
      'Write it as in "2026-11-14 20:00,2026-11-15 04:00,Europe/Vienna", or "any".',
    );
  const unknown = wrongZone(zone);
  if (unknown) throw wrongInput(`--window  ${unknown.wrong}`, unknown.fix);
  const [opensAt, closesAt] = [timeOf(opens, zone), timeOf(closes, zone)];
  if (closesAt <= opensAt)
    throw wrongInput(
      `--window  it closes at ${closes}, before it opens at ${opens}`,
      'Write a later time, or another day.',
    );
  if (closesAt <= now)
    throw wrongInput(`--window  it is over: it closed at ${closes} ${zone}`, 'Write a window that lies ahead.');
  return (rollbackMs = 0) => {
    const abortAt = closesAt - rollbackMs;
    if (abortAt <= opensAt || abortAt <= now)
      throw wrongInput(
        `--window  ${closes} leaves no time: a rollback takes ${Math.ceil(rollbackMs / 60_000)} min`,
        'Let it close later.',
      );
    const words = `${opens} – ${closes} ${zone}`;
    return { opensAt, closesAt, abortAt, zone, text: words, utcText: `${utcText(opensAt)} – ${utcText(closesAt)}` };
  };
};

const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

const settingsOf = (set: readonly string[]): Settings =>
  Object.fromEntries(
    set.map((text) => {
      const [, key, value] = /^([A-Za-z][\w-]*)=(.+)$/.exec(text) ?? [];
      if (key === undefined || value === undefined)
        throw wrongInput(`--set ${text}  is not of the form key=value`, 'Write it as in --set recreateFailed=true.');
      const literal = LITERALS[value];
      return [key, literal === undefined ? (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value) : literal];
    }),
  );

const landingOf = async (file: string): Promise<HopEdit['landing']> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrongInput(`${file}  cannot be read (${error.code})`, 'Check the path of --landing-file.');
  });
  try {
    const landing: unknown = JSON.parse(text);
    if (typeof landing === 'object' && landing !== null && !Array.isArray(landing)) return landing;
  } catch (error) {
    throw wrongInput(
      `${file}  is no JSON: ${(error as Error).message}`,
      'Correct it; `tranship vm VM --json` shows landings.',
    );
  }
  throw wrongInput(`${file}  holds no landing`, 'Write an object, as in {"cpus": 4, "memoryMb": 16384}.');
};

/** Reads what was typed, before anybody is asked anything. */
export const readEdit = async ({ hop, window, landingFile, set }: EditTyped): Promise<EditRead> => {
  const n = hopOf(hop);
  if (window === undefined && landingFile === undefined && set === undefined)
    throw wrongInput('nothing is to change', 'Add --window, --landing-file or --set.');
  const windowAt = window === undefined ? null : windowOf(window, Date.now());
  const landing = landingFile === undefined ? undefined : await landingOf(landingFile);
  const settings = set === undefined ? undefined : settingsOf(set);
  return (rollbackMs) => ({
    hops: [
      {
        n,
        ...(landing === undefined ? {} : { landing }),
        ...(windowAt === null ? {} : { window: windowAt(rollbackMs) }),
        ...(settings === undefined ? {} : { settings }),
      },
    ],
  });
};
