import type { BatchState } from './batch.ts';
import { isSayable } from './said.ts';
import { typed } from './typed.ts';

const goOn = (state: BatchState, group: string) => ({
  ...state,
  paused: (state.paused ?? []).filter((each) => each.group !== group),
});

/** Who stopped new work of this group, or of the whole batch; null where nobody did. */
export const stoppedBy = (state: BatchState, group: string): { readonly by: string; readonly why: string } | null =>
  state.stopped ?? state.paused?.find((each) => each.group === group) ?? null;

/** Nothing new begins of a group, or of the whole batch. */
export const stop = (
  state: BatchState,
  { by, why, group }: { readonly by: string; readonly why: string; readonly group?: string },
  at: number,
): BatchState =>
  group === undefined
    ? { ...state, stopped: { by, why, at } }
    : { ...state, paused: [...goOn(state, group).paused, { group, by, why, at }] };

/** A batch that goes on leaves groups stopped that were stopped by themselves. */
export const resume = (state: BatchState, group?: string): BatchState =>
  group === undefined ? { ...state, stopped: null } : goOn(state, group);

/** Members that run, of a group or of the whole batch. */
export const runningOf = (state: BatchState, group?: string): readonly string[] =>
  state.members.filter((m) => m.status === 'running' && (group === undefined || m.group === group)).map(({ id }) => id);

const refuseGroup = (state: BatchState, group: unknown): string | null =>
  group === undefined || state.groups.some((each) => each === group)
    ? null
    : `The batch has no group ${typed(group)}. It has: ${state.groups.join(', ')}.`;

/** Why a stop is refused, or null. It may be anything that a person typed. */
export const refuseStop = (state: BatchState, asked: unknown): string | null => {
  const { by, why, group } = (asked ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof by !== 'string' || by === '' || typeof why !== 'string' || !isSayable(by) || !isSayable(why))
    return 'A stop is {"by": your name, "why"}, with "group" for one group alone.';
  return refuseGroup(state, group);
};

/** Why a resume is refused, or null. */
export const refuseResume = (state: BatchState, asked: unknown): string | null => {
  const { by, group } = (asked ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof by !== 'string' || by === '' || !isSayable(by))
    return 'A resume is {"by": your name}, with "group" for one group alone.';
  return refuseGroup(state, group);
};
