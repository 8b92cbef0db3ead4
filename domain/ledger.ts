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

/** Outage of a hop in ms: from the last observed stop of service to the passed checks after it, or so far; null before it began. */
export const outageOf = (ledger: Ledger, hop: number, now: number): number | null => {
  const ofHop = ledger.entries.filter((e) => e.hop === hop);
  const stop = ofHop.filter((e) => e.mark === 'stopOfService').at(-1);
  if (!stop) return null;
  const end = ofHop.find((e) => e.at >= stop.at && (e.mark === 'checksPassed' || e.mark === 'rolledBack'));
  return (end?.at ?? now) - stop.at;
};

/** Sum of the outages of all hops, ms. */
export const totalOutage = (ledger: Ledger, hops: number, now: number): number =>
  Array.from({ length: hops }, (_, i) => outageOf(ledger, i + 1, now) ?? 0).reduce((a, b) => a + b, 0);
