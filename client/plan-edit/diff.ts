import type { BatchEdit } from '../../domain/batch-edit.ts';
import { fingerprintOf } from '../../domain/gate.ts';
import type { JourneyEdit } from '../../domain/journey-edit.ts';
import { judgeEdits } from '../../domain/judge-edits.ts';
import { isIdentified, type JourneyOrder, journeyOrder, type Plan, type VmPlan, windowOf } from '../../domain/plan.ts';
import { hasBegun, refuseEdit } from '../../domain/refuse-edit.ts';
import type { Window } from '../../domain/window.ts';
import type { PlanPlaces } from '../../plan/read-plan.ts';
import { type FilePlace, inOrder, type Refusal } from '../../plan/refusal.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { migrationId } from '../../workflows/start-order.ts';
import { type Comparison, compare } from './compare.ts';
import { mergeGroups } from './group-order.ts';
import type { LiveBatch, LiveMember } from './live.ts';

export interface Change {
  readonly batch: string;
  /** Null where it is about the whole batch. */
  readonly vm: { readonly id: string; readonly name: string } | null;
  readonly kind: 'added' | 'removed' | 'deferred' | 're-windowed' | 'reordered' | Comparison['kind'];
  readonly says: string;
  readonly edit: BatchEdit;
  readonly at: FilePlace;
}

export interface PlanDiff {
  /** In the order in which they are asked for; refused ones too. */
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
  readonly unchanged: number;
  /** What is there and was looked past, with why. */
  readonly notes: readonly string[];
  /** Of what runs and of what is asked of it: an apply must name it. */
  readonly seen: string;
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

const error = (at: FilePlace, message: string, fix: string): Refusal => ({ ...at, severity: 'error', message, fix });

const orderOf = (plan: Plan, { vm, id }: Row): JourneyOrder => {
  const source = vm.id ?? id?.slice(id.lastIndexOf('/') + 1) ?? '';
  return { ...journeyOrder(plan, { ...vm, id: source }), batchId: batchId(plan.programme, vm.batch) };
};

/** Rows by the workflow id of their VM; one without an id is known by a name that one member alone bears. */
const rowsOf = ({ plan, live }: Asked): readonly Row[] => {
  const members = live.flatMap((batch) => batch.members);
  return plan.vms.map((vm, index) => {
    if (isIdentified(vm)) return { index, vm, id: migrationId(journeyOrder(plan, vm)) };
    const [only, second] = members.filter(({ order }) => order.name === vm.name);
    return { index, vm, id: only && !second ? only.member.id : null };
  });
};

const isOverIn = ({ member }: LiveMember): boolean => member.status === 'ended' || member.status === 'refused';

const sameWindow = (a: Window | null, b: Window | null): boolean =>
  a?.opensAt === b?.opensAt && a?.closesAt === b?.closesAt && a?.abortAt === b?.abortAt;

const ofBatch = ({ plan, places }: Asked, { name, state }: LiveBatch, rows: readonly Row[]): readonly Change[] => {
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

const gone = (asked: Asked, { name, members }: LiveBatch, rows: ReadonlyMap<string, Row>): readonly Change[] =>
  members.flatMap(({ member, order, view }): readonly Change[] => {
    const row = rows.get(member.id);
    if (row?.vm.batch === name || isOverIn({ member, order, view })) return [];
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
    if (there && !isOverIn(there) && !scope.includes(other))
      return [`${row.vm.name} is of ${other.name}, which runs`, 'Look at both at once: leave --batch out.'];
  }
  return null;
};

const rowsIn = (asked: Asked, scope: readonly LiveBatch[], batch: LiveBatch, rows: readonly Row[]): Judged => {
  const { name, members } = batch;
  const changes: Change[] = [];
  const refusals: Refusal[] = [];
  let unchanged = 0;
  for (const row of rows) {
    const place = (column: Parameters<PlanPlaces['vm']>[1]): FilePlace => asked.places.vm(row.index, column);
    if (row.id === null) {
      const fix = 'Write the source’s id into the column `id`; `tranship plan check --write-ids` does it.';
      refusals.push(error(place('id'), `No id for ${row.vm.name}, which the batch does not have`, fix));
      continue;
    }
    const order = orderOf(asked.plan, row);
    const vm = { id: order.source.id, name: order.name };
    const there = members.find(({ member }) => member.id === row.id);
    const found = there ? compare(row.id, there.order, order) : [];
    const held = there ? null : elsewhere(asked, scope, batch, row);
    if (held) refusals.push(error(place('batch'), ...held));
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

/** What the member itself would say to an edit: it knows better than its batch how far it is. */
const refusedByMember = (
  { member, order, view }: LiveMember,
  edit: BatchEdit,
  now: number,
): readonly [why: string, fix: string] | null => {
  if (!view || member.status !== 'running') return null;
  if (edit.kind === 'remove' && !view.legal.includes('eject'))
    return [`${order.name} can not be ejected any more: it is ${view.phase}`, 'Leave it, or roll it back.'];
  if (edit.kind !== 'journey') return null;
  const open = view.hops.filter((hop) => hop.n > view.hop || !(hasBegun(hop) || hop.arrived)).map(({ n }) => n);
  const why = refuseEdit(edit.edit satisfies JourneyEdit, {
    ...{ orders: order.hops, hops: view.hops, source: null, now },
    editable: view.legal.includes('edit') ? open : [],
  });
  return why === null ? null : [`${order.name}: ${why}`, 'Put the cell back.'];
};

const ORDER: readonly BatchEdit['kind'][] = ['groups', 'window', 'remove', 'move', 'replan', 'journey', 'add'];

const judge = ({ now }: Asked, batch: LiveBatch, changes: readonly Change[]): readonly Refusal[] => {
  const orders = batch.members.map(({ member, order }) => ({ id: member.id, order }));
  const edits = changes.map(({ edit }) => edit);
  return judgeEdits(batch.state, orders, edits, now).flatMap((refused, index) => {
    const change = changes[index];
    if (!change) return [];
    if (refused) return [error(change.at, refused.why, refused.fix)];
    const { edit, at } = change;
    const live = 'id' in edit ? batch.members.find(({ member }) => member.id === edit.id) : undefined;
    const own = live && refusedByMember(live, edit, now);
    return own ? [error(at, ...own)] : [];
  });
};

/** Batches whose rows count: the one named, or those that run and have rows; a sheet of one says nothing of the others. */
const scopeOf = ({ live, plan, batch }: Asked): readonly LiveBatch[] =>
  live.filter(({ name }) => (batch === undefined ? plan.vms.some((vm) => vm.batch === name) : name === batch));

const notesOf = (asked: Asked, scope: readonly LiveBatch[]): readonly string[] => {
  const running = asked.live.map(({ name }) => name);
  const looked = scope.map(({ name }) => name);
  const others = [...new Set(asked.plan.vms.map((vm) => vm.batch))].filter((name) => !looked.includes(name));
  const [idle, runs] = [others.filter((n) => !running.includes(n)), others.filter((n) => running.includes(n))];
  const silent = running.filter((n) => !looked.includes(n) && !runs.includes(n));
  return [
    ...(idle.length > 0 ? [`${idle.join(', ')}: not running; \`tranship start\` takes the sheet as it is then.`] : []),
    ...(runs.length > 0 ? [`${runs.join(', ')}: running, and not asked about.`] : []),
    ...(silent.length > 0 ? [`${silent.join(', ')}: running, and without a row here; left alone.`] : []),
    ...scope.flatMap(({ name, members: [first] }) => {
      const { gates, policies, trustNamespace } = asked.plan;
      const plain = (of: Pick<Plan, 'gates' | 'policies' | 'trustNamespace'>): string =>
        fingerprintOf({ gates: of.gates, policies: of.policies, trustNamespace: of.trustNamespace });
      const keeps = first && plain(first.order) !== plain({ gates, policies, trustNamespace });
      return keeps
        ? [`${name}: its VMs keep the gates and policies they were started with; those added take plan.yaml’s.`]
        : [];
    }),
  ];
};

/** What a sheet and its plan.yaml would change of the batches that run. Changes nothing. */
export const diffPlan = (asked: Asked): PlanDiff => {
  const scope = scopeOf(asked);
  const rows = rowsOf(asked);
  const byId = new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.id, row] as const])));
  const judged = scope.map((batch) => {
    const own = rows.filter(({ vm }) => vm.batch === batch.name);
    const found = rowsIn(asked, scope, batch, own);
    const changes = [...ofBatch(asked, batch, own), ...gone(asked, batch, byId), ...found.changes].sort(
      (a, b) => ORDER.indexOf(a.edit.kind) - ORDER.indexOf(b.edit.kind),
    );
    return { changes, refusals: [...found.refusals, ...judge(asked, batch, changes)], unchanged: found.unchanged };
  });
  const changes = judged.flatMap((each) => each.changes);
  return {
    changes,
    refusals: inOrder(judged.flatMap((each) => each.refusals)),
    unchanged: judged.reduce((sum, each) => sum + each.unchanged, 0),
    notes: notesOf(asked, scope),
    seen: fingerprintOf({
      batches: scope.map(({ name, edition, members }) => ({
        name,
        edition,
        orders: members.map(({ order }) => order),
      })),
      edits: changes.map(({ batch, edit }) => ({ batch, edit })),
    }),
  };
};
