import type { Address } from './address.ts';
import type { Freeze } from './freeze.ts';
import { type Refused, withRefused } from './refused.ts';
import { type Breach, type Lookout, noLookout, type StopWaveRules } from './stop-wave.ts';
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
  readonly refused: readonly Refused[];
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

export const isProgrammeOver = (state: ProgrammeState): boolean => state.turns.every(({ status }) => status === 'over');

export const refusedIn = (state: ProgrammeState, what: string, why: string, at: number): ProgrammeState => ({
  ...state,
  refused: withRefused(state.refused, { what, why, at }),
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
