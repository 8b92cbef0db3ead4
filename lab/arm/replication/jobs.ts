import { guidOf, newGuid } from '../guid.ts';
import { list, notFound, ok, refusal } from '../http/answers.ts';
import type { Route } from '../http/call.ts';
import { statusOf } from '../http/operations.ts';
import { isoOf, type Lab } from '../lab.ts';
import { replicationVersions } from './appliances.ts';
import type { ItemRecord, JobError, JobKind, JobRecord, JobWork, TaskRecord } from './records.ts';
import { isSigned, jobOf } from './signed-url.ts';

/** Names the service gives itself; stable since 2021. A §1.4 */
const providerIds = {
  replicationProviderId: '4de0fddc-bdfe-40d9-b60e-678bdce89630',
  sourceFabricProviderId: 'b35da11c-d69e-4220-9a90-d81ed93ad2fc',
  targetFabricProviderId: '22f00372-a1b7-467f-87ce-d95e17a6e7c7',
};

interface Kind {
  readonly displayName: string;
  readonly scenario: string;
  readonly objectType: 'ProtectedItem' | 'Policy' | 'ReplicationExtension';
  readonly tasks: readonly string[];
}

/** Display names and tasks as recorded; those of `initial` and `policy` and the scenarios other than EnableProtection are inferred. A §1.4, §8 */
export const kinds: Readonly<Record<JobKind, Kind>> = {
  enable: {
    displayName: 'Create or update protected item',
    scenario: 'EnableProtection',
    objectType: 'ProtectedItem',
    tasks: [
      'Creating or updating the protected item',
      'Initializing Protection',
      'Enabling Protection',
      'Starting Replication',
    ],
  },
  initial: {
    displayName: 'Complete initial replication',
    scenario: 'CompleteInitialReplication',
    objectType: 'ProtectedItem',
    tasks: ['Completing initial replication'],
  },
  update: {
    displayName: 'Update protected item',
    scenario: 'UpdateProtectedItem',
    objectType: 'ProtectedItem',
    tasks: ['Updating the protected item'],
  },
  failover: {
    displayName: 'Planned failover',
    scenario: 'PlannedFailover',
    objectType: 'ProtectedItem',
    tasks: [
      'Prerequisite check',
      'Turning off resource on primary',
      'Starting failover',
      'Preparing protected entities',
      'Turning on resource on recovery',
    ],
  },
  delete: {
    displayName: 'Delete protected item',
    scenario: 'DisableProtection',
    objectType: 'ProtectedItem',
    tasks: ['Prerequisite check', 'Deleting protected item'],
  },
  policy: {
    displayName: 'Create or update replication policy',
    scenario: 'CreateOrUpdatePolicy',
    objectType: 'Policy',
    tasks: ['Creating or updating the replication policy'],
  },
  extension: {
    displayName: 'Create or update replication extension',
    scenario: 'CreateOrUpdateReplicationExtension',
    objectType: 'ReplicationExtension',
    tasks: [
      'Creating or updating replication extension',
      'Configuring replication extension on primary',
      'Configuring replication extension on recovery',
    ],
  },
};

interface NewJob {
  readonly kind: JobKind;
  readonly object: string;
  readonly objectId: string | null;
  readonly internalName: string;
  readonly affected?: Record<string, string>;
  readonly refusedAs?: JobError | null;
  readonly work?: JobWork;
}

/** Starts a job: visible at once as Started, its tasks Pending. A §7.1 */
export const startJob = (lab: Lab, made: NewJob): JobRecord => {
  const job: JobRecord = {
    name: newGuid(),
    kind: made.kind,
    state: 'Started',
    startedAt: lab.estate.now(),
    endedAt: null,
    object: made.object,
    objectId: made.objectId,
    internalName: made.internalName,
    tasks: kinds[made.kind].tasks.map((taskName) => ({ taskName, state: 'Pending', startedAt: null, endedAt: null })),
    errors: [],
    affected: made.affected ?? {},
    refusedAs: made.refusedAs ?? null,
    work: made.work ?? {},
  };
  lab.tables.jobs.put(job.name, job);
  lab.tables.running.put(job.name, { kind: job.kind });
  return job;
};

export const affectedBy = (lab: Lab, item: Pick<ItemRecord, 'policy' | 'extension'>): Record<string, string> => ({
  PolicyName: item.policy,
  ReplicationExtensionName: item.extension,
  VaultId: lab.names.vaultServiceId,
});

/** The service's own id of an object, derived from its name. */
export const internalIdOf = (object: string): string => guidOf(`${object.toLowerCase()}/fabric object`);

const idOf = (lab: Lab, name: string): string => `${lab.names.vault}/jobs/${name}`;

const taskView = ({ taskName, state, startedAt, endedAt }: TaskRecord): Record<string, unknown> => ({
  taskName,
  state,
  ...(startedAt === null ? {} : { startTime: isoOf(startedAt) }),
  ...(endedAt === null ? {} : { endTime: isoOf(endedAt) }),
  customProperties: { instanceType: 'TaskDetails' },
  childrenJobs: [],
});

const errorView = (error: JobRecord['errors'][number]): Record<string, unknown> => ({
  code: error.code,
  type: 'AsrErrorCode',
  severity: 'Error',
  creationTime: isoOf(error.at),
  message: error.message,
  causes: error.causes,
  recommendation: error.recommendation,
});

/** In a list, `tasks`, `errors` and `customProperties` are null. `provisioningState` is always "Canceled", whatever the job does. A §0.5, §1.3h */
const jobView = (lab: Lab, job: JobRecord, listed: boolean): Record<string, unknown> => {
  const failover = job.kind === 'failover';
  return {
    properties: {
      displayName: kinds[job.kind].displayName,
      state: job.state,
      startTime: isoOf(job.startedAt),
      ...(job.endedAt === null ? {} : { endTime: isoOf(job.endedAt) }),
      objectId: job.objectId,
      objectName: job.object,
      objectInternalId: internalIdOf(job.object),
      objectInternalName: job.internalName,
      objectType: kinds[job.kind].objectType,
      ...providerIds,
      allowedActions: { Started: ['Cancel'], Failed: ['Restart'], Succeeded: [] }[job.state],
      activityId: ' ActivityId: 00000000-0000-0000-0000-000000000000',
      tasks: listed ? null : job.tasks.map(taskView),
      errors: listed ? null : job.errors.map(errorView),
      customProperties: listed
        ? null
        : {
            ...(failover ? { protectedItemDetails: [] } : {}),
            instanceType: failover ? 'FailoverJobDetails' : 'JobDetails',
            affectedObjectDetails: job.affected,
          },
      provisioningState: 'Canceled',
    },
    id: idOf(lab, job.name),
    name: job.name,
    type: 'Microsoft.DataReplication/replicationVaults/jobs',
    systemData: null,
  };
};

/** A protected item's short view of a job. */
export const jobSummary = (lab: Lab, name: string | null): Record<string, unknown> | null => {
  const job = name === null ? undefined : lab.tables.jobs.get(name);
  if (!job) return null;
  return {
    scenarioName: kinds[job.kind].scenario,
    id: idOf(lab, job.name),
    name: job.name,
    displayName: kinds[job.kind].displayName,
    state: job.state,
    startTime: isoOf(job.startedAt),
    ...(job.endedAt === null ? {} : { endTime: isoOf(job.endedAt) }),
  };
};

const common = { versions: replicationVersions, announces: '1.0, 2024-09-01' };

export const jobRoute: Route = {
  ...common,
  get: (call) => {
    const job = call.lab.tables.jobs.get((call.names.at(-1) ?? '').toLowerCase());
    return job ? ok(jobView(call.lab, job, false)) : notFound(call.id);
  },
};

/** Newest first, a page of `pageSize` from `continuationToken`. */
export const jobsRoute: Route = {
  ...common,
  list: (call) => {
    const all = call.lab.tables.jobs
      .list()
      .map(({ value }) => value)
      .sort((a, b) => b.startedAt - a.startedAt);
    const size = Number(call.query.get('pageSize') ?? '') || 100;
    const from = Number(call.query.get('continuationToken') ?? 0);
    const value = all.slice(from, from + size).map((job) => jobView(call.lab, job, true));
    if (from + size >= all.length) return list(value);
    const next = `${call.origin}${call.id}?api-version=${call.version}&pageSize=${size}&continuationToken=${from + size}`;
    return ok({ value, nextLink: next });
  },
};

/** Reads an operation by the URL it was given under; a URL that was shortened or rebuilt is not ours. */
export const operationRoute: Route = {
  versions: replicationVersions,
  announces: '2021-02-16-preview, 2024-09-01',
  get: (call) => {
    if (!isSigned(call))
      return refusal(403, 'AuthorizationFailed', 'The signature of the asynchronous operation URL is not valid.');
    const job = call.lab.tables.jobs.get(jobOf(call));
    if (!job) return notFound(call.id);
    const [error] = job.errors;
    const status = job.state === 'Started' ? 'InProgress' : job.state;
    return statusOf(call.id, call.id.split('/').at(-1) ?? '', status, job.startedAt, job.endedAt, error ?? null);
  },
};
