import type { Client } from '@temporalio/client';
import { decideGate, type MigrationHandle, viewMigration } from '../../client/operations.ts';
import type { migration } from '../../workflows/migration.ts';

const EVERY_MS = 200;
const WAITING = `WorkflowType = 'migration' AND ExecutionStatus = 'Running' AND WaitingFor STARTS_WITH 'a decision'`;

/** Looks at the gate that waits and opens it, as a person would; false where none is open. */
export const openGateOf = async (handle: MigrationHandle): Promise<boolean> => {
  const { gate } = await viewMigration(handle);
  if (!gate) return false;
  await decideGate(handle, gate, { decision: 'approve', by: 'ops' });
  return true;
};

/** Reads a list over and over, the inbox where none is given, and answers each that waits in it, once. False: it is not answered yet. */
export const atWork = (
  client: Client,
  answer = openGateOf,
  query = WAITING,
): { readonly stop: () => Promise<void> } => {
  const decided = new Set<string>();
  let working = true;
  const open = async (id: string, seen: string): Promise<void> => {
    decided.add(seen);
    // Visibility runs behind: what it shows may have been decided, or not have been opened.
    const opened = await answer(client.workflow.getHandle<typeof migration>(id)).catch(() => false);
    if (!opened) decided.delete(seen);
  };
  const shift = async (): Promise<void> => {
    const under: Promise<void>[] = [];
    while (working) {
      for await (const { workflowId, searchAttributes } of client.workflow.list({ query })) {
        const seen = [workflowId, searchAttributes.Hop, searchAttributes.WaitingFor].join(' ');
        if (!decided.has(seen)) under.push(open(workflowId, seen));
      }
      await new Promise((again) => setTimeout(again, EVERY_MS));
    }
    await Promise.all(under);
  };
  const working_ = shift();
  return {
    stop: async () => {
      working = false;
      await working_;
    },
  };
};
