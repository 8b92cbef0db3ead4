/** Groups that wait for each other's room on staging. Pure. */

import { type LeaseTable, setRules, type Waiter } from './capacity.ts';
import { counted } from './counted.ts';
import type { CheckFinding, Flagged } from './daily-check.ts';

/** VMs that cut over together: none of them gives its room back before all of them have had theirs. */
export interface Tangled {
  /** `db of wave-1` */
  readonly team: string;
  /** How many of it have room. */
  readonly holding: number;
  /** Holders of it that are in line for room. */
  readonly waiting: readonly string[];
}

const isRoom = ({ purpose }: Waiter): boolean => purpose === 'staging';

/**
 * The teams that can never be whole: each has room, or will have, and would not get the rest even when everybody who goes on by itself
 * had given his back. `teamOf` a holder; null for one that is decided on alone.
 */
export const tangled = (table: LeaseTable, teamOf: (holder: string) => string | null): readonly Tangled[] => {
  const nameOf = ({ holder }: Waiter): string => teamOf(holder) ?? holder;
  const isIn =
    (teams: ReadonlySet<string>) =>
    (one: Waiter): boolean =>
      isRoom(one) && teams.has(nameOf(one));
  const inLine = new Set(table.waiting.filter(isRoom).map(nameOf));
  let line: LeaseTable = { ...table, held: table.held.filter(isIn(inLine)), waiting: table.waiting.filter(isRoom) };
  for (;;) {
    const { table: served, granted } = setRules(line, line.limits, 0);
    const stuck = new Set(served.waiting.map(nameOf));
    line = { ...served, held: served.held.filter(isIn(stuck)) };
    if (granted.length === 0 && line.held.length === served.held.length) break;
  }
  const of = (team: string, all: readonly Waiter[]): readonly string[] =>
    all.filter((one) => isRoom(one) && teamOf(one.holder) === team).map(({ holder }) => holder);
  const held = new Set(line.held.map(nameOf));
  return [...new Set(line.waiting.flatMap(({ holder }) => teamOf(holder) ?? []))]
    .filter((team) => held.has(team))
    .map((team): Tangled => ({ team, holding: of(team, table.held).length, waiting: of(team, table.waiting) }));
};

/** One finding for all of them; null where nobody is tangled. */
export const tangleFinding = (teams: readonly Tangled[]): CheckFinding | null => {
  if (teams.length === 0) return null;
  const shares = teams.map(
    ({ team, holding, waiting }) => `${team} (${counted(holding, 'VM')} there, ${waiting.length} in line)`,
  );
  return {
    ...{ id: 'DC-07', severity: 'block', subject: 'room on staging', owner: null },
    message: `${shares.join(', ')}: a group gives its room back only when all of it is there, and what is left is too little for the next in line`,
    fix: 'Take VMs in line out of one of them (tranship defer VM --to BATCH), or raise policies.seats and give the plan again: tranship start BATCH.',
  };
};

/** What those in line are told: they stand still, though they wait for their turn. */
export const flaggedInLine = (finding: CheckFinding, step: string | null): Flagged => ({
  ...{ flag: 'Stalled', why: finding.message, step, openedAt: null },
});
