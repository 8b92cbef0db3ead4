import type { Capabilities } from '../../domain/capability.ts';
import type { Finding } from '../../domain/finding.ts';
import type { VmDescription } from '../../domain/vm.ts';

/** What one queue says before a hop. `description` where the VM runs there; `capabilities` from movers. */
export interface PreflightReport {
  /** The product's own version text. */
  readonly productVersion: string;
  readonly agentVersion: string;
  readonly findings: readonly Finding[];
  readonly description?: VmDescription;
  readonly capabilities?: Capabilities;
}

/** A validation: `passed` is the ids that were looked at and are well. */
export interface CheckReport {
  readonly passed: readonly string[];
  readonly findings: readonly Finding[];
}
