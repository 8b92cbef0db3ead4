import { byProduct, handOf, type LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import { existsAt, hasServedBefore, type Incarnation } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** What was to happen once happened once, counted by what is there and not by who asked how often. */
export const effects = perVm('effects', (run, story) => [
  ...twiceAlive(run, story, 'job', 'backup job'),
  ...twiceAlive(run, story, 'item', 'protected item'),
  ...mounts(run, story),
  ...migrations(run, story),
  ...failovers(run, story),
  ...copies(story),
  ...story.incarnations.flatMap((vm) => cycles(run, story, vm)),
]);

/** A second one made while the first still exists. Jobs of others do not count. */
const twiceAlive = (run: Run, story: Story, what: 'job' | 'item', called: string): readonly Finding[] => {
  const { theirs = [] } = run.terms;
  const alive = new Map<string, LabEvent>();
  return run.eventsOf(story.wish.uuid, new RegExp(`^${what}\\.(created|removed)$`)).flatMap((event) => {
    const id = textOf(event.fields, what) ?? '';
    const isTheirs = [id, textOf(event.fields, 'name') ?? ''].some((name) => theirs.includes(name));
    if (isTheirs || ['scenario', 'admin'].includes(handOf(event))) return [];
    if (event.kind.endsWith('removed')) {
      alive.delete(id);
      return [];
    }
    const first = [...alive.values()][0];
    alive.set(id, event);
    return first ? [against(story, [first, event], `a second ${called} was made while the first existed.`)] : [];
  });
};

/** A mount that never got a VM has failed by itself, and another may follow. */
const mounts = (run: Run, story: Story): readonly Finding[] => {
  const all = run.eventsOf(story.wish.uuid, /^mount\./);
  const started = all.filter((event) => event.kind === 'mount.started');
  return started.flatMap((second, n) => {
    const first = started.slice(0, n).find((event) => {
      const made = story.incarnations.find((vm) => vm.id === textOf(event.fields, 'vm'));
      const stopped = all.find(
        (each) => each.kind === 'mount.stopped' && textOf(each.fields, 'mount') === textOf(event.fields, 'mount'),
      );
      const end = Math.min(stopped?.seq ?? Number.POSITIVE_INFINITY, made?.removed?.seq ?? Number.POSITIVE_INFINITY);
      return made !== undefined && second.seq < end;
    });
    return first ? [against(story, [first, second], 'it was mounted a second time while the first mount stood.')] : [];
  });
};

/** A migration that a fault ended may be started again. */
const migrations = (run: Run, story: Story): readonly Finding[] => {
  const all = run.eventsOf(story.wish.uuid, /^mount\.migrating$/);
  const faults = run.events.filter(
    ({ kind, fields }) => kind === 'fault.fired' && (textOf(fields, 'point') ?? '').includes('Migration'),
  );
  return all.flatMap((second, n) => {
    const first = all.slice(0, n).find((each) => textOf(each.fields, 'mount') === textOf(second.fields, 'mount'));
    const isRepair = first && faults.some(({ seq }) => seq <= second.seq && seq >= first.seq - FAULT_BEFORE_EFFECT);
    return first && !isRepair
      ? [against(story, [first, second], 'its migration to production was started twice.')]
      : [];
  });
};

/** A fault is logged a few lines before what it spoils. */
const FAULT_BEFORE_EFFECT = 10;

/** After a failed failover another may be accepted: the documented repair. So may one of a replication that was made anew. */
const failovers = (run: Run, story: Story): readonly Finding[] => {
  const accepted = new Map<string, LabEvent>();
  return run.eventsOf(story.wish.uuid, /^(failover\.|item\.removed$)/).flatMap((event) => {
    const { kind, fields } = event;
    const item = textOf(fields, 'item') ?? '';
    if (kind === 'item.removed') {
      accepted.delete(item);
      return [];
    }
    const first = accepted.get(item);
    if (kind === 'failover.accepted') {
      if (!first) accepted.set(item, event);
      return first ? [against(story, [first, event], 'its failover was started twice.')] : [];
    }
    const isOfFirst = textOf(first?.fields ?? {}, 'job') === textOf(fields, 'job');
    if (isOfFirst && fields.result === 'Failed') accepted.delete(item);
    return [];
  });
};

/** Two VMs of one origin on one platform. */
const copies = (story: Story): readonly Finding[] =>
  story.incarnations.flatMap((vm, n) => {
    const twin = story.incarnations
      .slice(0, n)
      .find((other) => other.rank === vm.rank && existsAt(other, vm.created.seq));
    return twin ? [against(story, [twin.created, vm.created], `a second VM was made on ${vm.platform}.`)] : [];
  });

/**
 * On, off and on again by the same product, of a VM that has served, with nothing done to it or for it in between. Power cycles that repair
 * a VM which never came up are no more than that.
 */
const cycles = (run: Run, story: Story, vm: Incarnation): readonly Finding[] => {
  const power = vm.states.map((state) => state.event).filter((event) => event.kind === 'vm.power');
  return power.flatMap((last, n) => {
    const [first, off] = [power[n - 2], power[n - 1]];
    if (!first || !off || last.fields.to !== 'on' || off.fields.to !== 'off') return [];
    const isOneHand = [first, off, last].every((event) => byProduct(event) && handOf(event) === handOf(last));
    if (!isOneHand || !hasServedBefore(vm, off.seq) || hasReason(run, story, vm, first, off, last)) return [];
    return [against(story, [first, off, last], `on ${vm.platform} it was turned off and on again for nothing.`)];
  });
};

const hasReason = (
  run: Run,
  story: Story,
  vm: Incarnation,
  first: LabEvent,
  off: LabEvent,
  last: LabEvent,
): boolean => {
  const between = ({ seq }: LabEvent): boolean => seq > off.seq && seq < last.seq;
  const changed = vm.states.some(({ event }) => between(event) && /^vm\.(nic|reshaped)$/.test(event.kind));
  const used = run.eventsOf(story.wish.uuid, /^(run\.started|mount\.started|failover\.)/).some(between);
  const decided = run.decisions.some(
    ({ origin, gate, time }) =>
      origin === story.wish.uuid && /^(cutover|rollBack)$/.test(gate) && time >= first.time && time <= last.time,
  );
  return changed || used || decided;
};
