import { resolve } from '../evidence/names.ts';
import type { Wish } from '../evidence/scenario.ts';
import type { End } from '../run/end.ts';
import { against, perVm } from './rule.ts';

/** A name that is to follow its VM leads where the VM serves at the end, and nowhere else. A VM that is on its way is not judged. */
export const names = perVm('names', (run, story) => {
  const { wish } = story;
  if (wish.names.length === 0) return [];
  const addresses = addressesAt(wish, run.endOf(story));
  if (addresses === null) return [];
  return [...Map.groupBy(wish.names, ({ zone, name }) => `${name}.${zone}`)].flatMap(([full, entries]) => {
    const [first] = entries;
    if (!first) return [];
    const wanted = [...new Set(entries.flatMap(({ nic }) => addresses[nic] ?? []))].toSorted();
    const found = resolve(run.events, first.zone, first.name);
    if (found.addresses.join() === wanted.join()) return [];
    const where = found.addresses.join(' and ') || 'nowhere';
    return [against(story, [found.last], `${full} leads to ${where}, not to ${wanted.join(' and ') || 'nowhere'}.`)];
  });
});

const addressesAt = ({ source, target }: Wish, end: End): readonly (string | null)[] | null => {
  if (end === 'journey' || end === 'held') return target.nics.map(({ ip }) => ip);
  return end === 'open' ? null : source;
};
