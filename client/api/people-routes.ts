import { z } from 'zod';
import { GATES } from '../../domain/gate-policy.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { answerTask, delegateAt, handleOf } from '../operations.ts';
import { BatchPath, Comment, MigrationPath, migrationAt, Name } from './asked.ts';
import { type Asking, refuseOther } from './deciding.ts';
import { updateIdOf } from './repeat.ts';
import { type Route, route } from './route.ts';

const Lending = z.strictObject({
  to: Name,
  until: z.iso.datetime({ offset: true }).describe('With its zone.'),
  gate: z.enum(GATES).optional().describe('One gate; all where it is absent.'),
  from: Name.optional().describe('Whose right it is, where the gate is escalated to you; else yours.'),
});

const Lent = z.looseObject({ from: z.string(), to: z.string(), by: z.string(), until: z.number(), at: z.number() });

const lend = async (
  { api: { reached }, caller, key }: Asking,
  workflowId: string,
  { to, until, gate, from = caller.subject }: z.output<typeof Lending>,
) => {
  const loan = { from, to, until, by: caller.subject, ...(gate === undefined ? {} : { gate }) };
  const [updateId] = updateIdOf(caller, key, '');
  const lent = await reached.ask(() => delegateAt(reached.client, workflowId, loan, updateId));
  refuseOther(lent, { from, to });
  return lent;
};

const Task = z.strictObject({
  hook: Name.describe('The step that was seen; it is refused when another one waits now.'),
  comment: Comment.optional(),
  failed: z.boolean().optional().describe('It could not be done; the comment says why.'),
});

/** What people do beside deciding and commanding: lend their right, and say that a step of theirs is done. */
export const PEOPLE_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    url: '/migrations/:programme/:instance/:id/delegations',
    id: 'delegate',
    does: 'Lends your right to approve, for one VM.',
    needs: 'approver',
    params: MigrationPath,
    query: null,
    body: Lending,
    answer: Lent,
    run: ({ params, body, caller, key }, api) => lend({ api, caller, key }, migrationAt(params), body),
  }),
  route({
    method: 'POST',
    url: '/batches/:programme/:batch/delegations',
    id: 'delegateAtBatch',
    does: 'Lends your right to approve the cut-over of groups of a batch.',
    needs: 'approver',
    params: BatchPath,
    query: null,
    body: Lending,
    answer: Lent,
    run: ({ params: { programme, batch }, body, caller, key }, api) =>
      lend({ api, caller, key }, batchId(programme, batch), body),
  }),
  route({
    method: 'POST',
    url: '/migrations/:programme/:instance/:id/done',
    id: 'done',
    does: 'Says that the step which waits for a person is done, or could not be.',
    needs: 'operator',
    params: MigrationPath,
    query: null,
    body: Task,
    answer: z.looseObject({ hook: z.string(), by: z.string() }),
    run: async ({ params, body: { hook, comment, failed }, caller, key }, { reached }) => {
      const said = { hook, ...(comment === undefined ? {} : { comment }), ...(failed === undefined ? {} : { failed }) };
      const [updateId] = updateIdOf(caller, key, '');
      const handle = handleOf(reached.client, migrationAt(params));
      const taken = await reached.ask(() => answerTask(handle, { ...said, by: caller.subject }, updateId));
      refuseOther(taken, said);
      return taken;
    },
  }),
];
