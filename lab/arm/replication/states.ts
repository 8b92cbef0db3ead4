import type { ItemRecord, JobError } from './records.ts';

/** What the service says of each state. A §1.4 */
const descriptions: Readonly<Record<string, string>> = {
  EnablingProtection: 'Enabling protection',
  EnablingFailed: "Protection couldn't be enabled",
  DisablingProtection: 'Disabling protection',
  MarkedForDeletion: 'Marked for deletion',
  DisablingFailed: "Protection couldn't be disabled",
  InitialReplicationInProgress: 'Initial replication in progress',
  InitialReplicationCompletedOnPrimary: 'Initial replication completed on primary',
  InitialReplicationCompletedOnRecovery: 'Initial replication completed on recovery',
  InitialReplicationFailed: 'Initial replication failed',
  Protected: 'Protected',
  PlannedFailoverInitiated: 'Planned failover initiated',
  PlannedFailoverCompleting: 'Planned failover completing',
  PlannedFailoverCompleted: 'Planned failover completed',
  PlannedFailoverFailed: 'Planned failover failed',
  PlannedFailoverCompletionFailed: "Planned failover couldn't be completed",
};

export const describe = (state: string): string | null => descriptions[state] ?? null;

const allowed: Readonly<Record<string, readonly string[]>> = {
  EnablingFailed: ['DisableProtection'],
  InitialReplicationInProgress: ['DisableProtection'],
  InitialReplicationCompletedOnPrimary: ['DisableProtection'],
  InitialReplicationCompletedOnRecovery: ['DisableProtection'],
  InitialReplicationFailed: ['DisableProtection'],
  Protected: ['PlannedFailover', 'DisableProtection'],
  PlannedFailoverFailed: ['PlannedFailover', 'DisableProtection'],
  PlannedFailoverCompletionFailed: ['Restart', 'DisableProtection'],
  PlannedFailoverCompleted: ['CommitFailover', 'DisableProtection'],
  DisablingFailed: ['DisableProtection'],
};

/** Null before the service has looked at the item; nothing while a job or a resynchronisation has it. A §1.4 */
export const allowedJobs = (item: ItemRecord): readonly string[] | null => {
  if (item.protectionState === 'UnprotectedStatesBegin') return null;
  if (item.currentJob !== null) return [];
  if (item.resyncRequired) return ['DisableProtection'];
  return allowed[item.protectionState] ?? [];
};

/** Code 1001012, in which a job fails whose action the item's state forbids. A §1.6 */
export const forbidden = (item: ItemRecord, action: string): JobError => ({
  code: '1001012',
  message: `The protected item ${item.name} of replication provider type 4de0fddc-bdfe-40d9-b60e-678bdce89630 can not ${action} in the state of state.`,
  causes: `The protected item is in a state which doesn't support ${action}.`,
  recommendation: 'Resolve the issue and retry the operation.',
});
