import type { Client } from '@temporalio/client';
import { type ProgrammeHandle, viewProgramme } from '../../client/programme.ts';
import { type LeaseTable, limitOf, type Resource, used } from '../../domain/capacity.ts';
import { isInFlight } from '../../domain/programme.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';

const SAMPLE_MS = 1_000;

/** The longest history of any run there was, and how many VMs came to their end. */
export interface Weight {
  readonly longest: { readonly id: string; readonly events: number };
  readonly finished: number;
  readonly runs: number;
}

export const weigh = async (client: Client): Promise<Weight> => {
  let longest = { id: '', events: 0 };
  let finished = 0;
  let runs = 0;
  for await (const { workflowId, runId, type, searchAttributes } of client.workflow.list()) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    if (historyLength > longest.events) longest = { id: workflowId, events: historyLength };
    if (type === 'migration' && searchAttributes.Phase?.[0] === 'Decommissioned') finished += 1;
    runs += 1;
  }
  return { longest, finished, runs };
};

/** What the lease table and the programme said of themselves, at most. */
export interface Watched {
  readonly flying: number;
  readonly held: readonly { readonly resource: string; readonly most: number; readonly limit: number }[];
  /** Samples that got no answer. */
  readonly missed: number;
}

/** Asks lease table and programme once a second until it is told to stop. */
export const watchProgramme = (
  client: Client,
  of: { readonly programme: string; readonly handle: ProgrammeHandle; readonly resources: readonly Resource[] },
  tell: (over: number) => void,
): { readonly stop: () => Promise<Watched> } => {
  const most = new Map<Resource, number>();
  let flying = 0;
  let stopped = false;
  let table: LeaseTable | null = null;
  let missed = 0;
  let told = 0;
  const sampleOnce = async (): Promise<void> => {
    const now = await client.workflow.getHandle(capacityId(of.programme)).query(leases);
    for (const resource of of.resources) most.set(resource, Math.max(most.get(resource) ?? 0, used(now, resource)));
    table = now;
    const view = await viewProgramme(of.handle);
    flying = Math.max(flying, view.turns.filter(isInFlight).length);
    const over = view.turns.filter(({ status }) => status === 'over').length;
    if (over > told) tell(over);
    told = over;
  };
  const sample = async (): Promise<void> => {
    while (!stopped) {
      // On a machine that is busy with other things a question may go unanswered: that is told, and is no fault of the programme.
      await sampleOnce().catch(() => {
        missed += 1;
      });
      await new Promise((again) => setTimeout(again, SAMPLE_MS));
    }
  };
  const sampling = sample();
  return {
    stop: async () => {
      stopped = true;
      await sampling;
      const last = table as LeaseTable | null;
      const held = of.resources.map((resource) => ({
        ...{ resource, most: most.get(resource) ?? 0 },
        limit: last ? limitOf(last, resource) : 0,
      }));
      return { flying, held, missed };
    },
  };
};
