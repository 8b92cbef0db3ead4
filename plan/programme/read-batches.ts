import type { BatchPlan } from '../../domain/plan.ts';
import type { Window } from '../../domain/window.ts';
import { isWrong } from '../refusal.ts';
import type { WrittenPlan } from '../schema.ts';
import { readLocalTime, utcText, wrongZone } from '../text/zones.ts';
import type { PlanFile } from './plan-file.ts';

type WrittenWindow = NonNullable<WrittenPlan['batches'][string]['windows'][number]>;
type At = readonly PropertyKey[];

export interface WindowRules {
  /** Milliseconds since the epoch at which the plan is read. */
  readonly now: number;
  readonly rollbackMs: number;
  /** Only its windows must lie ahead; those of all batches when absent. */
  readonly batch?: string;
  /** Windows that are over are kept. */
  readonly pastWindows?: boolean;
}

const readTime = (file: PlanFile, at: At, text: string, zone: string): number | null => {
  const instant = readLocalTime(text, zone);
  return isWrong(instant) ? file.no(at, instant.wrong, instant.fix) : instant;
};

const readWindow = (
  file: PlanFile,
  at: At,
  written: WrittenWindow,
  { now, rollbackMs }: WindowRules,
): Window | null => {
  const { opens, closes, zone } = written;
  const unknown = wrongZone(zone);
  if (unknown) return file.no([...at, 'zone'], unknown.wrong, unknown.fix);
  const opensAt = readTime(file, [...at, 'opens'], opens, zone);
  const closesAt = readTime(file, [...at, 'closes'], closes, zone);
  if (opensAt === null || closesAt === null) return null;
  const abortAt =
    written.abort === undefined ? closesAt - rollbackMs : readTime(file, [...at, 'abort'], written.abort, zone);
  if (abortAt === null) return null;

  if (closesAt <= opensAt)
    return file.no(
      [...at, 'closes'],
      `The window closes at ${closes}, before it opens at ${opens}`,
      'Write a later time, or another day.',
    );
  if (closesAt <= now)
    return file.no(
      [...at, 'closes'],
      `The window is over: it closed at ${closes} ${zone}`,
      'Write a window that lies ahead.',
    );
  if (written.abort !== undefined && (abortAt <= opensAt || abortAt >= closesAt)) {
    return file.no(
      [...at, 'abort'],
      `The latest abort ${written.abort} is not inside the window`,
      `Write a time between ${opens} and ${closes}.`,
    );
  }
  if (abortAt <= opensAt) {
    return file.no(
      [...at, 'closes'],
      'The window is shorter than a rollback takes',
      'Make it longer, or lower policies.rollback if a rollback is known to be quicker.',
    );
  }
  const text = `${opens} – ${closes} ${zone}`;
  return { opensAt, closesAt, abortAt, zone, text, utcText: `${utcText(opensAt)} – ${utcText(closesAt)}` };
};

/** Batches with their windows as instants. A window that was refused is null here, and the plan is not used. */
export const readBatches = (
  file: PlanFile,
  written: WrittenPlan['batches'],
  rules: WindowRules,
): Readonly<Record<string, BatchPlan>> =>
  Object.fromEntries(
    Object.entries(written).map(([name, batch]) => {
      const at = ['batches', name];
      const lies = !rules.pastWindows && (rules.batch === undefined || rules.batch === name);
      const now = lies ? rules.now : 0;
      const windows = batch.windows.map(
        (window, index) => window && readWindow(file, [...at, 'windows', index], window, { ...rules, now }),
      );
      const twice = batch.groups.findIndex((group, index) => batch.groups.indexOf(group) < index);
      if (twice !== -1)
        file.no([...at, 'groups', twice], `Group "${batch.groups[twice]}" is named twice`, 'Keep one of the two.');
      const after = batch.after.length > 0 ? { after: batch.after } : {};
      return [name, { name, windows, groups: batch.groups, ...after }];
    }),
  );
