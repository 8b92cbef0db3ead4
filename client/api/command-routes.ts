import { z } from 'zod';
import type { BatchEdit } from '../../domain/batch-edit.ts';
import type { JourneyEdit } from '../../domain/journey-edit.ts';
import { VERBS } from '../../domain/verbs.ts';
import { batchHandle, resumeWave, stopWave, turnGroupBack } from '../batches.ts';
import { commandMigration, handleOf } from '../operations.ts';
import { sendEdits } from '../plan-edit/apply.ts';
import { BatchPath, Comment, MigrationPath, migrationAt, Name } from './asked.ts';
import type { Caller } from './caller.ts';
import { refuseOther } from './deciding.ts';
import { Problem } from './problem.ts';
import { updateIdOf } from './repeat.ts';
import { type Route, route } from './route.ts';
import { CommandTaken, Time } from './shapes.ts';

const Command = z.strictObject({
  verb: z.enum(VERBS),
  comment: Comment.optional(),
  step: Name.optional().describe('The parked step that was seen; at another one it is refused.'),
  edit: z
    .looseObject({ hops: z.array(z.looseObject({ n: z.int() })).max(20) })
    .optional()
    .describe('With `edit` and `editAndRetry`: what changes, by hop. The migration judges it.'),
  to: Name.optional().describe('With `defer`: the batch it shall move in.'),
});

const Part = {
  group: Name.optional().describe('One group instead of the whole batch.'),
  members: z.boolean().optional().describe('Members that run are told too.'),
};

const partOf = ({ group, members }: { group?: string | undefined; members?: boolean | undefined }) => ({
  ...(group === undefined ? {} : { group }),
  ...(members === undefined ? {} : { members }),
});

const BatchCommand = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('stop'), why: Comment, ...Part }).describe('Begins nothing new; what runs goes on.'),
  z.strictObject({ verb: z.literal('resume'), ...Part }),
  z
    .strictObject({ verb: z.literal('rollBack'), group: Name, comment: Comment.optional() })
    .describe('Turns a whole group round.'),
]);

const Anything = z.looseObject({}).describe('The batch judges it.');

const Edit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('remove'), id: Name, to: Name.optional().describe('The batch it shall move in.') }),
  z.strictObject({ kind: z.literal('move'), id: Name, group: Name }),
  z.strictObject({ kind: z.literal('groups'), groups: z.array(Name).min(1).max(1_000) }).describe('In order.'),
  z.strictObject({ kind: z.literal('journey'), id: Name, edit: z.looseObject({ hops: z.array(Anything).max(20) }) }),
  z.strictObject({ kind: z.literal('window'), windows: z.array(Anything.nullable()).max(20) }).describe('One a hop.'),
  z
    .strictObject({ kind: z.literal('add'), member: z.looseObject({ id: Name, order: Anything }) })
    .describe('For an admin: it brings its own gates and hooks.'),
  z
    .strictObject({ kind: z.literal('replan'), id: Name, order: Anything })
    .describe('For an admin: it brings its own gates and hooks.'),
]);

const Editing = z.strictObject({
  seen: Name.describe('The `edition` that was seen; at another one it is refused.'),
  edits: z.array(Edit).min(1).max(1_000),
  comment: Comment.optional(),
});

/** Who may open a gate and what a hook does come with an order: an operator would be both. */
const refuseOrders = ({ subject, roles }: Caller, edits: readonly { readonly kind: string }[]): void => {
  const whole = edits.find(({ kind }) => kind === 'add' || kind === 'replan');
  if (whole && !roles.includes('admin'))
    throw new Problem(
      403,
      `${subject} may not ${whole.kind} a VM here: its order brings gates and hooks, so it needs the role admin.`,
      'Ask an admin, or change the sheet: `tranship plan apply`.',
    );
};

export const COMMAND_ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    url: '/migrations/:programme/:instance/:id/commands',
    id: 'command',
    does: 'Asks one migration for what is legal now; the refusal says what is.',
    needs: 'operator',
    params: MigrationPath,
    query: null,
    body: Command,
    answer: CommandTaken,
    run: async ({ params, body: { verb, comment, step, edit, to }, caller, key }, { reached }) => {
      const said = {
        ...(comment === undefined ? {} : { comment }),
        ...(step === undefined ? {} : { step }),
        ...(to === undefined ? {} : { to }),
      };
      const words = { ...said, ...(edit === undefined ? {} : { edit: edit as unknown as JourneyEdit }) };
      const handle = handleOf(reached.client, migrationAt(params));
      const [updateId] = updateIdOf(caller, key, '');
      const taken = await reached.ask(() => commandMigration(handle, verb, caller.subject, words, updateId));
      refuseOther(taken, { verb, ...said });
      return taken;
    },
  }),
  route({
    method: 'POST',
    url: '/batches/:programme/:batch/commands',
    id: 'commandBatch',
    does: 'Stops a batch, lets it go on, or turns a group of it round.',
    needs: 'operator',
    params: BatchPath,
    query: null,
    body: BatchCommand,
    answer: z.object({
      verb: z.string(),
      by: z.string(),
      told: z.array(z.string()).describe('Workflow ids of the members that were told.'),
    }),
    run: async ({ params: { programme, batch }, body, caller, key }, { reached }) => {
      const handle = batchHandle(reached.client, programme, batch);
      const { subject: by } = caller;
      const { verb } = body;
      const [updateId] = updateIdOf(caller, key, JSON.stringify(body));
      if (body.verb === 'stop') await reached.ask(() => stopWave(handle, by, body.why, updateId, partOf(body)));
      if (body.verb === 'resume') await reached.ask(() => resumeWave(handle, by, updateId, partOf(body)));
      const told =
        body.verb === 'rollBack'
          ? await reached.ask(() => turnGroupBack(handle, body.group, by, body.comment, updateId))
          : [];
      return { verb, by, told };
    },
  }),
  route({
    method: 'POST',
    url: '/batches/:programme/:batch/edits',
    id: 'editBatch',
    does: 'Changes a batch under way, for the edition that was seen: all of what is asked, or nothing.',
    needs: 'operator',
    params: BatchPath,
    query: null,
    body: Editing,
    answer: z.object({ by: z.string(), at: Time, channel: z.string(), did: z.array(z.string()) }),
    run: ({ params: { programme, batch }, body, caller, key }, { reached }) => {
      const { seen, edits, comment } = body;
      refuseOrders(caller, edits);
      const editing = {
        ...{ by: caller.subject, seen, edits: edits as unknown as readonly BatchEdit[] },
        ...(comment === undefined ? {} : { comment }),
      };
      const handle = batchHandle(reached.client, programme, batch);
      return reached.ask(() => sendEdits(handle, editing, ...updateIdOf(caller, key, JSON.stringify(body))));
    },
  }),
];
