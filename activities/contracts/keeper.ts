import type { MemberReport, MemberSeen, Membership } from '../../domain/batch.ts';
import type { LeaseRequest, Purpose } from '../../domain/capacity.ts';
import type { Waiting } from '../../domain/capacity-words.ts';

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

export interface LeaseAsk extends LeaseRequest {
  readonly programme: string;
  /** Is told when there is room on staging at once. */
  readonly batch?: string;
}

export interface GiveBack {
  readonly programme: string;
  readonly holder: string;
  readonly purposes: readonly Purpose[];
}

/** What a member tells its batch; `gives` is what it gives back with the same breath. */
export interface BatchWord {
  readonly batch: string;
  readonly report: MemberReport;
  readonly gives?: GiveBack;
}

export interface Keeper {
  /**
   * Asks the capacity workflow. `granted` says that nothing of it waits; what does is in line, and told by signal later. An answer
   * of the first version names nothing that waits: it is the room on staging.
   */
  lease(ask: LeaseAsk): Promise<{ readonly granted: boolean; readonly waiting?: readonly Waiting[] }>;
  release(ask: GiveBack): Promise<{ readonly released: true }>;
  /** Tells a batch; `told` false means that it runs no more, which changes nothing for the member. */
  tell(word: BatchWord): Promise<{ readonly told: boolean }>;
  /** Which of these VMs have a record that says they have moved. */
  moved(ask: { readonly programme: string; readonly vms: readonly string[] }): Promise<readonly string[]>;
  /** Whether these migrations still run, and the phase visibility shows of each. */
  look(ids: readonly string[]): Promise<readonly MemberSeen[]>;
  /** Of which batch a running migration is, as it says itself. */
  membership(id: string): Promise<Membership>;
  /** Which of these task queues no worker polls now; answered by the Temporal server itself, one call for all. */
  unserved(queues: readonly string[]): Promise<readonly string[]>;
  /** Writes the record; writing it again replaces it by the same. */
  keepRecord(record: JourneyRecord): Promise<{ readonly kept: string }>;
}
