import type { GateName } from '../gate-policy.ts';

/**
 * V Veeam · H HYCU · C Commvault · D deploy first (Carbonite) · A other deploy-first methods · X VMware directly ·
 * 2 the hop by Azure Migrate behind V, H and C. U §2
 */
export type Path = 'V' | 'H' | 'C' | 'D' | 'A' | 'X' | '2';

export const ALL: readonly Path[] = ['V', 'H', 'C', 'D', 'A', 'X', '2'];

/** The path that is built: AHV by Veeam to Hyper-V, then by Azure Migrate to Azure Local. */
export const MAIN_PATH: readonly Path[] = ['V', '2'];

/** Who looks: a driver, the reader of the plan, or the workflow itself. */
export const PLACES = ['ahv', 'veeam', 'hyper-v', 'azure-migrate', 'azure-local', 'guest', 'plan', 'workflow'] as const;
export type Place = (typeof PLACES)[number];

/** Gates whose evidence carries questions: what must hold before an outage, on staging, and at the end. */
export type AttestingGate = Extract<GateName, 'cutover' | 'go' | 'signOff'>;

/**
 * - `done`      the places look. Each reports it under its id, or `how` says what makes it so
 * - `attested`  whoever opens the gate answers for it; `inPart` are the places that look at some of it
 * - `absent`    nobody looks
 */
export type Standing =
  | { readonly kind: 'done'; readonly where: readonly Place[]; readonly how: string | null }
  | {
      readonly kind: 'attested';
      readonly gate: AttestingGate;
      readonly question: string;
      readonly inPart: readonly Place[];
    }
  | { readonly kind: 'absent'; readonly reason: string };

/** `severity` is the graver of what the checklist and the driver say; a driver is milder where it mends the matter itself. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly severity: 'block' | 'warn';
  readonly paths: readonly Path[];
  readonly standing: Standing;
}

export const done = (...where: readonly Place[]): Standing => ({ kind: 'done', where, how: null });

export const byNature = (where: Place, how: string): Standing => ({ kind: 'done', where: [where], how });

export const attested = (gate: AttestingGate, question: string, ...inPart: readonly Place[]): Standing => ({
  kind: 'attested',
  gate,
  question,
  inPart,
});

export const absent = (reason: string): Standing => ({ kind: 'absent', reason });

type Row = (id: string, title: string, paths: readonly Path[], standing: Standing) => Check;

export const blocks: Row = (id, title, paths, standing) => ({ id, title, severity: 'block', paths, standing });
export const warns: Row = (id, title, paths, standing) => ({ id, title, severity: 'warn', paths, standing });
