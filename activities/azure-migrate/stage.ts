import type { Item } from './items.ts';

/**
 * How far an item is, from its protection state and the jobs it allows. States are open-ended texts: one we do not know is `busy`.
 * `ready` is decided by the allowed jobs, not by the state alone. A §1.4
 */
export type Stage =
  | 'enabling'
  | 'enableFailed'
  | 'copying'
  | 'copyFailed'
  | 'ready'
  | 'failingOver'
  | 'failoverFailed'
  | 'failedOver'
  | 'removing'
  | 'removeFailed'
  | 'busy';

const BY_STATE: Readonly<Record<string, Stage>> = {
  unprotectedstatesbegin: 'enabling',
  enablingprotection: 'enabling',
  enablingfailed: 'enableFailed',
  disablingprotection: 'removing',
  markedfordeletion: 'removing',
  unprotectedstatesend: 'removing',
  disablingfailed: 'removeFailed',
  initialreplicationfailed: 'copyFailed',
  plannedfailovertransitionstatesbegin: 'failingOver',
  plannedfailoverinitiated: 'failingOver',
  plannedfailovercompleting: 'failingOver',
  plannedfailovercompleted: 'failedOver',
  plannedfailovertransitionstatesend: 'failedOver',
  plannedfailoverfailed: 'failoverFailed',
  plannedfailovercompletionfailed: 'failoverFailed',
};

export const stageOf = (item: Item): Stage => {
  const state = item.state.toLowerCase();
  const known = BY_STATE[state];
  if (known) return known;
  if (item.allowed.includes('PlannedFailover')) return 'ready';
  if (state.startsWith('initialreplication')) return 'copying';
  if (state.startsWith('commitfailover')) return 'failedOver';
  return 'busy';
};

/** Whether Azure would take a planned failover now. `Restart` is what it offers after a failed one. A §1.3g */
export const mayFailOver = (item: Item): boolean =>
  item.allowed.includes('PlannedFailover') || item.allowed.includes('Restart');
