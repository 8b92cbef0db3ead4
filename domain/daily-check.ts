import type { OpenGate } from './gate.ts';
import type { HopRecord } from './hop-record.ts';
import type { Listed } from './listed.ts';
import type { Matter } from './notice.ts';
import type { Phase } from './phase.ts';
import type { HopOrder } from './plan.ts';
import { duration, shellWord } from './words.ts';

/**
 * - `DC-01`  a source that was stopped runs again, or is on the network
 * - `DC-02`  a migration that runs needs an agent that is gone
 * - `DC-03`  a migration makes no progress, and waits for nobody
 * - `DC-04`  an open gate shows evidence that is too old
 * - `DC-05`  a product could not be asked
 * - `DC-06`  a window passed unused, or soon will
 * - `DC-07`  groups wait for each other's room on staging
 *
 * What products say of themselves keeps its own id.
 */
export interface CheckFinding {
  readonly id: string;
  readonly severity: 'block' | 'warn';
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
  readonly owner: string | null;
}

/** Times are ms. */
export interface CheckReport {
  readonly version: 1;
  readonly programme: string;
  readonly at: number;
  readonly vms: number;
  readonly findings: readonly CheckFinding[];
}

/** A step of a migration as the server knows it. `unmovedSince`: nothing of it has moved since; null where it moves. */
export interface StepSeen {
  readonly verb: string;
  readonly queue: string;
  readonly unmovedSince: number | null;
  readonly said: string | null;
}

export interface MigrationSeen {
  readonly listed: Pick<Listed, 'workflowId' | 'name' | 'batch' | 'owner' | 'phase' | 'hop' | 'waitingFor'>;
  readonly step: string | null;
  readonly gate: Pick<OpenGate, 'name' | 'hop' | 'openedAt' | 'expiresAt'> | null;
  readonly isParked: boolean;
  readonly isPaused: boolean;
  readonly hops: readonly Pick<HopRecord, 'n' | 'fence' | 'cutOver' | 'arrived'>[];
  readonly orders: readonly Pick<HopOrder, 'n' | 'window'>[];
  readonly steps: readonly StepSeen[];
}

/** What its migration is told: it shows the flag until it moves on. */
export interface Flagged {
  readonly flag: 'Stalled' | 'NeedsReverify';
  readonly why: string;
  /** Step and opening of the gate that were seen: of another one it says nothing. */
  readonly step: string | null;
  readonly openedAt: number | null;
}

export interface Judged {
  readonly findings: readonly CheckFinding[];
  readonly flagged: Flagged | null;
}

const subjectOf = ({ listed }: MigrationSeen): string => `${listed.name} · ${listed.batch}`;

const ownerOf = ({ listed }: MigrationSeen): string | null => (listed.owner === '' ? null : listed.owner);

/** Nothing of it moved for longer than the plan lets a wait be without progress. */
const stalled = (seen: MigrationSeen, noProgressMs: number, now: number, dead: readonly string[]): Judged | null => {
  if (seen.isParked || seen.isPaused || seen.gate || seen.listed.waitingFor !== null) return null;
  const [stuck] = seen.steps.filter(({ unmovedSince }) => unmovedSince !== null && now - unmovedSince > noProgressMs);
  if (!stuck) return null;
  const why = dead.includes(stuck.queue)
    ? `no agent serves ${stuck.queue}`
    : (stuck.said ?? `${stuck.queue} is silent`);
  const message = `${stuck.verb} has not moved for ${duration(now - (stuck.unmovedSince ?? now))}: ${why}`;
  const finding: CheckFinding = {
    ...{ id: 'DC-03', severity: 'block', subject: subjectOf(seen), message, owner: ownerOf(seen) },
    fix: dead.includes(stuck.queue)
      ? `Start its agent: tranship worker agent --serve ${stuck.queue}`
      : `Look at ${stuck.queue}, then at tranship vm ${shellWord(seen.listed.name)}.`,
  };
  return { findings: [finding], flagged: { flag: 'Stalled', why: message, step: seen.step, openedAt: null } };
};

const aged = (seen: MigrationSeen, now: number): Judged | null => {
  const { gate } = seen;
  if (gate?.expiresAt === undefined || gate.expiresAt > now) return null;
  const message = `what ${gate.name}, hop ${gate.hop}, shows is too old by ${duration(now - gate.expiresAt)}`;
  return {
    findings: [
      {
        ...{ id: 'DC-04', severity: 'warn', subject: subjectOf(seen), message, owner: ownerOf(seen) },
        fix: 'It opens anew with fresh evidence; is an orchestrator running?',
      },
    ],
    flagged: { flag: 'NeedsReverify', why: message, step: seen.step, openedAt: gate.openedAt },
  };
};

const DAY_MS = 86_400_000;

/** Of the hop under way, before its cut-over began. */
const windowFindings = (seen: MigrationSeen, now: number): readonly CheckFinding[] => {
  const record = seen.hops.find(({ n }) => n === seen.listed.hop);
  const window = seen.orders.find(({ n }) => n === seen.listed.hop)?.window;
  if (!window || !record || record.arrived || record.fence !== 'none' || record.cutOver !== 'none') return [];
  const common = { id: 'DC-06', severity: 'warn', subject: subjectOf(seen), owner: ownerOf(seen) } as const;
  const vm = shellWord(seen.listed.name);
  if (now >= window.abortAt)
    return [
      {
        ...common,
        message: `its window ${window.text} passed unused`,
        fix: `Give it another one: tranship edit ${vm}, or defer it.`,
      },
    ];
  const isSoon = now >= window.opensAt - DAY_MS;
  return isSoon && seen.gate?.name === 'cutover'
    ? [
        {
          ...common,
          message: `nobody has decided, and its window ${window.text} ${now < window.opensAt ? `opens in ${duration(window.opensAt - now)}` : 'is open'}`,
          fix: `tranship approve ${vm}`,
        },
      ]
    : [];
};

/** What a daily look finds of one migration, and what it is told. */
export const judge = (seen: MigrationSeen, noProgressMs: number, now: number, dead: readonly string[]): Judged => {
  const worst = stalled(seen, noProgressMs, now, dead) ?? aged(seen, now);
  return {
    findings: [...(worst?.findings ?? []), ...windowFindings(seen, now)],
    flagged: worst?.flagged ?? null,
  };
};

/** Queues that running migrations wait at and nobody serves. */
export const vanished = (all: readonly MigrationSeen[], dead: readonly string[]): readonly CheckFinding[] =>
  dead.map((queue) => {
    const waiting = all
      .filter(({ steps }) => steps.some((step) => step.queue === queue))
      .map(({ listed }) => listed.name);
    return {
      ...{ id: 'DC-02', severity: 'block', subject: queue, owner: null },
      message: `no agent serves it; ${waiting.slice(0, 5).join(', ')}${waiting.length > 5 ? ` and ${waiting.length - 5} more` : ''} ${waiting.length === 1 ? 'waits' : 'wait'} there`,
      fix: `Start its agent, next to the product: tranship worker agent --serve ${queue}`,
    };
  });

const TURNING: readonly Phase[] = [
  'RollingBack',
  'RolledBack',
  'Cancelled',
  'Ejected',
  'Decommissioned',
  'CuttingOver',
];

/** Whether the source of a migration must be off and off the network now. */
export const isFenced = (phase: Phase, hops: readonly Pick<HopRecord, 'n' | 'fence'>[]): boolean =>
  !TURNING.includes(phase) && hops.find(({ n }) => n === 1)?.fence === 'held';

export const cameBack = (
  { name, batch, owner }: Pick<Listed, 'name' | 'batch' | 'owner'>,
  now: { readonly power: string; readonly nics: readonly { readonly connected: boolean }[] },
): readonly CheckFinding[] => {
  const isPlugged = now.nics.some(({ connected }) => connected);
  if (now.power !== 'on') return [];
  return [
    {
      ...{ id: 'DC-01', severity: 'block', subject: `${name} · ${batch}`, owner: owner === '' ? null : owner },
      message: `its source runs again${isPlugged ? ' and is on the network: two bear one identity' : ', off the network'}`,
      fix: 'Find out who started it, and shut it down at its source; what it wrote since is not on its successor.',
    },
  ];
};

/** The same finding as in the report before is old. */
const keyOf = ({ id, subject }: CheckFinding): string => `${id} ${subject}`;

export const newFindings = (report: CheckReport, before: CheckReport | null): readonly CheckFinding[] =>
  report.findings.filter((one) => !before?.findings.some((other) => keyOf(other) === keyOf(one)));

/** `daily check: 2 findings, 1 of them blocks`. */
export const checkHeadline = ({ vms, findings }: CheckReport): string => {
  const blocks = findings.filter(({ severity }) => severity === 'block').length;
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} found, ${blocks} of them urgent`;
  return `daily check of ${vms} running: ${found}`;
};

/** What people are told of a check: the whole, and each finding that was not there the day before. */
export const mattersOfCheck = (report: CheckReport, isNew: (finding: CheckFinding) => boolean): readonly Matter[] => {
  const base = { asked: [], command: 'tranship check last', outage: null, window: null, expiresAt: null } as const;
  const since = report.at;
  return [
    {
      ...{ ...base, kind: 'daily', id: `${report.programme}/check/${since}`, subject: report.programme, since },
      ...{ says: checkHeadline(report), owner: null },
    },
    ...report.findings.filter(isNew).map(
      (finding): Matter => ({
        ...{ ...base, kind: 'finding', id: `${report.programme}/finding/${keyOf(finding)}/${since}`, since },
        ...{ subject: finding.subject, owner: finding.owner },
        says: `${finding.id} ${finding.message}. ${finding.fix}`,
      }),
    ),
  ];
};
