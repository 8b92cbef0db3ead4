import { ENDS } from '../../domain/phase.ts';
import { instant, kebab } from '../../domain/words.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { type Surroundings, sharedGateOf } from './known.ts';
import { someOf } from './waiting-cost.ts';

export const KINDS = [
  'ended',
  'parked',
  'recovered',
  'kept',
  'group',
  'turn',
  'gate',
  'task',
  'hook',
  'lease',
  'window',
  'hold',
  'paused',
  'agent',
  'works',
] as const;

/** Why it waits. `turn`: approved, and its group begins after others. `works`: it waits for nobody. */
export type Kind = (typeof KINDS)[number];

export interface Reason {
  readonly kind: Kind;
  readonly why: string;
  /** ms; null where nothing tells. */
  readonly since: number | null;
  /** What else is to know about it. */
  readonly more: readonly string[];
}

const lastSaid = (view: MigrationView, verb: string) => view.commands.findLast((said) => said.verb === verb);

const said = (by: string, comment: string | undefined): string => `${by}${comment ? `: ${comment}` : ''}`;

const parked = ({ parked: at }: MigrationView): Reason | null =>
  at && {
    kind: 'parked',
    why: `a person: ${at.step} failed, hop ${at.hop}: ${at.mishap.message}`,
    since: at.since,
    more: [
      `known to have changed: ${at.mishap.changed}`,
      ...(at.mishap.likely ? [`likely: ${at.mishap.likely}`] : []),
      `do: ${at.mishap.fix}`,
    ],
  };

const recovered = ({ waitingFor }: MigrationView): Reason | null =>
  /^resume: recovered/.test(waitingFor ?? '')
    ? {
        kind: 'recovered',
        why: `a person to look at it, then to resume it: ${waitingFor?.slice('resume: '.length)}`,
        since: null,
        more: ['`tranship recover` rebuilt it after Temporal had lost it; nothing was moved since'],
      }
    : null;

const kept = (view: MigrationView): Reason | null =>
  view.kept
    ? {
        kind: 'kept',
        why: `resume: ${said(view.kept.by, view.kept.comment)} holds it at its cut-over gate while its copy is kept fresh`,
        since: view.kept.at,
        more: [],
      }
    : null;

/** What keeps its group from being asked or from beginning. */
const together = (view: MigrationView, around: Surroundings): Reason | null => {
  const { gate, vm } = view;
  const { batch } = around;
  if (!gate?.together) return null;
  const cleared = batch?.cleared.find(
    ({ decision, members }) =>
      decision === 'approve' &&
      members.some((one) => one.gate.openedAt === gate.openedAt && isOf(batch, one.id, vm.id)),
  );
  if (batch && cleared) {
    const earlier = batch.groups.slice(0, batch.groups.indexOf(view.group));
    const ahead = batch.members.filter(
      (m) => earlier.includes(m.group) && m.status === 'running' && m.landed < cleared.hop,
    );
    return {
      kind: 'turn',
      why: `the turn of ${view.group}: approved by ${cleared.by}, it begins after the groups before it`,
      since: cleared.at,
      more: ahead.length > 0 ? [`not landed yet: ${someOf(ahead.map((m) => `${m.vm.name} (${m.group})`))}`] : [],
    };
  }
  const open = sharedGateOf(around, vm);
  const missing = open?.missing ?? [];
  const what = gate.together === 'batch' ? 'its whole batch' : `its group ${view.group}`;
  return {
    kind: 'group',
    why:
      missing.length > 0
        ? `the others of ${what}: they are decided on together, at ${kebab(gate.name)}, hop ${gate.hop}`
        : `a decision on ${what}: ${kebab(gate.name)}, hop ${gate.hop}`,
    since: missing.length > 0 ? gate.openedAt : (open?.openedAt ?? gate.openedAt),
    more: missing.map((one) => `not at the gate yet: ${one.name}${one.why ? ` (${one.why})` : ''}`),
  };
};

const isOf = ({ members }: BatchView, id: string, vm: string): boolean =>
  members.some((m) => m.id === id && m.vm.id === vm);

const alone = ({ gate }: MigrationView): Reason | null =>
  gate && { kind: 'gate', why: `a decision: ${kebab(gate.name)}, hop ${gate.hop}`, since: gate.openedAt, more: [] };

const task = ({ task: open }: MigrationView): Reason | null =>
  open
    ? {
        kind: 'task',
        why: `${open.role}, to do by hand what the hook ${open.hook} asks: ${open.text}`,
        since: open.since,
        more: open.dueAt === null ? [] : [`due ${new Date(open.dueAt).toISOString()}`],
      }
    : null;

const hook = ({ hooks = [] }: MigrationView, { pending }: Surroundings): Reason | null => {
  const running = hooks.findLast(({ state, over }) => state === 'begun' && !over);
  if (!running) return null;
  return {
    kind: 'hook',
    why: `the hook ${running.name}, ${running.when} ${kebab(running.point)}, hop ${running.hop}`,
    since: running.at,
    more: pending.flatMap((one) => (one.said ? [one.said] : [])),
  };
};

const lease = (_: MigrationView, { line, seats, askedAt }: Surroundings): Reason | null => {
  const [first, ...others] = line;
  if (first === undefined) return null;
  return {
    kind: 'lease',
    why: first,
    since: askedAt,
    more: [
      ...others,
      ...seats.map(
        ({ name, since, orphaned }) =>
          `held by ${name} since ${instant(since)}${orphaned ? ', whose migration has ended' : ''}`,
      ),
    ],
  };
};

const window = ({ waitingFor }: MigrationView): Reason | null =>
  waitingFor?.startsWith('the window') ? { kind: 'window', why: waitingFor, since: null, more: [] } : null;

const hold = ({ waitingFor }: MigrationView): Reason | null =>
  waitingFor?.startsWith('the hold')
    ? { kind: 'hold', why: `${waitingFor}: the source stays, off and fenced`, since: null, more: [] }
    : null;

const whoPaused = (view: MigrationView) => {
  const paused = lastSaid(view, 'pause');
  return paused ? `by ${said(paused.by, paused.comment)}` : 'by whoever stopped its batch or programme';
};

const paused = (view: MigrationView): Reason | null =>
  view.flags.includes('Paused')
    ? {
        kind: 'paused',
        why: `resume: paused ${whoPaused(view)}`,
        since: lastSaid(view, 'pause')?.at ?? null,
        more: [],
      }
    : null;

const agent = (_: MigrationView, { unserved, pending }: Surroundings): Reason | null => {
  const [queue] = unserved;
  if (queue === undefined) return null;
  const step = pending.find((one) => one.queue === queue);
  return {
    kind: 'agent',
    why: `an agent: nobody serves ${queue}`,
    since: step?.since ?? null,
    more: [`start it there: tranship worker agent --serve ${queue}; nothing is lost meanwhile`],
  };
};

const ended = ({ phase }: MigrationView): Reason | null =>
  ENDS.includes(phase) ? { kind: 'ended', why: `nothing: it has ended as ${phase}`, since: null, more: [] } : null;

/** The first of these that holds is why it waits. */
const LOOKS = [parked, ended, recovered, kept, together, alone, task, lease, window, hold, paused, agent, hook];

/** Others stopped what it belongs to. */
const stops = (view: MigrationView, { batch }: Surroundings): readonly string[] => {
  const own = batch?.paused?.find(({ group }) => group === view.group);
  return [
    ...(batch?.stopped ? [`${batch.stopped.by} stopped the batch: ${batch.stopped.why}`] : []),
    ...(own ? [`${own.by} stopped the group ${own.group}: ${own.why}`] : []),
  ];
};

/** Why a migration waits, from its view and what is around it. Pure. */
export const reasonOf = (view: MigrationView, around: Surroundings): Reason => {
  const found = LOOKS.map((look) => look(view, around)).find((reason) => reason !== null);
  const { step, waitingFor } = view;
  const works: Reason = {
    kind: 'works',
    why: waitingFor ?? `nobody: it works${step ? ` at ${step}` : ''}`,
    since: around.pending[0]?.since ?? null,
    more: around.pending.map((one) => `under way: ${kebab(one.verb)}${one.said ? `: ${one.said}` : ''}`),
  };
  const reason = found ?? works;
  const alsoPaused =
    reason.kind !== 'paused' && reason.kind !== 'recovered' && reason.kind !== 'ended' && view.flags.includes('Paused');
  return {
    ...reason,
    more: [
      ...reason.more,
      ...(alsoPaused ? [`paused too, ${whoPaused(view)}: nothing new begins before it is resumed`] : []),
      ...(reason.kind === 'ended' ? [] : stops(view, around)),
    ],
  };
};
