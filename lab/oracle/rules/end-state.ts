import { isBack } from '../run/end.ts';
import { against, perVm } from './rule.ts';

/** Every VM came to the end it was expected to come to, where the caller says one. `open` expects nothing. */
export const endState = perVm('end-state', (run, story) => {
  const expected = run.expectedOf(story);
  const end = run.endOf(story);
  if (expected === null || expected === 'open' || expected === end) return [];
  // A way back from before anything was stopped differs from a migration under way by its leftovers only, which are another rule's matter.
  if (expected === 'rolledBack' && isBack(story)) return [];
  return [against(story, [run.events.at(-1)], `it came to the end "${end}", not "${expected}".`)];
});
