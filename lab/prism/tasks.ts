import { randomUUID } from 'node:crypto';
import type { Estate, Table } from '../estate/types.ts';
import type { Answer, Ask } from '../wire/exchange.ts';
import { Refusal } from '../wire/exchange.ts';
import { type AppMessage, errorAnswer, noSuchEntity } from './errors.ts';
import { listed } from './listing.ts';
import { clusterId, taskId } from './naming.ts';

export type TaskStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'SUSPENDED';

export interface Task<P = unknown> {
  readonly uuid: string;
  /** What the effect is looked up by. */
  readonly effect: string;
  readonly operation: string;
  readonly vm: string;
  readonly requestId: string;
  readonly payload: P;
  readonly createdAt: number;
  readonly lastsMs: number;
  /** A task that a fault keeps from ending, and the state it is seen in. */
  readonly stuckIn: TaskStatus | null;
  status: TaskStatus;
  startedAt: number | null;
  completedAt: number | null;
  error: AppMessage | null;
}

export type NewTask = Pick<Task, 'effect' | 'operation' | 'vm' | 'requestId' | 'payload' | 'lastsMs' | 'stuckIn'>;

/** Does the work of a task; an AppMessage says why it failed. */
export type Effects = Readonly<Record<string, (task: Task) => AppMessage | null>>;

export interface Tasks {
  /** The task of a new request, or the one an earlier request with this id made. O E.7 */
  accept(requestId: string, path: string, make: () => NewTask): Answer;
  get(extId: string): Answer;
  list(ask: Ask): Answer;
  cancel(extId: string): Answer;
}

const QUEUED_MS = 1_000;

/** Durable tasks: queued, then running, then their effect; they go on after a restart. O E.6 */
export const openTasks = (estate: Estate, effects: Effects): Tasks => {
  const rows: Table<Task> = estate.table('prism', 'tasks');
  const requests: Table<{ readonly uuid: string }> = estate.table('prism', 'requests');
  /** Tasks that have not ended: history is not read at every tick. */
  const underWay: Table<true> = estate.table('prism', 'tasks under way');
  const together = <R>(work: () => R): R => (estate.together ? estate.together(work) : work());

  const move = (task: Task, now: number): void => {
    if (task.status === 'QUEUED' && now >= task.createdAt + estate.scaled(QUEUED_MS)) {
      rows.put(task.uuid, { ...task, status: task.stuckIn ?? 'RUNNING', startedAt: now });
      return;
    }
    if (task.status !== 'RUNNING' || task.stuckIn || now < (task.startedAt ?? now) + estate.scaled(task.lastsMs))
      return;
    together(() => {
      const error = effects[task.effect]?.(task) ?? null;
      rows.put(task.uuid, { ...task, status: error ? 'FAILED' : 'SUCCEEDED', completedAt: now, error });
      underWay.delete(task.uuid);
    });
  };

  estate.onTick((now) => {
    for (const task of underWay.list().flatMap(({ key }) => rows.get(key) ?? [])) move(task, now);
  });

  const row = (extId: string): Task => {
    const task = rows.get(extId.split(':')[1] ?? '');
    if (!task || taskId(task.uuid) !== extId) throw noSuchEntity('task', extId);
    return task;
  };

  return {
    accept: (requestId, path, make) => {
      const key = `${requestId} ${path}`;
      const known = requests.get(key);
      if (known) return accepted(known.uuid);
      const uuid = randomUUID();
      together(() => {
        const progress = { status: 'QUEUED', startedAt: null, completedAt: null, error: null } as const;
        rows.put(uuid, { uuid, createdAt: estate.now(), ...progress, ...make() });
        requests.put(key, { uuid });
        underWay.put(uuid, true);
      });
      return accepted(uuid);
    },
    get: (extId) => ({ status: 200, body: { data: taskBody(estate, row(extId)), metadata } }),
    list: (ask) =>
      listed(
        ask,
        rows.list().map(({ value }) => value),
        {
          type: 'prism.v4.config.ListTasks',
          now: estate.now(),
          filterable: { 'entitiesAffected/extId': (task) => task.vm, status: (task) => task.status },
          orderable: { createdTime: (task) => task.createdAt },
          body: (task) => taskBody(estate, task),
        },
      ),
    cancel: (extId) => {
      const task = row(extId);
      if (!isCancelable(task)) {
        const message = `Task ${extId} cannot be canceled in state ${task.status}.`;
        throw new Refusal(errorAnswer(409, { code: 'TSK-40000', errorGroup: 'TASK_NOT_CANCELABLE', message }));
      }
      rows.put(task.uuid, { ...task, status: 'CANCELED', completedAt: estate.now() });
      underWay.delete(task.uuid);
      return {
        status: 200,
        body: { data: { message: 'Task cancel request accepted.', severity: 'INFO' }, metadata },
      };
    },
  };
};

const metadata = { flags: [{ name: 'hasError', value: false }] };

const isCancelable = (task: Task): boolean => task.status === 'QUEUED' || task.status === 'SUSPENDED';

const accepted = (uuid: string): Answer => ({
  status: 202,
  body: { data: { $objectType: 'prism.v4.config.TaskReference', extId: taskId(uuid) }, metadata },
});

const iso = (at: number | null): string | undefined => (at === null ? undefined : new Date(at).toISOString());

const percentOf = (task: Task): number => ({ QUEUED: 0, RUNNING: 50, SUSPENDED: 25 })[task.status as string] ?? 100;

const taskBody = (estate: Estate, task: Task): Record<string, unknown> => ({
  $objectType: 'prism.v4.config.Task',
  extId: taskId(task.uuid),
  operation: task.operation,
  operationDescription: task.operation,
  status: task.status,
  progressPercentage: percentOf(task),
  createdTime: iso(task.createdAt),
  startedTime: iso(task.startedAt),
  completedTime: iso(task.completedAt),
  lastUpdatedTime: iso(task.completedAt ?? task.startedAt ?? task.createdAt),
  isCancelable: isCancelable(task),
  clusterExtIds: [clusterId(estate.scenario.prism)],
  entitiesAffected: [{ extId: task.vm, rel: 'vmm:ahv:config:vm' }],
  subTasks: [],
  ...(task.error && {
    errorMessages: [{ $objectType: 'prism.v4.error.AppMessage', severity: 'ERROR', locale: 'en_US', ...task.error }],
    legacyErrorMessage: task.error.message,
  }),
});
