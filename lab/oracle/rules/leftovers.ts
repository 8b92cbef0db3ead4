import { handOf, type LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import { type End, isBack } from '../run/end.ts';
import { type Incarnation, lastState } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** Of a VM whose journey is over nothing of ours is left anywhere but where it serves. */
export const leftovers = perVm('leftovers', (run, story) => {
  const end = overAs(story, run.endOf(story), run.expectedOf(story));
  return end === null ? [] : leftOf(run, story, end);
});

/** An end that was not the expected one says enough; one that is expected to be a rollback is held to have been one once the source is back. */
const overAs = (story: Story, end: End, expected: End | null): 'journey' | 'rolledBack' | null => {
  const shown = expected === 'rolledBack' && isBack(story) ? 'rolledBack' : end;
  if (expected !== null && expected !== shown) return null;
  return shown === 'journey' || shown === 'rolledBack' ? shown : null;
};

const leftOf = (run: Run, story: Story, end: End): readonly Finding[] => {
  const objects = OBJECTS.flatMap(({ what, id, made, gone }) =>
    alive(run, story, id, made, gone).map((event) =>
      against(story, [event], `${what} ${nameOf(event, id)} is left over.`),
    ),
  );
  return [
    ...objects,
    ...licences(run, story),
    ...strayVms(story, end),
    ...strayDisks(run, story),
    ...checkpoints(run, story),
  ];
};

const OBJECTS = [
  { what: 'The backup job', id: 'job', made: /^job\.created$/, gone: /^job\.removed$/ },
  { what: 'The restore point', id: 'point', made: /^point\.created$/, gone: /^point\.removed$/ },
  { what: 'The mount', id: 'mount', made: /^mount\.started$/, gone: /^mount\.(stopped|migrated)$/ },
  { what: 'The protected item', id: 'item', made: /^item\.created$/, gone: /^item\.removed$/ },
] as const;

const alive = (run: Run, { wish }: Story, id: string, made: RegExp, gone: RegExp): readonly LabEvent[] => {
  const removed = new Set(run.eventsOf(wish.uuid, gone).map((event) => textOf(event.fields, id)));
  const theirs = theirRuns(run, wish.uuid);
  return run
    .eventsOf(wish.uuid, made)
    .filter((event) => !removed.has(textOf(event.fields, id)) && !isTheirs(run, event))
    .filter((event) => !theirs.has(textOf(event.fields, 'run') ?? ''));
};

const isTheirs = (run: Run, event: LabEvent): boolean => {
  const { theirs = [] } = run.terms;
  const names = ['job', 'name'].map((field) => textOf(event.fields, field));
  return ['scenario', 'admin'].includes(handOf(event)) || names.some((name) => name !== null && theirs.includes(name));
};

const theirRuns = (run: Run, origin: string): ReadonlySet<string> => {
  const jobs = run.eventsOf(origin, /^job\.created$/).filter((event) => isTheirs(run, event));
  const ids = new Set([...(run.terms.theirs ?? []), ...jobs.map((event) => textOf(event.fields, 'job') ?? '')]);
  const runs = run.eventsOf(origin, /^run\.started$/).filter((event) => ids.has(textOf(event.fields, 'job') ?? ''));
  return new Set(runs.map((event) => textOf(event.fields, 'run') ?? ''));
};

const nameOf = ({ fields }: LabEvent, id: string): string => textOf(fields, 'name') ?? textOf(fields, id) ?? '';

/** An instance that a customer's own job uses stays taken. */
const licences = (run: Run, story: Story): readonly Finding[] => {
  const all = run.eventsOf(story.wish.uuid, /^licence\./);
  const last = all.at(-1);
  const isFree = last?.kind !== 'licence.taken' || theirRuns(run, story.wish.uuid).size > 0;
  return isFree ? [] : [against(story, [last], 'A licence instance is still held for it.')];
};

const strayVms = (story: Story, end: End): readonly Finding[] => {
  const isHome = (vm: Incarnation): boolean =>
    end === 'journey' ? vm === story.incarnations.at(-1) || vm === story.source : vm === story.source;
  return story.incarnations
    .filter((vm) => !vm.removed && !isHome(vm))
    .map((vm) => against(story, [vm.created], `the VM ${vm.name} is left over on ${vm.platform}.`));
};

const strayDisks = (run: Run, story: Story): readonly Finding[] => {
  const used = new Set(
    run.incarnations.flatMap((vm) => (vm.removed ? [] : (lastState(vm)?.disks ?? []).map((disk) => disk.file))),
  );
  return story.incarnations.flatMap((vm) => {
    const files = new Set(vm.states.flatMap((state) => state.disks.map((disk) => disk.file)));
    const left = [...files].filter((file) => !used.has(file) && run.shelf.placeOf(file) === 'disks');
    if (!vm.removed || vm.rank === 0 || left.length === 0) return [];
    return [against(story, [vm.removed], `the disks ${left.join(', ')} are left over on ${vm.platform}.`)];
  });
};

/** Checkpoints are in no event: where the lab's tables cannot be read they are not seen. */
const checkpoints = (run: Run, story: Story): readonly Finding[] =>
  story.incarnations.flatMap((vm) => {
    const count = run.tables?.vms.get(vm.id)?.checkpoints ?? 0;
    return count > 0 ? [against(story, [vm.created], `${count} checkpoint(s) are left over on ${vm.platform}.`)] : [];
  });
