/**
 * The order of a batch's groups after an edit: as it runs, with those that plan.yaml names among themselves in its order, and new ones
 * behind. How the rows of the sheet are sorted says nothing: people sort them to read them.
 */
export const mergeGroups = (
  running: readonly string[],
  named: readonly string[],
  present: readonly string[],
): readonly string[] => {
  const known = named.filter((group) => running.includes(group));
  const merged = running.map((group) => (named.includes(group) ? (known.shift() ?? group) : group));
  for (const [index, group] of named.entries()) {
    if (merged.includes(group)) continue;
    const before = named[index - 1];
    merged.splice(before === undefined ? 0 : merged.indexOf(before) + 1, 0, group);
  }
  return [...merged, ...present.filter((group) => !merged.includes(group))];
};
