import type { BatchState } from './batch.ts';

/** Why a group cannot be rolled back, or null. */
export const refuseGroupRollBack = (state: BatchState, asked: { group?: unknown; by?: unknown }): string | null => {
  if (typeof asked?.group !== 'string' || typeof asked.by !== 'string' || asked.by === '')
    return 'Rolling a group back is {"group": its name, "by": your name}.';
  if (!state.groups.includes(asked.group))
    return `The batch has no group ${asked.group}. It has: ${state.groups.join(', ')}.`;
  return state.members.some((m) => m.group === asked.group && m.status === 'running')
    ? null
    : `Nobody of ${asked.group} runs any more.`;
};

/** Those of a group that turn round; an approval that was held back for them goes nowhere, and who has not begun does not begin. */
export const turnGroup = (
  state: BatchState,
  group: string,
): { readonly state: BatchState; readonly members: readonly string[] } => ({
  state: {
    ...state,
    cleared: state.cleared.filter((each) => each.group !== group),
    members: state.members.map((m) =>
      m.group === group && m.status === 'planned'
        ? { ...m, status: 'refused', note: 'Its group was turned round before it began.' }
        : m,
    ),
  },
  members: state.members.filter((m) => m.group === group && m.status === 'running').map(({ id }) => id),
});
