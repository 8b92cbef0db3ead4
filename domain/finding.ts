/** What a preflight or a validation found. Ids are those of docs/checks.md (`PF-303`, `V1-11`). */

export type Severity = 'block' | 'warn' | 'info';

export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** What was looked at: a VM, a host, a network. */
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
  /** Counted from 1, where it is about one hop of a path. */
  readonly hop?: number;
}

export const blockers = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter((f) => f.severity === 'block');
