import type { Row } from './oracle-sabotage.ts';
import { conductSabotages } from './oracle-sabotages-conduct.ts';
import { identitySabotages } from './oracle-sabotages-identity.ts';
import { nameSabotages } from './oracle-sabotages-names.ts';

/** Runs that are right but for one thing. */
export const sabotages: readonly Row[] = [...identitySabotages, ...nameSabotages, ...conductSabotages];
