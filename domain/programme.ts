import type { Address } from './address.ts';
import { type Freeze, freezesAt, frozenUntil, minuteOf, nextFreezeMoment } from './freeze.ts';
import { fingerprintOf } from './gate.ts';
import {
  acknowledged,
  type Breach,
  breachesIn,
  breachWords,
  type Lookout,
  noLookout,
  type StopWaveRules,
} from './stop-wave.ts';
import { typed } from './typed.ts';
import type { Window } from './window.ts';

/** A batch as its programme knows it: its VMs stay with the batch. */
export interface ProgrammeBatch {
  readonly name: string;
  readonly vms: number;
  /** Batches that must have landed before it begins. */
  readonly after: readonly string[];
  /** One a hop, null where it may cut over at any time. */
  readonly windows: readonly (Window | null)[];
}

export interface ProgrammeRules {
  /** Batches in flight at once. */
  readonly inFlight: number;
  /** How long before its first window a batch begins at the earliest; null: as soon as its turn comes. */
  readonly leadMs: number | null;
  readonly freezes: readonly Freeze[];
  /** Null where nothing is watched. */
  readonly stopWave: StopWaveRules | null;
}

/**
 * - `planned`    has not begun
 * - `beginning`  was told to begin
 * - `running`    in flight
 * - `holding`    all its VMs have landed and left staging: it is in flight no more, though its sources are held still
 * - `over`       came to its end
 * - `tooLate`    each of its windows is past: a new one is to be planned
 * - `gone`       its run was ended from outside: what stands in the estate is unknown, so it counts as in flight
 */
export type BatchStatus = 'planned' | 'beginning' | 'running' | 'holding' | 'over' | 'tooLate' | 'gone';

/** Where one batch stands; times in ms of the workflow's clock. */
export interface Turn {
  readonly name: string;
  readonly status: BatchStatus;
  readonly begunAt: number | null;
  /** When it landed or came to its end, whichever was seen first. */
  readonly landedAt: number | null;
  /** It was told to begin nothing new. */
  readonly halted: boolean;
  /** What a person has to do about it; one with a note does not begin by itself. */
  readonly note: string | null;
}

export interface StoppedWave {
  readonly at: number;
  readonly breaches: readonly Breach[];
  readonly fingerprint: string;
}

/** Gate H-17: a person goes on after a breach, having seen the figures that `fingerprint` stands for. */
export interface WaveResumed {
  readonly by: string;
  readonly comment: string;
  readonly fingerprint: string;
}

export interface ProgrammeState extends ProgrammeRules {
  readonly programme: string;
  /** In order. */
  readonly batches: readonly ProgrammeBatch[];
  readonly turns: readonly Turn[];
  readonly paused: { readonly by: string; readonly why: string; readonly at: number } | null;
  readonly stopped: StoppedWave | null;
  readonly lookout: Lookout;
  readonly resumed: readonly (WaveResumed & { readonly at: number; readonly breaches: readonly string[] })[];
  /** What was refused, with why; the newest ten. */
  readonly refused: readonly { readonly what: string; readonly why: string; readonly at: number }[];
}

/** Names and sizes only: the orders of the batches wait with the batches themselves. */
export interface ProgrammeOrder {
  readonly programme: string;
  readonly batches: readonly ProgrammeBatch[];
  readonly rules: ProgrammeRules;
  /** Task queues of the hosts that are watched. */
  readonly hosts: readonly Address[];
  /** Pause between two looks at the batches themselves, ms. */
  readonly reconcileMs: number;
  readonly pollMs: number;
}

/** Why a batch has not begun. `until`: when that is over by itself. */
export interface Why {
  readonly kind: 'note' | 'paused' | 'breach' | 'freeze' | 'dependency' | 'window' | 'inFlight' | 'order';
  readonly text: string;
  readonly until?: number;
}

const newTurn = (name: string): Turn => ({
  name,
  status: 'planned',
  begunAt: null,
  landedAt: null,
  halted: false,
  note: null,
});

export const newProgramme = ({ programme, batches, rules }: ProgrammeOrder): ProgrammeState => ({
  ...rules,
  programme,
  batches,
  turns: batches.map(({ name }) => newTurn(name)),
  paused: null,
  stopped: null,
  lookout: noLookout(),
  resumed: [],
  refused: [],
});

/**
 * The plan as it is now. A batch that has begun stays, whatever the plan says of it; one that was too late or lacked its order is tried
 * anew; freezes that people added while it ran stay.
 */
export const replanned = (state: ProgrammeState, { batches, rules }: ProgrammeOrder): ProgrammeState => {
  const begun = state.batches.filter(
    ({ name }) =>
      !batches.some((one) => one.name === name) && state.turns.some((one) => one.name === name && hasBegun(one)),
  );
  const all = [...begun, ...batches];
  const turnOf = (name: string): Turn => {
    const known = state.turns.find((turn) => turn.name === name) ?? newTurn(name);
    return known.status === 'planned' || known.status === 'tooLate'
      ? { ...known, status: 'planned', note: null }
      : known;
  };
  const live = state.freezes.filter(({ id, by }) => by !== undefined && !rules.freezes.some((one) => one.id === id));
  const freezes = [...rules.freezes, ...live].sort((a, b) => a.from - b.from);
  return { ...state, ...rules, freezes, batches: all, turns: all.map(({ name }) => turnOf(name)) };
};

export const hasBegun = ({ status }: Turn): boolean => status !== 'planned' && status !== 'tooLate';
/** What stands on staging, or may. */
export const isInFlight = ({ status }: Turn): boolean =>
  status === 'beginning' || status === 'running' || status === 'gone';
const hasLanded = ({ status }: Turn): boolean => status === 'holding' || status === 'over';

export const isProgrammeOver = (state: ProgrammeState): boolean => state.turns.every(({ status }) => status === 'over');

/** Why nothing new begins in any batch, or none. */
export const haltsOf = (state: ProgrammeState, now: number): readonly Why[] => {
  const until = frozenUntil(state.freezes, now);
  const freezes = freezesAt(state.freezes, now);
  return [
    ...(state.paused
      ? [{ kind: 'paused' as const, text: `${state.paused.by} paused the programme: ${state.paused.why}` }]
      : []),
    ...(state.stopped
      ? [{ kind: 'breach' as const, text: `stop-wave: ${state.stopped.breaches.map(breachWords).join('; ')}` }]
      : []),
    ...(until !== null
      ? [
          {
            kind: 'freeze' as const,
            text: `frozen until ${minuteOf(until)}: ${freezes.map(({ why }) => why).join('; ')}`,
            until,
          },
        ]
      : []),
  ];
};

/** When a batch may begin at the earliest, by its first window; null where nothing holds it back. */
export const beginsFrom = ({ windows }: ProgrammeBatch, leadMs: number | null): number | null => {
  const opens = windows.flatMap((window) => (window ? [window.opensAt] : []));
  return leadMs === null || opens.length === 0 ? null : Math.min(...opens) - leadMs;
};

/** Why this one cannot begin now, were there a seat for it. */
const ownReasons = (state: ProgrammeState, batch: ProgrammeBatch, turn: Turn, now: number): readonly Why[] => {
  const missing = batch.after.filter((name) => !state.turns.some((one) => one.name === name && hasLanded(one)));
  const from = beginsFrom(batch, state.leadMs);
  return [
    ...(turn.note === null ? [] : [{ kind: 'note' as const, text: turn.note }]),
    ...(missing.length === 0
      ? []
      : [{ kind: 'dependency' as const, text: `comes after ${missing.join(', ')}, not landed yet` }]),
    ...(from === null || from <= now
      ? []
      : [
          {
            kind: 'window' as const,
            text: `its first window is far off: it begins from ${minuteOf(from)}`,
            until: from,
          },
        ]),
  ];
};

export interface Turns {
  /** Batches that begin now, in order. */
  readonly begin: readonly string[];
  /** Everyone else that has not begun, with all that holds it back. */
  readonly waits: readonly { readonly name: string; readonly why: readonly Why[] }[];
}

/**
 * Whose turn it is. Seats go to batches in the order of the programme; one that cannot use its seat yet lets those behind it go first.
 */
export const turnsNow = (state: ProgrammeState, now: number): Turns => {
  const halts = haltsOf(state, now);
  const flying = state.turns.filter(isInFlight);
  const begin: string[] = [];
  const waits: { name: string; why: readonly Why[] }[] = [];
  const able: string[] = [];
  for (const batch of state.batches) {
    const turn = state.turns.find(({ name }) => name === batch.name);
    if (!turn || hasBegun(turn)) continue;
    const own = ownReasons(state, batch, turn, now);
    const free = state.inFlight - flying.length - begin.length > 0;
    const busy: readonly Why[] = free
      ? []
      : [
          {
            kind: 'inFlight',
            text: `${state.inFlight} in flight at most: ${[...flying.map(({ name }) => name), ...begin].join(', ')}`,
          },
        ];
    const behind: readonly Why[] =
      able.length === 0 ? [] : [{ kind: 'order', text: `behind ${able.at(-1)} in the order` }];
    if (own.length === 0 && halts.length === 0 && free) begin.push(batch.name);
    else waits.push({ name: batch.name, why: [...own, ...halts, ...(own.length === 0 ? [...busy, ...behind] : [])] });
    if (own.length === 0 && !begin.includes(batch.name)) able.push(batch.name);
  }
  return { begin, waits };
};

/** When something changes by itself: a freeze, or a batch that may begin then. */
export const nextProgrammeMoment = (state: ProgrammeState, now: number): number | null => {
  const begins = state.batches.flatMap((batch) => {
    const turn = state.turns.find(({ name }) => name === batch.name);
    const from = beginsFrom(batch, state.leadMs);
    return turn?.status === 'planned' && from !== null && from > now ? [from] : [];
  });
  const freeze = nextFreezeMoment(state.freezes, now);
  const ahead = [...begins, ...(freeze === null ? [] : [freeze])];
  return ahead.length === 0 ? null : Math.min(...ahead);
};

const amendTurn = (state: ProgrammeState, name: string, change: Partial<Turn>): ProgrammeState => ({
  ...state,
  turns: state.turns.map((turn) => (turn.name === name ? { ...turn, ...change } : turn)),
});

export const begun = (state: ProgrammeState, name: string, now: number): ProgrammeState =>
  amendTurn(state, name, { status: 'beginning', begunAt: now, note: null });

/** Its order is nowhere to be found. */
export const notBegun = (state: ProgrammeState, name: string, note: string): ProgrammeState =>
  amendTurn(state, name, { status: 'planned', begunAt: null, note });

export const halted = (state: ProgrammeState, name: string, isHalted: boolean): ProgrammeState =>
  amendTurn(state, name, { halted: isHalted });

/** What the order of a batch tells of the batch it gave its id to. */
export interface BatchReport {
  readonly batch: string;
  readonly told: 'started' | 'found' | 'tooLate' | 'over' | 'gone';
  readonly said: string;
}

const landed = (state: ProgrammeState, turn: Turn, status: 'holding' | 'over', now: number): ProgrammeState =>
  amendTurn(state, turn.name, {
    status,
    landedAt: turn.landedAt ?? now,
    note: null,
    // One that holds may have been stopped before it landed, and is let go when the others are.
    halted: status === 'holding' && turn.halted,
  });

const GONE =
  'Its run was ended from outside; what stands in the estate is unknown. Start it by hand to take its VMs up.';

/** Takes a report; it may come twice, late, or be anything that a person typed. */
export const hearBatch = (state: ProgrammeState, report: BatchReport, now: number): ProgrammeState => {
  const turn = state.turns.find(({ name }) => name === report?.batch);
  if (!turn || turn.status === 'over') return state;
  switch (report.told) {
    case 'started':
    case 'found':
      return turn.status === 'beginning' || turn.status === 'planned'
        ? amendTurn(state, turn.name, { status: 'running', begunAt: turn.begunAt ?? now, note: null })
        : state;
    case 'tooLate':
      return turn.status === 'beginning'
        ? amendTurn(state, turn.name, { status: 'tooLate', begunAt: null, note: String(report.said) })
        : state;
    case 'over':
      return landed(state, turn, 'over', now);
    case 'gone':
      return amendTurn(state, turn.name, { status: 'gone', note: GONE });
    default:
      return state;
  }
};

/**
 * What a look at the batch itself says.
 *
 * - `run`      of the batch; `none`: there is no such run
 * - `landed`   all its VMs have left staging; null where nobody could tell
 * - `waiting`  its order waits to be told to begin
 */
export interface BatchSeen {
  readonly name: string;
  readonly run: 'none' | 'running' | 'completed' | 'gone';
  readonly landed: boolean | null;
  readonly waiting: boolean;
}

const LOST = 'Its order is not there. Give `tranship programme start` again, which hands it in anew.';

const see = (state: ProgrammeState, { name, run, landed: down, waiting }: BatchSeen, now: number): ProgrammeState => {
  const turn = state.turns.find((one) => one.name === name);
  if (!turn || turn.status === 'over') return state;
  switch (run) {
    case 'completed':
      return landed(state, turn, 'over', now);
    case 'gone':
      return turn.status === 'gone' ? state : amendTurn(state, name, { status: 'gone', note: GONE });
    case 'none':
      return turn.status === 'beginning' && !waiting ? notBegun(state, name, LOST) : state;
    default:
      if (down === true) return turn.status === 'holding' ? state : landed(state, turn, 'holding', now);
      if (down === null && turn.status === 'holding') return state;
      return turn.status === 'running'
        ? state
        : amendTurn(state, name, { status: 'running', begunAt: turn.begunAt ?? now, note: null });
  }
};

/** Puts right what no report told: a batch that began by hand, landed, came to its end, or is gone. */
export const seeBatches = (state: ProgrammeState, seen: readonly BatchSeen[], now: number): ProgrammeState =>
  seen.reduce((next, one) => see(next, one, now), state);

/** Stops the wave where something is beyond its limit; a breach that comes on top changes what a person has to look at. */
export const judgeWave = (state: ProgrammeState, now: number): ProgrammeState => {
  const breaches = state.stopWave ? breachesIn(state.lookout, state.stopWave) : [];
  const known = state.stopped?.breaches ?? [];
  const key = ({ host, metric, of }: Breach): string => `${host} ${metric} ${of ?? ''}`;
  const fresh = breaches.filter((one) => !known.some((other) => key(other) === key(one)));
  if (fresh.length === 0 && !state.stopped) return state;
  const all = [...known, ...fresh];
  const beyond = state.lookout.streaks.map(({ host, metric, of }) => ({ host, metric, of }));
  const fingerprint = fingerprintOf({
    breaches: all.map(({ host, metric, of, since }) => ({ host, metric, of, since })),
    beyond,
  });
  return { ...state, stopped: { at: state.stopped?.at ?? now, breaches: all, fingerprint } };
};

/** Why a person may not go on after a breach, or null. */
export const refuseResumeWave = (state: ProgrammeState, came: unknown): string | null => {
  const { by, comment, fingerprint } = (came ?? {}) as Partial<WaveResumed>;
  if (typeof by !== 'string' || by.trim() === '' || typeof comment !== 'string' || comment.trim() === '')
    return 'To go on is {"by": your name, "comment": why it is safe, "fingerprint": of the figures you saw}.';
  if (!state.stopped) return 'Nothing is beyond its limit: the wave goes on.';
  if (fingerprint !== state.stopped.fingerprint)
    return `What you saw (${typed(fingerprint)}) is not what is there now (${state.stopped.fingerprint}). Look again, then decide.`;
  const approvers = state.stopWave?.approvers ?? [];
  return approvers.length > 0 && !approvers.includes(by)
    ? `${by} may not resume the wave. Approvers: ${approvers.join(', ')}.`
    : null;
};

export const resumedWave = (
  state: ProgrammeState,
  { by, comment, fingerprint }: WaveResumed,
  now: number,
): ProgrammeState => ({
  ...state,
  stopped: null,
  lookout: acknowledged(state.lookout, now),
  resumed: [
    ...state.resumed.slice(-49),
    { by, comment, fingerprint, at: now, breaches: (state.stopped?.breaches ?? []).map(breachWords) },
  ],
});

export const refusedIn = (state: ProgrammeState, what: string, why: string, at: number): ProgrammeState => ({
  ...state,
  refused: [...state.refused.slice(-9), { what, why, at }],
});

/** `2 in flight · 1 holding · 3 of 30 over` */
export const programmeCounts = ({ turns }: Pick<ProgrammeState, 'turns'>): string => {
  const holding = turns.filter(({ status }) => status === 'holding').length;
  return [
    `${turns.filter(isInFlight).length} in flight`,
    ...(holding > 0 ? [`${holding} holding`] : []),
    `${turns.filter(({ status }) => status === 'over').length} of ${turns.length} ${turns.length === 1 ? 'batch' : 'batches'} over`,
  ].join(' · ');
};
