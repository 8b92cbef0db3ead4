import type { Connection } from '@temporalio/client';

/** A process that polls a task queue, by what it says of itself; null what it does not say. */
export interface Poller {
  readonly identity: string;
  readonly host: string | null;
  /** Its Tranship release. */
  readonly version: string | null;
}

/** A poller counts while its last long poll is at most this old; long polls last a minute. */
const FRESH_MS = 90_000;

/** As the server numbers them. */
const KINDS = { workflow: 1, activity: 2 } as const;
export type QueueKind = keyof typeof KINDS;

const msOf = (time: { seconds?: unknown } | null | undefined): number => Number(time?.seconds ?? 0) * 1_000;

const AGENT = /^(?:(?<version>\S+) )?\d+@(?<host>.+)$/;

const pollerOf = (identity: string): Poller => {
  const { version, host } = AGENT.exec(identity)?.groups ?? {};
  return { identity, host: host ?? null, version: version?.replace(/^tranship\//, '') ?? null };
};

/** Who polls a task queue now; answered by the server itself. A process counts for a minute and a half after it has gone. */
export const pollersOf = async (
  { workflowService }: Pick<Connection, 'workflowService'>,
  namespace: string,
  queue: string,
  kind: QueueKind = 'activity',
): Promise<readonly Poller[]> => {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: KINDS[kind],
  });
  return (pollers ?? [])
    .filter((poller) => Date.now() - msOf(poller.lastAccessTime) < FRESH_MS)
    .map(({ identity }) => pollerOf(identity ?? ''));
};

/** Which of these task queues no worker polls now. */
export const unpolled = async (
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  queues: readonly string[],
  kind: QueueKind = 'activity',
): Promise<readonly string[]> => {
  const served = await Promise.all(queues.map((queue) => pollersOf(connection, namespace, queue, kind)));
  return queues.filter((_, index) => served[index]?.length === 0);
};

/** A process that has gone counts much longer than this. */
const LATELY_MS = 2_000;

/** The same for many who ask about the same queues: a queue that was polled a moment ago is not asked about again. */
export const unpolledLately = (connection: Pick<Connection, 'workflowService'>, namespace: string) => {
  const asked = new Map<string, { readonly at: number; readonly served: Promise<boolean> }>();
  const ask = (queue: string): Promise<boolean> => {
    const served = pollersOf(connection, namespace, queue).then((pollers) => pollers.length > 0);
    asked.set(queue, { at: Date.now(), served });
    const forget = (): void => {
      asked.delete(queue);
    };
    void served.then((is) => is || forget(), forget);
    return served;
  };
  return async (queues: readonly string[]): Promise<readonly string[]> => {
    const served = await Promise.all(
      queues.map((queue) => {
        const before = asked.get(queue);
        return before && Date.now() - before.at < LATELY_MS ? before.served : ask(queue);
      }),
    );
    return queues.filter((_, index) => !served[index]);
  };
};
