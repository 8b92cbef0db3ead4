import type { ProgrammeState, Turn } from './programme.ts';
import { isSayable } from './said.ts';
import { typed } from './typed.ts';

const amendTurn = (state: ProgrammeState, name: string, change: Partial<Turn>): ProgrammeState => ({
  ...state,
  turns: state.turns.map((turn) => (turn.name === name ? { ...turn, ...change } : turn)),
});

export const begun = (state: ProgrammeState, name: string, now: number): ProgrammeState =>
  amendTurn(state, name, { status: 'beginning', begunAt: now, note: null });

const LOST = 'Its order is not there. Give `tranship programme start` again, which hands it in anew.';

/** Its order is nowhere to be found. */
export const notBegun = (state: ProgrammeState, name: string): ProgrammeState =>
  amendTurn(state, name, { status: 'planned', begunAt: null, note: LOST });

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

/** Our own words, unless a person typed something else. */
const saidOf = (said: unknown): string => (typeof said === 'string' && isSayable(said) ? said : typed(said));

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
        ? amendTurn(state, turn.name, { status: 'tooLate', begunAt: null, note: saidOf(report.said) })
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

const see = (state: ProgrammeState, { name, run, landed: down, waiting }: BatchSeen, now: number): ProgrammeState => {
  const turn = state.turns.find((one) => one.name === name);
  if (!turn || turn.status === 'over') return state;
  switch (run) {
    case 'completed':
      return landed(state, turn, 'over', now);
    case 'gone':
      return turn.status === 'gone' ? state : amendTurn(state, name, { status: 'gone', note: GONE });
    case 'none':
      return turn.status === 'beginning' && !waiting ? notBegun(state, name) : state;
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
