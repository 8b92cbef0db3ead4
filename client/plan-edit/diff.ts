import type { BatchEdit } from '../../domain/batch-edit.ts';
import { fingerprintOf } from '../../domain/gate.ts';
import type { Plan } from '../../domain/plan.ts';
import { inOrder, type Refusal } from '../../plan/refusal.ts';
import { type Asked, type Change, gone, ofBatch, rowsIn, rowsOf } from './changes.ts';
import { judge } from './judge.ts';
import type { LiveBatch } from './live.ts';

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

const ORDER: readonly BatchEdit['kind'][] = ['groups', 'window', 'remove', 'move', 'replan', 'journey', 'add'];

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
