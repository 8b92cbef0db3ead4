import type { Attested, Expected } from '../../domain/attestation.ts';
import type { MemberGate } from '../../domain/batch.ts';
import type { MemberReport, MemberSeen, Membership } from '../../domain/batch-reports.ts';
import type { LeaseRequest, Purpose } from '../../domain/capacity.ts';
import type { Waiting } from '../../domain/capacity-words.ts';
import type { GroupHookEnd, GroupHookOrder } from '../../domain/group-hook.ts';
import type { Checkpoint } from './checkpoint.ts';

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
  /** Is written first. */
  readonly checkpoint?: Checkpoint;
}

export interface GiveBack {
  readonly programme: string;
  readonly holder: string;
  readonly purposes: readonly Purpose[];
  /** Is written first. */
  readonly checkpoint?: Checkpoint;
}

/** What a member tells its batch; `gives` is what it gives back with the same breath. */
export interface BatchWord {
  readonly batch: string;
  readonly report: MemberReport;
  readonly gives?: GiveBack;
  /** Is written first: what is told is known after a loss too. */
  readonly checkpoint?: Checkpoint;
}

export interface AttestAsk {
  /** Compact JWS, as the API signed it. */
  readonly attestation: string;
  /** What the gate that is open now demands. */
  readonly expected: Expected;
}

/** The gate of a member as it stands, which its batch is asked about. */
export interface VouchAsk {
  readonly batch: string;
  readonly member: string;
  readonly gate: Pick<MemberGate, 'hop' | 'fingerprint' | 'openedAt'>;
}

export interface JoinHook {
  /** `groupHookId` */
  readonly id: string;
  /** Workflow id of who comes. */
  readonly member: string;
  readonly order: GroupHookOrder;
}

export interface NotToStart {
  readonly vm: string;
  readonly why: string;
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
  /**
   * Which of these VMs must not begin at the beginning: an id alone has a record that says that it has moved; of the others it is said
   * why, for their service was touched by a run that is gone.
   */
  moved(ask: {
    readonly programme: string;
    readonly vms: readonly string[];
  }): Promise<readonly (string | NotToStart)[]>;
  /** Whether these migrations still run, and the phase visibility shows of each. */
  look(ids: readonly string[]): Promise<readonly MemberSeen[]>;
  /** Of which batch a running migration is, as it says itself. */
  membership(id: string): Promise<Membership>;
  /** Whether a batch says itself that it let this member through this gate, as it stands: what comes by signal may be anybody's. */
  vouch(ask: VouchAsk): Promise<{ readonly vouched: boolean; readonly by?: string }>;
  /** Which of these task queues no worker polls now; answered by the Temporal server itself, one call for all. */
  unserved(queues: readonly string[]): Promise<readonly string[]>;
  /** Brings a member to a hook that runs once for many, which it starts where nobody has. Its end where it has ended; null: it is told. */
  joinHook(ask: JoinHook): Promise<GroupHookEnd | null>;
  /** Writes the checkpoint of a journey in place of the one before. */
  keepCheckpoint(checkpoint: Checkpoint): Promise<{ readonly kept: string }>;
  /** Writes the record, which takes the place of the checkpoint; writing it again replaces it by the same. */
  keepRecord(record: JourneyRecord): Promise<{ readonly kept: string }>;
  /**
   * Whether the API signed this decision, for this gate, and its signature still holds. Says no in words, and never throws for what it
   * was given; whether it was used before is remembered by whoever asks.
   */
  attest(ask: AttestAsk): Promise<Attested>;
}
