import { z } from 'zod';
import type { FreezeEdit } from '../../domain/freeze.ts';
import { summaryOf } from '../../domain/listed.ts';
import type { Plan } from '../../domain/plan.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { listMigrations } from '../../workers/listing.ts';
import { programmeId } from '../../workflows/programme-messages.ts';
import { readCapacity } from '../capacity.ts';
import { forecastAsked } from '../forecast.ts';
import {
  changeFreeze,
  findProgramme,
  listProgrammes,
  onlyStopped,
  pauseAll,
  resumeAll,
  resumeStoppedWave,
  viewProgramme,
} from '../programme.ts';
import { Comment, Name, nothing } from './asked.ts';
import { Problem } from './problem.ts';
import { Capacity, Forecast, Freeze, Programme } from './programme-shapes.ts';
import { updateIdOf } from './repeat.ts';
import { type PlanAt, type Route, route } from './route.ts';
import { Summary } from './shapes.ts';

const ProgrammePath = z.object({ programme: Name });
const Instant = z.iso.datetime({ offset: true }).describe('With its zone.');

const Command = z.discriminatedUnion('verb', [
  z
    .strictObject({ verb: z.literal('pause'), why: Comment })
    .describe('No batch begins and no group cuts over; what is copied goes on.'),
  z.strictObject({ verb: z.literal('resume') }).describe('Lifts a pause. A stopped wave or a freeze holds on.'),
  z
    .strictObject({ verb: z.literal('freeze'), from: Instant, to: Instant, why: Comment })
    .describe('No batch begins and no group cuts over in this time.'),
  z.strictObject({ verb: z.literal('unfreeze'), id: Name }).describe('Takes a freeze away, by its id.'),
]);

const freezeEdit = (body: z.output<typeof Command>): Omit<FreezeEdit, 'by'> | null => {
  if (body.verb === 'freeze') return { add: { from: body.from, to: body.to, why: body.why } };
  return body.verb === 'unfreeze' ? { remove: body.id } : null;
};

/** The plan as its files have it now. */
const planNow = async ({ plan, vms }: PlanAt, programme: string): Promise<Plan> => {
  const read = await readPlan({ planPath: plan, csvPath: vms, now: Date.now(), pastWindows: true });
  if ('refusals' in read) {
    const [{ file, line, column, message, fix } = { file: plan, line: 1, column: 1, message: 'is no plan', fix: '' }] =
      read.refusals;
    throw new Problem(404, `There is no plan to go by: ${file}:${line}:${column}  ${message}`, fix);
  }
  if (read.plan.programme === programme) return read.plan;
  throw new Problem(
    404,
    `The plan of this API is of ${read.plan.programme}.`,
    `Start one with the --plan and --vms of ${programme}.`,
  );
};

const noBatch = (plan: Plan, batch: string): Problem =>
  new Problem(404, `The plan has no batch ${batch}.`, `It has: ${Object.keys(plan.batches).join(', ')}.`);

const ofOne = { ...nothing, params: ProgrammePath };

/** The whole of a programme: its order, what it holds, how long it takes, and what keeps it. */
export const PROGRAMME_ROUTES: readonly Route[] = [
  route({
    ...nothing,
    method: 'GET',
    url: '/programmes',
    id: 'listProgrammes',
    does: 'The programmes that run.',
    needs: 'viewer',
    answer: z.object({ items: z.array(z.object({ workflowId: z.string(), programme: z.string() })) }),
    run: async (_, { reached }) => {
      const names = await listProgrammes(reached.client);
      return { items: names.map((programme) => ({ workflowId: programmeId(programme), programme })) };
    },
  }),
  route({
    ...ofOne,
    method: 'GET',
    url: '/programmes/:programme',
    id: 'programme',
    does: 'Each batch of a programme, and of those that have not begun everything that holds them back.',
    needs: 'viewer',
    answer: z.object({ workflowId: z.string(), view: Programme, summary: Summary }),
    run: async ({ params: { programme } }, { reached }) => {
      const handle = await findProgramme(reached.client, programme);
      const view = await reached.ask(() => viewProgramme(handle));
      const summary = summaryOf(await listMigrations(reached.client, 'open', { programme }));
      return { workflowId: handle.workflowId, view, summary };
    },
  }),
  route({
    ...ofOne,
    method: 'GET',
    url: '/programmes/:programme/capacity',
    id: 'capacity',
    does: 'Who holds what is scarce, and who waits for it at which place and why.',
    needs: 'viewer',
    answer: Capacity,
    run: ({ params: { programme } }, { reached }) => readCapacity(reached, programme),
  }),
  route({
    ...ofOne,
    method: 'GET',
    url: '/programmes/:programme/forecast',
    id: 'forecast',
    does: 'When each batch and all of them have landed, P50 and P90, by the plan the API was started with.',
    needs: 'viewer',
    query: z.strictObject({
      batch: Name.optional().describe('Only this one.'),
      estate: z.enum(['yes', 'no']).default('no').describe('Whether the sources are asked for the sizes of their VMs.'),
    }),
    answer: Forecast,
    run: async ({ params: { programme }, query: { batch, estate } }, { reached, records, plan: at }) => {
      const plan = await planNow(at, programme);
      if (batch !== undefined && !Object.hasOwn(plan.batches, batch)) throw noBatch(plan, batch);
      return forecastAsked(reached, plan, records, { batch, estate: estate === 'yes' });
    },
  }),
  route({
    ...ofOne,
    method: 'POST',
    url: '/programmes/:programme/commands',
    id: 'commandProgramme',
    does: 'Pauses a programme, lifts a pause, adds or takes away a freeze.',
    needs: 'operator',
    body: Command,
    answer: z.object({ verb: z.string(), by: z.string(), freezes: z.array(Freeze).optional() }),
    run: async ({ params: { programme }, body, caller: { subject: by }, caller, key }, { reached }) => {
      const handle = await findProgramme(reached.client, programme);
      const [updateId] = updateIdOf(caller, key, JSON.stringify(body));
      const { verb } = body;
      const edit = freezeEdit(body);
      if (edit) {
        const freezes = await reached.ask(() => changeFreeze(handle, { by, ...edit }, updateId));
        return { verb, by, freezes };
      }
      if (body.verb === 'pause') await reached.ask(() => pauseAll(handle, by, body.why, updateId));
      if (body.verb === 'resume') {
        if (onlyStopped(await reached.ask(() => viewProgramme(handle))))
          throw new Problem(
            409,
            'The wave is stopped: to go on is decided for what was seen.',
            `Look at GET /programmes/${programme}, then POST its fingerprint to …/wave/resume.`,
          );
        await reached.ask(() => resumeAll(handle, by, updateId));
      }
      return { verb, by };
    },
  }),
  route({
    ...ofOne,
    method: 'POST',
    url: '/programmes/:programme/wave/resume',
    id: 'resumeWave',
    does: 'Goes on after hosts were beyond their limits, for the figures that were seen.',
    needs: 'approver',
    body: z.strictObject({
      fingerprint: z.string().min(1).max(64).describe('Of what was seen, as `stopped` says it.'),
      comment: Comment.describe('Why it is safe.'),
    }),
    answer: z.object({ by: z.string(), fingerprint: z.string(), comment: z.string() }),
    run: async ({ params: { programme }, body: { fingerprint, comment }, caller, key }, { reached }) => {
      const { subject: by } = caller;
      const handle = await findProgramme(reached.client, programme);
      const [updateId] = updateIdOf(caller, key, fingerprint);
      await reached.ask(() => resumeStoppedWave(handle, by, comment, fingerprint, updateId));
      return { by, fingerprint, comment };
    },
  }),
];
