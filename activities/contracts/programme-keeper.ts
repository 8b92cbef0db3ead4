import type { BatchSeen } from '../../domain/programme-progress.ts';

/** What a programme asks of the orchestrator's own Temporal client. Touches no product. */
export interface ProgrammeKeeper {
  /** How these batches stand, each by its own answer and by the phases visibility shows of its VMs. */
  batchesSeen(ask: { readonly programme: string; readonly batches: readonly string[] }): Promise<readonly BatchSeen[]>;
  /**
   * Stops a batch that runs, or lets it go on. One that a person stopped stays as that person left it. `told` false: it runs no more, or
   * is not ours to resume.
   */
  haltBatch(ask: {
    readonly programme: string;
    readonly batch: string;
    /** Null lets it go on. */
    readonly why: string | null;
  }): Promise<{ readonly told: boolean }>;
}
