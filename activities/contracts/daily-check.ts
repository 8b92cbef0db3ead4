import type { Address } from '../../domain/address.ts';
import type { CheckFinding, CheckReport } from '../../domain/daily-check.ts';
import type { VmRef } from '../../domain/vm.ts';
import type { PreflightMover } from './mover.ts';
import type { PlatformPreflight } from './platform.ts';

/** One product instance that is asked how it is; `borrowed` are names of the VM that lends itself to the question. */
export interface ProductQuestion {
  readonly to: Address;
  readonly inquiry:
    | { readonly of: 'platform'; readonly order: PlatformPreflight }
    | { readonly of: 'mover'; readonly order: PreflightMover };
  readonly borrowed: readonly string[];
}

export interface DailyCheckOrder {
  readonly programme: string;
  readonly noProgressMs: number;
  readonly questions: readonly ProductQuestion[];
}

/** A source that must be off. */
export interface FencedSource {
  readonly to: Address;
  readonly vm: VmRef;
  readonly name: string;
  readonly batch: string;
  readonly owner: string;
}

export interface Survey {
  readonly at: number;
  readonly vms: number;
  readonly findings: readonly CheckFinding[];
  readonly fenced: readonly FencedSource[];
}

export interface Surveyor {
  /** Looks at every migration of a programme that runs, and tells those that stand still. Touches no product. */
  survey(order: Pick<DailyCheckOrder, 'programme' | 'noProgressMs'>): Promise<Survey>;
  /** Writes the report next to the records, and keeps the one before. */
  keepCheck(report: CheckReport): Promise<{ readonly kept: string }>;
}
