/** When what happened, all on the one clock of the workflow (ms). */

export const MARKS = [
  'stopOfService',
  'lastDelta',
  'cutOver',
  'boot',
  'connected',
  'checksPassed',
  'rolledBack',
] as const;
export type Mark = (typeof MARKS)[number];

export interface LedgerEntry {
  readonly hop: number;
  readonly mark: Mark;
  readonly at: number;
}

export interface HumanWait {
  readonly gate: string;
  readonly hop: number;
  readonly from: number;
  readonly to: number;
}

export interface Ledger {
  readonly entries: LedgerEntry[];
  readonly waits: HumanWait[];
  /** `from`, `at`: when the round was asked for and seen to have ended. Journeys of earlier versions have none. */
  readonly bytes: { hop: number; round: number; moved: number | null; at?: number; from?: number }[];
}

export const newLedger = (): Ledger => ({ entries: [], waits: [], bytes: [] });

const ENDS: readonly Mark[] = ['checksPassed', 'rolledBack'];

/**
 * Outage of a hop in ms, over all its attempts: each from the stop of service to the passed checks or the rollback after it, the last
 * one so far; null before the first began. A stop while the VM is down is no new one.
 */
export const outageOf = (ledger: Ledger, hop: number, now: number): number | null => {
  let sum: number | null = null;
  let downSince: number | null = null;
  for (const { mark, at } of ledger.entries.filter((entry) => entry.hop === hop)) {
    if (mark === 'stopOfService') {
      downSince ??= at;
      sum ??= 0;
    }
    if (ENDS.includes(mark) && downSince !== null) {
      sum = (sum ?? 0) + at - downSince;
      downSince = null;
    }
  }
  return downSince === null ? sum : (sum ?? 0) + now - downSince;
};

/** Since when the VM is down in this hop, ms; null while it serves. */
export const downSince = (ledger: Ledger, hop: number): number | null => {
  let since: number | null = null;
  for (const { mark, at } of ledger.entries.filter((entry) => entry.hop === hop)) {
    if (mark === 'stopOfService') since ??= at;
    if (ENDS.includes(mark)) since = null;
  }
  return since;
};

/** Sum of the outages of all hops, ms. */
export const totalOutage = (ledger: Ledger, hops: number, now: number): number =>
  Array.from({ length: hops }, (_, i) => outageOf(ledger, i + 1, now) ?? 0).reduce((a, b) => a + b, 0);

/** Bytes of the full copy and of all later rounds of a hop; null where no product told. */
export const movedOf = (
  ledger: Ledger,
  hop: number,
): { readonly full: number | null; readonly delta: number | null } => {
  const sum = (isFull: boolean): number | null => {
    const told = ledger.bytes.flatMap((each) =>
      each.hop === hop && (each.round === 0) === isFull && each.moved !== null ? [each.moved] : [],
    );
    return told.length === 0 ? null : told.reduce((all, moved) => all + moved, 0);
  };
  return { full: sum(true), delta: sum(false) };
};

/** Since the last copy of a hop that was seen to end, ms: a delta that the product made by itself may be younger. Null before the first. */
export const copyAgeOf = (ledger: Ledger, hop: number, now: number): number | null => {
  const ends = ledger.bytes.flatMap((each) => (each.hop === hop && each.at !== undefined ? [each.at] : []));
  return ends.length === 0 ? null : now - Math.max(...ends);
};

/** How long people were waited for at gates, ms; `openedAt` is of the gate that waits now. */
export const humanWaitOf = (ledger: Ledger, openedAt: number | undefined, now: number): number =>
  ledger.waits.reduce((sum, { from, to }) => sum + to - from, 0) + (openedAt === undefined ? 0 : now - openedAt);
