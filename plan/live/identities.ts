import type { Plan, VmPlan } from '../../domain/plan.ts';
import type { ListedVm } from '../../domain/vm.ts';
import { nearestOf } from '../text/nearest.ts';
import { inRow, type Said } from './said.ts';
import { candidate, type Sources, sourceQueue } from './source.ts';

const LISTED = 8;

const listed = (vms: readonly ListedVm[]): string =>
  `${vms.slice(0, LISTED).map(candidate).join('; ')}${vms.length > LISTED ? `; and ${vms.length - LISTED} more` : ''}`;

const likely = (name: string, vms: readonly ListedVm[]): string => {
  const near = nearestOf(name, [...new Set(vms.map(({ ref }) => ref.name))]);
  return near.length > 0
    ? `Did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`
    : 'Look at its name on the source, or make a sheet of what is there with `tranship inventory`.';
};

export interface Identities {
  /** Per VM of the plan, in order: the one it is on its source; null where that is not sure. */
  readonly found: readonly (ListedVm | null)[];
  readonly said: readonly Said[];
  /** Of rows without an id that were found all the same: moot once the ids are written. */
  readonly unwritten: readonly Said[];
}

interface Found {
  readonly own: ListedVm | null;
  readonly said?: Said;
  readonly unwritten?: Said;
}

type Say = ReturnType<typeof inRow>;

const byId = (vm: VmPlan, queue: string, vms: Listing, say: Say): Found => {
  const own = vms.ids.get(vm.id ?? '');
  if (!own) {
    const namesakes = vms.names.get(vm.name) ?? [];
    const fix =
      namesakes.length > 0
        ? `"${vm.name}" there is ${listed(namesakes)}: write the id of the one you mean.`
        : likely(vm.name, vms.all);
    return { own: null, said: say('error', 'id', `${queue} has no VM of this id`, fix) };
  }
  if (vm.name === vm.id || own.ref.name === vm.name) return { own };
  const message = `${queue} calls the VM of this id "${own.ref.name}", not "${vm.name}"`;
  return {
    own,
    said: say('warning', 'name', message, 'Correct whichever is wrong: the id decides which VM is moved.'),
  };
};

const byName = (vm: VmPlan, queue: string, vms: Listing, say: Say): Found => {
  const namesakes = vms.names.get(vm.name) ?? [];
  const [only, second] = namesakes;
  if (!only)
    return {
      own: null,
      said: say('error', 'name', `${queue} has no VM called "${vm.name}"`, likely(vm.name, vms.all)),
    };
  if (second) {
    const message = `${namesakes.length} VMs of ${queue} are called "${vm.name}"`;
    return {
      own: null,
      said: say('error', 'name', message, `Write the id of the one you mean: ${listed(namesakes)}.`),
    };
  }
  const message = `The row has no id; the only "${vm.name}" of ${queue} is ${candidate(only)}`;
  const fix = `Write ${only.ref.id} here, or let --write-ids do it: without an id it is not started.`;
  return { own: only, unwritten: say('warning', 'id', message, fix) };
};

interface Listing {
  readonly all: readonly ListedVm[];
  readonly names: ReadonlyMap<string, readonly ListedVm[]>;
  readonly ids: ReadonlyMap<string, ListedVm>;
}

const listingOf = (all: readonly ListedVm[]): Listing => ({
  all,
  names: Map.groupBy(all, ({ ref }) => ref.name),
  ids: new Map(all.map((vm) => [vm.ref.id.toLowerCase(), vm])),
});

/** Two rows that are one VM: the later one is told, and is nobody. */
const once = (plan: Pick<Plan, 'vms'>, found: readonly Found[]): readonly Found[] => {
  const rows = new Map<ListedVm, number>();
  return found.map((each, index): Found => {
    if (!each.own) return each;
    const other = rows.get(each.own);
    if (other === undefined) rows.set(each.own, index);
    if (other === undefined) return each;
    const message = `It is ${each.own.ref.id}, as the row of "${plan.vms[other]?.name}" is`;
    return { own: null, said: inRow(index)('error', 'name', message, 'Delete one of the two rows.') };
  });
};

/** Finds every row's VM by its id, else by its display name where only one bears it. Rows whose source was not asked are left alone. */
export const findIdentities = (plan: Pick<Plan, 'paths' | 'vms'>, sources: Sources): Identities => {
  const listings = new Map([...sources].map(([queue, vms]) => [queue, listingOf(vms)]));
  const each = plan.vms.map((vm, index): Found => {
    const queue = sourceQueue(plan, vm) ?? '';
    const vms = listings.get(queue);
    if (!vms) return { own: null };
    return (vm.id === null ? byName : byId)(vm, queue, vms, inRow(index));
  });
  const found = once(plan, each);
  return {
    found: found.map(({ own }) => own),
    said: found.flatMap(({ said }) => said ?? []),
    unwritten: found.flatMap(({ unwritten }) => unwritten ?? []),
  };
};
