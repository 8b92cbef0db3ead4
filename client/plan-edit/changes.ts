import { isOver } from '../../domain/batch.ts';
import type { BatchEdit } from '../../domain/batch-edit.ts';
import { isIdentified, type JourneyOrder, journeyOrder, type Plan, type VmPlan, windowOf } from '../../domain/plan.ts';
import type { Window } from '../../domain/window.ts';
import type { PlanPlaces } from '../../plan/read-plan.ts';
import type { FilePlace, Refusal } from '../../plan/refusal.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { migrationId } from '../../workflows/start-order.ts';
import { type Comparison, compare } from './compare.ts';
import { mergeGroups } from './group-order.ts';
import type { LiveBatch } from './live.ts';

export interface Change {
  readonly batch: string;
  /** Null where it is about the whole batch. */
  readonly vm: { readonly id: string; readonly name: string } | null;
  readonly kind: 'added' | 'removed' | 'deferred' | 're-windowed' | 'reordered' | Comparison['kind'];
  readonly says: string;
  readonly edit: BatchEdit;
  readonly at: FilePlace;
}

export interface Asked {
  readonly plan: Plan;
  readonly places: PlanPlaces;
  readonly file: string;
  readonly live: readonly LiveBatch[];
  /** Only this batch; all that run and have rows when absent. */
  readonly batch?: string;
  readonly now: number;
}

interface Row {
  readonly index: number;
  readonly vm: VmPlan;
  /** Workflow id of its migration; null while its id is not known. */
  readonly id: string | null;
}

export const errorAt = (at: FilePlace, message: string, fix: string): Refusal => ({
  ...at,
  severity: 'error',
  message,
  fix,
});

const orderOf = (plan: Plan, { vm, id }: Row): JourneyOrder => {
  const source = vm.id ?? id?.slice(id.lastIndexOf('/') + 1) ?? '';
  return { ...journeyOrder(plan, { ...vm, id: source }), batchId: batchId(plan.programme, vm.batch) };
};

/** Rows by the workflow id of their VM; one without an id is known by a name that one member alone bears. */
export const rowsOf = ({ plan, live }: Asked): readonly Row[] => {
  const members = live.flatMap((batch) => batch.members);
  return plan.vms.map((vm, index) => {
    if (isIdentified(vm)) return { index, vm, id: migrationId(journeyOrder(plan, vm)) };
    const [only, second] = members.filter(({ order }) => order.name === vm.name);
    return { index, vm, id: only && !second ? only.member.id : null };
  });
};

const sameWindow = (a: Window | null, b: Window | null): boolean =>
  a?.opensAt === b?.opensAt && a?.closesAt === b?.closesAt && a?.abortAt === b?.abortAt;

export const ofBatch = (
  { plan, places }: Asked,
  { name, state }: LiveBatch,
  rows: readonly Row[],
): readonly Change[] => {
  const planned = plan.batches[name];
  if (!planned) return [];
  const present = [...new Set(rows.map(({ vm }) => vm.group))];
  const named = places.groups(name).filter((group) => present.includes(group) || state.groups.includes(group));
  const groups = mergeGroups(state.groups, named, present);
  const reordered: readonly Change[] =
    groups.join('\n') === state.groups.join('\n')
      ? []
      : [
          {
            ...{ batch: name, vm: null, kind: 'reordered', says: `${state.groups.join(', ')} → ${groups.join(', ')}` },
            ...{ edit: { kind: 'groups', groups }, at: places.plan(['batches', name, 'groups']) },
          },
        ];
  const windows = state.windows.map((_, index) => windowOf(planned, index));
  const changed = windows.flatMap((window, n) => (sameWindow(window, state.windows[n] ?? null) ? [] : [n]));
  const words = changed.map(
    (n) => `hop ${n + 1} ${state.windows[n]?.text ?? 'any time'} → ${windows[n]?.text ?? 'any time'}`,
  );
  const at = ['batches', name, 'windows', ...(planned.windows.length > 1 ? changed.slice(0, 1) : [])];
  return words.length === 0
    ? reordered
    : [
        ...reordered,
        {
          ...{ batch: name, vm: null, kind: 're-windowed', says: words.join('; ') },
          ...{ edit: { kind: 'window', windows }, at: places.plan(at) },
        },
      ];
};

export const gone = (asked: Asked, { name, members }: LiveBatch, rows: ReadonlyMap<string, Row>): readonly Change[] =>
  members.flatMap(({ member, order }): readonly Change[] => {
    const row = rows.get(member.id);
    if (row?.vm.batch === name || isOver(member)) return [];
    const vm = { id: order.source.id, name: order.name };
    const how = member.status === 'running' ? 'it is ejected' : 'it never begins';
    return [
      row
        ? {
            ...{ batch: name, vm, kind: 'deferred', says: `deferred to ${row.vm.batch}: ${how} here` },
            edit: { kind: 'remove', id: member.id, to: row.vm.batch },
            at: asked.places.vm(row.index, 'batch'),
          }
        : {
            ...{ batch: name, vm, kind: 'removed', says: `taken out: ${how}` },
            edit: { kind: 'remove', id: member.id },
            at: { file: asked.file, line: 1, column: 1 },
          },
    ];
  });

interface Judged {
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
  readonly unchanged: number;
}

/** Why a VM cannot be added while another batch has it. Where both are looked at it leaves the one before it joins the other. */
const elsewhere = (
  { live }: Asked,
  scope: readonly LiveBatch[],
  { name }: LiveBatch,
  row: Row,
): readonly [why: string, fix: string] | null => {
  for (const other of live.filter((batch) => batch.name !== name)) {
    if (other.leaving.some(({ id }) => id === row.id))
      return [`${row.vm.name} is on its way out of ${other.name}`, 'Wait until it is out.'];
    const there = other.members.find(({ member }) => member.id === row.id);
    if (there && !isOver(there.member) && !scope.includes(other))
      return [`${row.vm.name} is of ${other.name}, which runs`, 'Look at both at once: leave --batch out.'];
  }
  return null;
};

export const rowsIn = (asked: Asked, scope: readonly LiveBatch[], batch: LiveBatch, rows: readonly Row[]): Judged => {
  const { name, members } = batch;
  const changes: Change[] = [];
  const refusals: Refusal[] = [];
  let unchanged = 0;
  for (const row of rows) {
    const place = (column: Parameters<PlanPlaces['vm']>[1]): FilePlace => asked.places.vm(row.index, column);
    if (row.id === null) {
      const fix = 'Write the source’s id into the column `id`; `tranship plan check --write-ids` does it.';
      refusals.push(errorAt(place('id'), `No id for ${row.vm.name}, which the batch does not have`, fix));
      continue;
    }
    const order = orderOf(asked.plan, row);
    const vm = { id: order.source.id, name: order.name };
    const there = members.find(({ member }) => member.id === row.id);
    const found = there ? compare(row.id, there.order, order) : [];
    const held = there ? null : elsewhere(asked, scope, batch, row);
    if (held) refusals.push(errorAt(place('batch'), ...held));
    if (!there)
      changes.push({
        ...{ batch: name, vm, kind: 'added', says: `added to ${order.group}`, at: place('batch') },
        edit: { kind: 'add', member: { id: row.id, order } },
      });
    else if (found.length === 0) unchanged += 1;
    changes.push(...found.map(({ kind, says, at, edit }) => ({ batch: name, vm, kind, says, edit, at: place(at) })));
  }
  return { changes, refusals, unchanged };
};
