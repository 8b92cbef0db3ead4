/** The register of every preflight and validation id: who looks at it, who answers for it, or why nobody does. U §2, §3 */

import { AFTER_ARRIVAL } from './checks/arrived.ts';
import { OF_THE_BACKUP } from './checks/backup.ts';
import { type AttestingGate, type Check, MAIN_PATH, type Path } from './checks/check.ts';
import { OF_THE_GUEST } from './checks/guest.ts';
import { AFTER_LANDING } from './checks/landed.ts';
import { OF_THE_PROJECT } from './checks/project.ts';
import { OF_THE_SOURCE } from './checks/source.ts';
import { OF_STAGING } from './checks/staging.ts';
import { OF_THE_TARGET } from './checks/target.ts';

export type { AttestingGate, Check, Path, Place, Standing } from './checks/check.ts';
export { MAIN_PATH, PLACES } from './checks/check.ts';

/** In the order of a migration. */
export const SECTIONS: readonly { readonly name: string; readonly checks: readonly Check[] }[] = [
  { name: 'Project', checks: OF_THE_PROJECT },
  { name: 'Source', checks: OF_THE_SOURCE },
  { name: 'Guest', checks: OF_THE_GUEST },
  { name: 'Staging host', checks: OF_STAGING },
  { name: 'Backup', checks: OF_THE_BACKUP },
  { name: 'Azure and Azure Local', checks: OF_THE_TARGET },
  { name: 'After hop 1, and again after hop 2', checks: AFTER_LANDING },
  { name: 'After hop 2', checks: AFTER_ARRIVAL },
];

export const CHECKS: readonly Check[] = SECTIONS.flatMap(({ checks }) => checks);

const isOf = (check: Check, paths: readonly Path[]): boolean => check.paths.some((path) => paths.includes(path));

export const isMainPathBlocker = (check: Check): boolean => check.severity === 'block' && isOf(check, MAIN_PATH);

/** Whoever signs off answers for the landing again. */
const ANSWERS: Readonly<Record<AttestingGate, readonly AttestingGate[]>> = {
  cutover: ['cutover'],
  go: ['go'],
  signOff: ['go', 'signOff'],
};

/**
 * What whoever opens a gate of the main path answers for, each question once. `paths` narrows it to some of the path: at hop 2
 * nobody need be asked about the backup of hop 1 (`['2']`).
 */
export const attestedQuestions = (
  gate: AttestingGate = 'cutover',
  paths: readonly Path[] = MAIN_PATH,
): readonly string[] => [
  ...new Set(
    CHECKS.filter((check) => isOf(check, paths)).flatMap(({ standing }) =>
      standing.kind === 'attested' && ANSWERS[gate].includes(standing.gate) ? [standing.question] : [],
    ),
  ),
];
