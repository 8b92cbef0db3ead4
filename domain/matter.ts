import type { BatchState } from './batch.ts';
import type { OpenGate } from './gate.ts';
import { type GroupGate, WHOLE } from './group-gate.ts';
import { type Ledger, totalOutage } from './ledger.ts';
import type { Listed } from './listed.ts';
import type { Matter } from './notice.ts';
import type { Flag } from './phase.ts';
import type { StoppedWave } from './programme.ts';
import { breachWords } from './stop-wave.ts';
import type { OpenTask } from './task.ts';
import type { Parked, Verb } from './verbs.ts';
import type { Window } from './window.ts';
import { kebab, shellWord } from './words.ts';

/** What of the view of a migration people are told. */
export interface VmSeen {
  readonly owner: string;
  readonly vm: { readonly id: string; readonly name: string };
  readonly hop: number;
  readonly hops: readonly unknown[];
  readonly flags: readonly Flag[];
  readonly step: string | null;
  readonly parked: Parked | null;
  readonly gate: OpenGate | null;
  readonly task?: OpenTask;
  readonly legal: readonly Verb[];
  readonly orders?: readonly { readonly n: number; readonly window: Window | null }[];
  readonly outageBudgetMs: number;
  readonly ledger: Ledger;
}

/** The name as a command takes it; one that many bear, or that no shell should be given, is replaced by the id. */
const calledOf = ({ name, id }: VmSeen['vm'], isShared: boolean): string =>
  shellWord(isShared || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) ? id : name);

const outageNow = ({ ledger, hops, outageBudgetMs }: VmSeen, now: number): Matter['outage'] => {
  const down = totalOutage(ledger, hops.length, now);
  const isDown = totalOutage(ledger, hops.length, now + 1) > down;
  return isDown ? { since: now - down, budgetMs: outageBudgetMs } : null;
};

const NOTHING = { owner: null, asked: [], command: null, outage: null, window: null, expiresAt: null } as const;

type Asks = Pick<OpenGate, 'approvers' | 'mayOpen' | 'remindedAt' | 'escalatedAt'>;

/** A gate is told when it opens, when it reminds and when others may open it too: each once. */
const ofGate = (matter: Omit<Matter, 'kind' | 'asked'>, gate: Partial<Asks>): readonly Matter[] => {
  const asked = gate.mayOpen ?? gate.approvers ?? [];
  const { remindedAt, escalatedAt } = gate;
  return [
    { ...matter, kind: 'decision', asked },
    ...(remindedAt === undefined
      ? []
      : [{ ...matter, kind: 'reminder' as const, id: `${matter.id}/reminded/${remindedAt}`, asked }]),
    ...(escalatedAt === undefined
      ? []
      : [{ ...matter, kind: 'escalation' as const, id: `${matter.id}/escalated/${escalatedAt}`, asked }]),
  ];
};

const parkedMatter = (base: Matter, { flags, parked, legal }: VmSeen, id: string, called: string): readonly Matter[] =>
  parked
    ? [
        {
          ...base,
          kind: flags.includes('Stalled') ? 'stalled' : 'parked',
          id: `${id}/parked/${parked.since}`,
          says: `${parked.step} failed, hop ${parked.hop}: ${parked.mishap.message} ${parked.mishap.fix}`,
          since: parked.since,
          command: `tranship ${kebab(legal[0] ?? 'retry')} ${called} --step ${shellWord(parked.step)}`,
        },
      ]
    : [];

/** What one migration has people told of. `isShared`: several that run bear its name. */
export const mattersOfVm = (
  { workflowId, name, batch, group }: Pick<Listed, 'workflowId' | 'name' | 'batch' | 'group'>,
  seen: VmSeen,
  { isShared, now }: { readonly isShared: boolean; readonly now: number },
): readonly Matter[] => {
  const called = calledOf(seen.vm, isShared);
  const { gate, task, parked } = seen;
  const base: Matter = {
    ...{ ...NOTHING, id: workflowId, kind: 'parked', says: '', since: now },
    subject: `${name} · ${batch}/${group}`,
    owner: seen.owner === '' ? null : seen.owner,
    outage: outageNow(seen, now),
    window: gate?.name === 'cutover' ? (seen.orders?.find(({ n }) => n === seen.hop)?.window ?? null) : null,
  };
  const waits = gate && {
    ...base,
    id: `${workflowId}/${gate.name}/${gate.openedAt}`,
    says: `${kebab(gate.name)}, hop ${gate.hop}, waits for a decision`,
    since: gate.openedAt,
    command: `tranship approve ${called}`,
    expiresAt: gate.expiresAt ?? null,
  };
  return [
    ...parkedMatter(base, seen, workflowId, called),
    ...(!parked && seen.flags.includes('Stalled')
      ? [
          {
            ...base,
            kind: 'stalled' as const,
            id: `${workflowId}/stalled/${seen.step}`,
            says: `${seen.step ?? 'it'} has made no progress for too long`,
            command: `tranship vm ${called}`,
          },
        ]
      : []),
    ...(waits ? ofGate(waits, gate) : []),
    ...(task
      ? [
          {
            ...base,
            kind: 'decision' as const,
            id: `${workflowId}/task/${task.hook}/${task.since}`,
            says: task.text,
            since: task.since,
            asked: [task.role],
            command: `tranship done ${called} --hook ${shellWord(task.hook)}`,
          },
        ]
      : []),
  ];
};

/** A migration that is gone without an end answers nothing: it is told from what visibility shows. */
export const mattersOfGone = (listed: Listed, now: number): readonly Matter[] => [
  {
    ...NOTHING,
    ...{ kind: 'failed', id: `${listed.workflowId}/failed/${listed.startedAt}`, since: now },
    subject: `${listed.name} · ${listed.batch}/${listed.group}`,
    says: `its migration is gone without an end, last seen ${listed.phase}, hop ${listed.hop}: what stands in the estate is unknown`,
    owner: listed.owner === '' ? null : listed.owner,
    command: `tranship start ${shellWord(listed.batch)}`,
  },
];

/** One run of a batch, as visibility shows it. */
export interface BatchRun {
  readonly workflowId: string;
  readonly batch: string;
  readonly startedAt: number;
  /** When it came to its end; null while it runs. */
  readonly overAt: number | null;
}

export const mattersOfRun = ({ workflowId, batch, startedAt, overAt }: BatchRun): readonly Matter[] => {
  const base = { ...NOTHING, subject: batch, command: `tranship report ${shellWord(batch)}` };
  return [
    {
      ...base,
      ...{ kind: 'batchStarted', id: `${workflowId}/started`, since: startedAt, says: 'the batch has started' },
      command: 'tranship watch',
    },
    ...(overAt === null
      ? []
      : [
          {
            ...base,
            kind: 'batchOver' as const,
            id: `${workflowId}/over/${overAt}`,
            since: overAt,
            says: 'the batch is over: nothing more is to be waited for',
          },
        ]),
  ];
};

/** Gates at which groups are decided on, once all of the group stand there. */
export const mattersOfBatch = (
  workflowId: string,
  { name, gates, windows }: Pick<BatchState, 'name' | 'windows'> & { readonly gates: readonly GroupGate[] },
): readonly Matter[] =>
  gates
    .filter(({ missing }) => missing.length === 0)
    .flatMap((gate) => {
      const part = gate.group === WHOLE ? '' : ` --group ${shellWord(gate.group)}`;
      const matter = {
        ...NOTHING,
        id: `${workflowId}/${gate.group}/${gate.hop}/${gate.fingerprint}`,
        subject: gate.group === WHOLE ? name : `${name}/${gate.group}`,
        says: `cutover, hop ${gate.hop}, waits for a decision: ${gate.waiting.map(({ vm }) => vm.name).join(', ')}`,
        since: gate.openedAt,
        command: `tranship approve --batch ${shellWord(name)}${part}`,
        window: (windows.length === 1 ? windows[0] : windows[gate.hop - 1]) ?? null,
        expiresAt: gate.expiresAt ?? null,
      };
      return ofGate(matter, gate);
    });

export const mattersOfBreach = (
  programme: string,
  stopped: StoppedWave | null,
  approvers: readonly string[],
): readonly Matter[] =>
  stopped
    ? [
        {
          ...NOTHING,
          ...{ kind: 'breach', id: `${programme}/breach/${stopped.fingerprint}`, subject: programme },
          says: `nothing new begins: ${stopped.breaches.map(breachWords).join('; ')}`,
          since: stopped.at,
          asked: approvers,
          command: 'tranship programme status',
        },
      ]
    : [];
