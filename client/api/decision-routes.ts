import { z } from 'zod';
import { GATES } from '../../domain/gate-policy.ts';
import { each } from '../../workers/each.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { BatchPath, MigrationPath, migrationAt, Name } from './asked.ts';
import { Answer, type Asking, decideOnGroup, decideVm, GroupDecision, Seen, VmDecision } from './deciding.ts';
import { problemOf } from './problem.ts';
import { type Refused, type Route, route } from './route.ts';
import { Decided } from './shapes.ts';

const MOST_AT_ONCE = 2_000;

const Item = z
  .strictObject({
    ...Seen,
    target: z.string().regex(/^(vm|batch)\/.{1,600}$/, 'a workflow id, as the inbox names it'),
    gate: z.enum(GATES).default('cutover'),
    group: Name.optional().describe('Where the target is a batch.'),
    round: z.int().min(0).max(999).default(0),
  })
  .refine(({ target, group }) => target.startsWith('batch/') === (group !== undefined), {
    message: 'a batch is decided on by group, a VM without',
    path: ['group'],
  });

const Bulk = z.strictObject({ ...Answer, items: z.array(Item).min(1).max(MOST_AT_ONCE) });

const decideItem = (asking: Asking, item: z.output<typeof Item>, words: Omit<z.output<typeof Bulk>, 'items'>) => {
  const { target, gate, group, round, ...seen } = item;
  return group === undefined
    ? decideVm(asking, target, { ...words, ...seen, gate, round })
    : decideOnGroup(asking, target, group, { ...words, ...seen });
};

/** Each by itself: what one refuses does not keep the others. */
const decideAll = (asking: Asking, { items, ...words }: z.output<typeof Bulk>, refused: Refused) =>
  each(items, async (item) => {
    const { target, group } = item;
    const told = { target, ...(group === undefined ? {} : { group }) };
    return decideItem(asking, item, words).then(
      (decided) => ({ ...told, ok: true, decided }),
      (error: unknown) => {
        const problem = problemOf(error);
        refused(problem, [target, group].filter((part) => part !== undefined).join(' '));
        return { ...told, ok: false, status: problem.status, why: problem.message, fix: problem.fix };
      },
    );
  });

const Told = z.looseObject({
  target: z.string(),
  group: z.string().optional(),
  ok: z.boolean(),
  decided: Decided.optional(),
  status: z.number().optional(),
  why: z.string().optional(),
  fix: z.string().optional(),
});

export const DECISION_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    url: '/migrations/:programme/:instance/:id/decisions',
    id: 'decide',
    does: 'Opens or refuses the gate of a VM that waits, for what was seen of it.',
    needs: 'approver',
    params: MigrationPath,
    query: null,
    body: VmDecision,
    answer: Decided,
    run: ({ params, body, caller, key }, api) => decideVm({ api, caller, key }, migrationAt(params), body),
  }),
  route({
    method: 'POST',
    url: '/batches/:programme/:batch/groups/:group/decisions',
    id: 'decideGroup',
    does: 'Opens or refuses the cut-over of a group, for what was seen of it.',
    needs: 'approver',
    params: BatchPath.extend({ group: Name }),
    query: null,
    body: GroupDecision,
    answer: Decided,
    run: ({ params: { programme, batch, group }, body, caller, key }, api) =>
      decideOnGroup({ api, caller, key }, batchId(programme, batch), group, body),
  }),
  route({
    method: 'POST',
    url: '/decisions',
    id: 'decideAll',
    does: `One decision on up to ${MOST_AT_ONCE} gates, each for what was seen of it; answers for each.`,
    needs: 'approver',
    params: null,
    query: null,
    body: Bulk,
    answer: z.object({ decided: z.number(), refused: z.number(), items: z.array(Told) }),
    run: async ({ body, caller, key, refused }, api) => {
      const items = await decideAll({ api, caller, key }, body, refused);
      const decided = items.filter(({ ok }) => ok).length;
      return { decided, refused: items.length - decided, items };
    },
  }),
];
