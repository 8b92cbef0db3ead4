/** Where a migration stands. One phase at a time; flags stand beside it. */

export const PHASES = [
  'Planned',
  'Checking',
  'Queued',
  'Seeding',
  'Syncing',
  'Rehearsing',
  'AwaitingCutover',
  'CuttingOver',
  'Validating',
  'AwaitingGo',
  'Committing',
  'OnStaging',
  'AwaitingSignOff',
  'Holding',
  'AwaitingDecommission',
  'Decommissioned',
  'RollingBack',
  'RolledBack',
  'Cancelled',
  'Ejected',
] as const;

export type Phase = (typeof PHASES)[number];

/** Phases a migration ends in. */
export const ENDS: readonly Phase[] = ['Decommissioned', 'RolledBack', 'Cancelled', 'Ejected'];

export const FLAGS = [
  'Parked',
  'Paused',
  'Stalled',
  'Lagging',
  'NeedsReverify',
  'PastDeadline',
  'WaitingCapacity',
] as const;

export type Flag = (typeof FLAGS)[number];
