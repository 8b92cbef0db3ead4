import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Listed } from '../domain/listed.ts';
import { FLAGS, type Phase } from '../domain/phase.ts';
import { clause } from './query.ts';

export interface ListFilter {
  readonly programme?: string;
  readonly batch?: string;
  readonly phase?: string;
  readonly owner?: string;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const KEYS = {
  programme: keyword('Programme'),
  batch: keyword('Batch'),
  phase: keyword('Phase'),
  owner: keyword('Owner'),
  waitingFor: keyword('WaitingFor'),
  hop: defineSearchAttributeKey('Hop', SearchAttributeType.INT),
  flags: defineSearchAttributeKey('Flag', SearchAttributeType.KEYWORD_LIST),
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const listedOf = (info: WorkflowExecutionInfo): Listed => {
  const shown = info.typedSearchAttributes;
  const id = text(info.memo?.id) ?? info.workflowId.slice(info.workflowId.lastIndexOf('/') + 1);
  const status = info.status.name;
  return {
    workflowId: info.workflowId,
    id,
    name: text(info.memo?.name) ?? id,
    programme: shown.get(KEYS.programme) ?? '',
    batch: shown.get(KEYS.batch) ?? '',
    group: text(info.memo?.group) ?? '',
    phase: (shown.get(KEYS.phase) ?? 'Planned') as Phase,
    hop: shown.get(KEYS.hop) ?? 1,
    flags: FLAGS.filter((flag) => shown.get(KEYS.flags)?.includes(flag)),
    waitingFor: shown.get(KEYS.waitingFor) ?? null,
    owner: shown.get(KEYS.owner) ?? '',
    startedAt: info.startTime.getTime(),
    run:
      status === 'RUNNING' ? 'running' : status === 'COMPLETED' || status === 'CONTINUED_AS_NEW' ? 'ended' : 'failed',
  };
};

const RUNS = {
  running: `ExecutionStatus = 'Running'`,
  /** And those that are gone without an end. */
  open: `ExecutionStatus IN ('Running', 'Failed', 'Terminated', 'TimedOut', 'Canceled')`,
  any: null,
} as const;

const ATTRIBUTES = { programme: 'Programme', batch: 'Batch', phase: 'Phase', owner: 'Owner' } as const;
const FILTERS = Object.keys(ATTRIBUTES) as (keyof typeof ATTRIBUTES)[];

const clausesOf = (filter: ListFilter): string[] =>
  FILTERS.flatMap((key) => (filter[key] === undefined ? [] : clause(ATTRIBUTES[key], filter[key])));

const fits = (one: ListFilter, filter: ListFilter): boolean =>
  FILTERS.every((key) => filter[key] === undefined || one[key] === filter[key]);

/** Migrations from one visibility list, in the order of batch, group and name; of several runs of one VM the newest. */
export const listMigrations = async (
  client: Client,
  runs: keyof typeof RUNS,
  filter: ListFilter = {},
): Promise<readonly Listed[]> => {
  const query = [`WorkflowType = 'migration'`, ...(RUNS[runs] ? [RUNS[runs]] : []), ...clausesOf(filter)].join(' AND ');
  const newest = new Map<string, Listed>();
  for await (const info of client.workflow.list({ query, pageSize: 1_000 })) {
    const listed = listedOf(info);
    const known = newest.get(listed.workflowId);
    if (fits(listed, filter) && (!known || known.startedAt < listed.startedAt)) newest.set(listed.workflowId, listed);
  }
  const listed = await Promise.all(
    [...newest.values()].map((one) => (one.run === 'failed' ? ofNewestRun(client, one) : one)),
  );
  return listed.filter((one) => one !== null).sort(byPlace);
};

/** A run that is gone says nothing once a later one, which the query may not list, came to its end. */
const ofNewestRun = async (client: Client, failed: Listed): Promise<Listed | null> => {
  const now = await client.workflow.getHandle(failed.workflowId).describe();
  return now.startTime.getTime() > failed.startedAt ? null : failed;
};

/** As people sort: `vm-2` before `vm-10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

const byPlace = (a: Listed, b: Listed): number =>
  compare(a.programme, b.programme) ||
  compare(a.batch, b.batch) ||
  compare(a.group, b.group) ||
  compare(a.name, b.name) ||
  compare(a.id, b.id);

/** A batch that runs. */
export interface ListedBatch {
  readonly workflowId: string;
  readonly programme: string;
  readonly batch: string;
}

export const listBatches = async (client: Client, batch?: string): Promise<readonly ListedBatch[]> => {
  const filter = batch === undefined ? {} : { batch };
  const query = [`WorkflowType = 'batch'`, RUNS.running, ...clausesOf(filter)].join(' AND ');
  const found: ListedBatch[] = [];
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
    const [programme, name] = [typedSearchAttributes.get(KEYS.programme), typedSearchAttributes.get(KEYS.batch)];
    if (programme && name && fits({ batch: name }, filter)) found.push({ workflowId, programme, batch: name });
  }
  return found;
};
