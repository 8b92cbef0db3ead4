import type { Amounts } from '../../domain/capacity.ts';

/** What is left of a migration when Temporal has forgotten it: one file a journey. */
export interface JourneyRecord {
  readonly journey: string;
  readonly programme: string;
  readonly name: string;
  /** The phase it ended in. */
  readonly end: string;
  /** The last view, as the query answered it: ledger, decisions, commands, findings. */
  readonly view: unknown;
}

export interface LeaseAsk {
  readonly programme: string;
  readonly holder: string;
  readonly amounts: Amounts;
}

export interface Keeper {
  /** Asks the capacity workflow; `granted` false means: in line, and told by signal later. */
  lease(ask: LeaseAsk): Promise<{ readonly granted: boolean }>;
  release(ask: Omit<LeaseAsk, 'amounts'>): Promise<{ readonly released: true }>;
  /** Which of these task queues no worker polls now; answered by the Temporal server itself, one call for all. */
  unserved(queues: readonly string[]): Promise<readonly string[]>;
  /** Writes the record; writing it again replaces it by the same. */
  keepRecord(record: JourneyRecord): Promise<{ readonly kept: string }>;
}
