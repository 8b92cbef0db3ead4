import type { Client } from '@temporalio/client';

/** A step that waits for a product or for an agent, as the server knows it: what its last attempt said, and where it waits. */
export interface Pending {
  readonly verb: string;
  readonly queue: string | null;
  /** An agent has it in hand now. */
  readonly inHand: boolean;
  readonly attempt: number;
  /** What the last attempt said: how far the product is, or why it is asked again. Null before the first said something. */
  readonly said: string | null;
  /** ms since the epoch. */
  readonly since: number;
}

const STARTED = 2;

const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);

/** The steps of one migration that are under way. No question to the migration itself: it answers without an orchestrator too. */
export const pendingOf = async (client: Client, workflowId: string): Promise<readonly Pending[]> => {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const own = (raw.pendingActivities ?? []).map(
    (one): Pending => ({
      verb: one.activityType?.name ?? 'a step',
      queue: one.activityOptions?.taskQueue?.name ?? null,
      inHand: one.state === STARTED,
      attempt: one.attempt ?? 1,
      said: one.lastFailure?.message ?? null,
      since: msOf(one.scheduledTime),
    }),
  );
  const children = (raw.pendingChildren ?? []).flatMap(({ workflowId: child }) => (child ? [child] : []));
  return [...own, ...(await Promise.all(children.map((child) => pendingOf(client, child)))).flat()];
};
