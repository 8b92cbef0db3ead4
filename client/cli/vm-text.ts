import { ballotLines } from '../../domain/ballot-text.ts';
import type { Evidence } from '../../domain/gate.ts';
import type { HookRun } from '../../domain/hook.ts';
import type { HopRecord } from '../../domain/hop-record.ts';
import { humanWaitOf, type Ledger, movedOf, outageOf, totalOutage } from '../../domain/ledger.ts';
import { duration, instant, kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Pending } from '../pending.ts';
import { bytes, marked } from './print.ts';

/** What the view does not know itself: the steps as the server sees them, and the line for what is scarce. */
export interface Around {
  readonly pending: readonly Pending[];
  /** Queues of those steps that no agent serves now. */
  readonly unserved: readonly string[];
  /** Its place and reason in each line it stands in. */
  readonly line: readonly string[];
}

export const NOTHING_AROUND: Around = { pending: [], unserved: [], line: [] };

const told = (key: string, value: unknown): string[] => {
  if (!Array.isArray(value)) return [`  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
  if (value.length === 0) return [];
  return [`  ${key}:`, ...value.map((each) => `    · ${typeof each === 'string' ? each : JSON.stringify(each)}`)];
};

/** The parked step as an operator needs it: what failed, what is known to have changed, what to do. */
export const parkedText = ({ vm, parked }: Pick<MigrationView, 'vm' | 'parked'>): string[] =>
  parked
    ? [
        marked(
          '✗',
          `${vm.name} · ${parked.step}, hop ${parked.hop}${parked.mishap.at ? ` · ${parked.mishap.at}` : ''} · since ${instant(parked.since)}`,
        ),
        `  ${parked.mishap.message}`,
        `  Known to have changed: ${parked.mishap.changed}`,
        ...(parked.mishap.likely ? [`  Likely: ${parked.mishap.likely}`] : []),
        `  Do: ${parked.mishap.fix}`,
      ]
    : [];

export const evidenceText = (evidence: Evidence): string[] =>
  Object.entries(evidence).flatMap(([key, value]) => told(key, value));

/** The gate that waits, with everything it shows. */
export const gateText = ({ gate }: Pick<MigrationView, 'gate'>): string[] =>
  gate
    ? [
        marked(
          '?',
          `${kebab(gate.name)}, hop ${gate.hop}, seen as ${gate.fingerprint}; open since ${instant(gate.openedAt)}; approvers: ${gate.approvers.join(', ') || 'anyone'}`,
        ),
        ...ballotLines(gate).map((line) => `  ${line}`),
        ...evidenceText(gate.evidence),
      ]
    : [];

export const pendingText = ({ verb, queue, attempt, said, inHand }: Pending): string =>
  [
    kebab(verb),
    queue ? ` at ${queue}` : '',
    attempt > 1 ? `, asked ${attempt} times` : '',
    inHand ? ', in hand' : '',
    said ? `: ${said}` : inHand || attempt > 1 ? '' : ', waits for its agent',
  ].join('');

const aroundText = ({ pending, unserved, line }: Around): string[] => [
  ...line.map((why) => `  in line: ${why}`),
  ...pending.map((each) => `  under way: ${pendingText(each)}`),
  ...unserved.map(
    (queue) =>
      `${marked('✗', `No agent serves ${queue}: this step waits for one.`)}\n  Do: start it there, \`tranship worker agent --serve ${queue}\`; nothing is lost meanwhile.`,
  ),
];

/** The step that waits for a person, and how it is answered. */
const taskText = ({ task }: Pick<MigrationView, 'task'>): string[] =>
  task
    ? [
        marked('?', `${task.hook}, hop ${task.hop}, for ${task.role}: ${task.text}`),
        `  since ${instant(task.since)}${task.dueAt === null ? '' : `, due ${instant(task.dueAt)}`}`,
      ]
    : [];

const hookText = ({ name, when, point, hop, state, at, note }: HookRun): string =>
  `  ${instant(at)} hook ${name}, ${when} ${kebab(point)}, hop ${hop}: ${state}${note ? `, ${note}` : ''}`;

/** What a hop has done so far, in the order it happens. */
const doneOf = (hop: HopRecord, ledger: Ledger): string[] => {
  const at = (mark: string): string => {
    const last = ledger.entries.findLast((entry) => entry.hop === hop.n && entry.mark === mark);
    return last ? ` ${instant(last.at)}` : '';
  };
  const full = ledger.bytes.some((each) => each.hop === hop.n);
  const served = hop.exposedAt !== null;
  return [
    ...(hop.item ? [`protected${hop.itemAdopted ? ' (adopted)' : ''}`] : hop.protecting ? ['protecting'] : []),
    ...(full ? ['copied'] : []),
    ...(hop.fence === 'held' ? [`fenced${at('stopOfService')}`] : hop.fence === 'begun' ? ['fencing'] : []),
    ...(hop.cutOver === 'done' ? [`cut over${at('cutOver')}`] : hop.cutOver === 'begun' ? ['cutting over'] : []),
    ...(served ? [`connected${at('connected')}`] : []),
    ...(at('checksPassed') ? [`checked${at('checksPassed')}`] : []),
    ...(hop.commit === 'done' ? ['committed'] : hop.commit === 'begun' ? ['committing'] : []),
    ...(hop.arrived ? ['accepted'] : []),
    ...(at('rolledBack') ? [`rolled back${at('rolledBack')}`] : []),
  ];
};

const hopText = (hop: HopRecord, view: MigrationView, now: number): string => {
  const { full, delta } = movedOf(view.ledger, hop.n);
  const outage = outageOf(view.ledger, hop.n, now);
  const parts = [
    ...doneOf(hop, view.ledger),
    ...(outage === null ? [] : [`outage ${duration(outage)}`]),
    ...(full === null && delta === null ? [] : [`full ${bytes(full)}, delta ${bytes(delta)}`]),
    ...(hop.successor ? [`lands as ${hop.successor.name}`] : []),
  ];
  return `  hop ${hop.n}${hop.round > 0 ? `, attempt ${hop.round + 1}` : ''}: ${parts.join(' · ') || 'not begun'}`;
};

/** Outage of all hops against what the plan allows. Null for a view of a version that did not tell its budget. */
export const budgetText = (view: MigrationView, now: number): string => {
  const outage = totalOutage(view.ledger, view.hops.length, now);
  const budget = view.outageBudgetMs as number | undefined;
  const over = budget !== undefined && outage > budget;
  return `${duration(outage)} of ${budget === undefined ? '–' : duration(budget)}${over ? ', over' : ''}`;
};

/** One VM for people: where it stands, why it waits, what can be done. */
export const explain = (view: MigrationView, now: number, around: Around = NOTHING_AROUND): string =>
  [
    `${view.vm.name} (${view.vm.id}) · ${view.phase}${view.flags.length > 0 ? ` [${view.flags.join(' ')}]` : ''}, hop ${view.hop} of ${view.hops.length} · ${view.programme} ${view.batch}/${view.group} · ${view.owner}`,
    ...(view.step ? [`  at: ${view.step}`] : []),
    ...(view.waitingFor ? [`  waits for: ${view.waitingFor}`] : []),
    ...aroundText(around),
    ...parkedText(view),
    ...gateText(view),
    ...taskText(view),
    ...view.hops.map((hop) => hopText(hop, view, now)),
    `  outage in all: ${budgetText(view, now)} · waited for people: ${duration(humanWaitOf(view.ledger, view.gate?.openedAt, now))}`,
    ...view.findings.map((f) => `  ${f.id} ${f.severity}: ${f.message}`),
    ...(view.hooks ?? []).map((run) => hookText(run)),
    ...view.decisions.map(
      (d) =>
        `  ${instant(d.at)} ${d.by} ${d.decision === 'approve' ? 'approved' : 'rejected'} ${kebab(d.gate)}, hop ${d.hop} (${d.identity}${d.tally ? `, ${d.tally.have} of ${d.tally.of}` : ''})${d.ticket ? ` ${d.ticket}` : ''}${d.comment ? `: ${d.comment}` : ''}`,
    ),
    ...(view.loans ?? []).map(
      (l) =>
        `  ${instant(l.at)} ${l.from} lent ${l.to} ${l.gate ? kebab(l.gate) : 'every gate'} until ${instant(l.until)}`,
    ),
    ...view.commands.map(
      (c) =>
        `  ${instant(c.at)} ${c.by} said ${kebab(c.verb)}${c.step ? ` at ${c.step}` : ''}${c.comment ? `: ${c.comment}` : ''}`,
    ),
    ...view.refused.map((r) => `  ${instant(r.at)} refused: ${r.what}. ${r.why}`),
    `  You can: ${[...(view.gate ? ['approve', 'reject'] : []), ...(view.task ? ['done'] : []), ...view.legal.map(kebab)].join('   ') || 'nothing, it has ended'}`,
  ].join('\n');
