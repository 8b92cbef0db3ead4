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
  readonly bytes: { hop: number; round: number; moved: number | null }[];
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

/** Sum of the outages of all hops, ms. */
export const totalOutage = (ledger: Ledger, hops: number, now: number): number =>
  Array.from({ length: hops }, (_, i) => outageOf(ledger, i + 1, now) ?? 0).reduce((a, b) => a + b, 0);
