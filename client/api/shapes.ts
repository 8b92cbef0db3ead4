import { z } from 'zod';
import { GATES } from '../../domain/gate-policy.ts';
import { FLAGS, PHASES } from '../../domain/phase.ts';
import { VERBS } from '../../domain/verbs.ts';

/**
 * What the API answers with, as its document says it. Objects are open: a later release adds fields, and evidence is whatever a gate
 * shows. Times are ms since the epoch.
 */

export const Time = z.number().describe('ms since the epoch');

const Vm = z.looseObject({ id: z.string(), name: z.string() });

export const Listed = z.looseObject({
  workflowId: z.string(),
  id: z.string(),
  name: z.string(),
  programme: z.string(),
  batch: z.string(),
  group: z.string(),
  phase: z.enum(PHASES),
  hop: z.number(),
  flags: z.array(z.enum(FLAGS)),
  waitingFor: z.string().nullable(),
  owner: z.string(),
  startedAt: Time,
  run: z.enum(['running', 'ended', 'failed']),
});

export const Summary = z.looseObject({
  running: z.number(),
  waiting: z.number(),
  stalled: z.number(),
  failed: z.number(),
});

const Opening = {
  hop: z.number(),
  fingerprint: z.string().describe('Of the evidence. A decision names it.'),
  openedAt: Time,
};

const Gate = z.looseObject({
  ...Opening,
  name: z.enum(GATES),
  round: z.number(),
  evidence: z.record(z.string(), z.unknown()),
  approvers: z.array(z.string()),
});

const GroupGate = z.looseObject({
  ...Opening,
  group: z.string(),
  waiting: z.array(z.looseObject({ id: z.string(), vm: Vm })),
  missing: z.array(Vm).describe('Not at the gate yet: until they are, nobody decides.'),
  after: z.array(Vm).describe('What is approved now begins after these have landed.'),
});

const Parked = z.looseObject({
  step: z.string(),
  hop: z.number(),
  mishap: z.looseObject({ message: z.string(), fix: z.string() }),
  since: Time,
});

export const Decided = z.looseObject({
  hop: z.number(),
  fingerprint: z.string(),
  decision: z.enum(['approve', 'reject']),
  by: z.string(),
  at: Time,
});

export const CommandTaken = z.looseObject({ verb: z.enum(VERBS), by: z.string(), at: Time });

export const Refused = z.looseObject({ what: z.string(), why: z.string(), at: Time });

export const View = z.looseObject({
  programme: z.string(),
  batch: z.string(),
  group: z.string(),
  owner: z.string(),
  vm: Vm,
  phase: z.enum(PHASES),
  hop: z.number(),
  flags: z.array(z.enum(FLAGS)),
  waitingFor: z.string().nullable(),
  step: z.string().nullable(),
  parked: Parked.nullable(),
  gate: Gate.nullable(),
  legal: z.array(z.enum(VERBS)).describe('The verbs that are taken now.'),
  hops: z.array(z.looseObject({ n: z.number() })),
  findings: z.array(z.looseObject({ id: z.string(), severity: z.string(), message: z.string(), fix: z.string() })),
  decisions: z.array(Decided),
  commands: z.array(CommandTaken),
  refused: z.array(Refused),
});

export const Pending = z.looseObject({
  verb: z.string(),
  queue: z.string().nullable(),
  inHand: z.boolean(),
  attempt: z.number(),
  said: z.string().nullable(),
  since: Time,
});

export const Batch = z.looseObject({
  programme: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  members: z.array(z.looseObject({ id: z.string(), vm: Vm, group: z.string(), status: z.string() })),
  gates: z.array(GroupGate),
  stopped: z.looseObject({ by: z.string(), at: Time, why: z.string() }).nullable(),
  refused: z.array(Refused),
  isOver: z.boolean(),
  edition: z.string().optional().describe('Which state of it this is. An edit names it.'),
});

export const Stopped = z.looseObject({
  at: Time,
  fingerprint: z.string().describe('Of the figures. To go on names it.'),
  breaches: z.array(z.looseObject({ host: z.string(), metric: z.string(), value: z.number(), limit: z.number() })),
});

const Waits = { target: z.string().describe('Where a decision goes: the workflow id.'), since: Time };
const Place = { programme: z.string(), batch: z.string(), group: z.string() };

export const Waiting = z.discriminatedUnion('kind', [
  z.looseObject({ ...Waits, ...Place, kind: z.literal('group'), gate: GroupGate }),
  z.looseObject({
    ...Waits,
    ...Place,
    kind: z.literal('vm'),
    vm: Vm,
    phase: z.enum(PHASES),
    hop: z.number(),
    gate: Gate.nullable(),
    parked: Parked.nullable(),
    task: z.looseObject({}).nullable().describe('The step that a person is to do.'),
    legal: z.array(z.enum(VERBS)),
  }),
  z
    .looseObject({ ...Waits, ...Place, kind: z.literal('turn'), decided: Decided })
    .describe('Approved, and it begins after others: until then it can be taken back by a rejection.'),
  z
    .looseObject({
      ...{ ...Waits, kind: z.literal('wave'), programme: z.string(), stopped: Stopped },
      approvers: z.array(z.string()),
      held: z.number().describe('Batches that have not begun.'),
    })
    .describe('Hosts were beyond their limits: nothing new begins until somebody goes on.'),
  z.looseObject({ ...Waits, ...Place, kind: z.literal('silent'), vm: Vm, why: z.string() }),
]);

export const VmReport = z.looseObject({
  programme: z.string(),
  id: z.string(),
  name: z.string(),
  group: z.string(),
  phase: z.string(),
  from: z.enum(['record', 'running', 'result', 'gone', 'silent']),
  outageMs: z.number().nullable(),
  budgetMs: z.number().nullable(),
  humanWaitMs: z.number().nullable(),
  decisions: z.array(Decided),
});
