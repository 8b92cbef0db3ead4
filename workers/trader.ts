import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Purpose, Trade } from '../domain/capacity.ts';
import { capacityId, type Traded, tradeLeases } from '../workflows/capacity-messages.ts';

interface InLine {
  readonly trade: Trade;
  readonly done: (traded: Traded) => void;
  readonly failed: (error: unknown) => void;
}

/** In one message. */
const MOST = 50;
/** Shorter than a verb of the keeper may take: what hangs keeps nobody else waiting. */
const LONGEST_MS = 9_000;

/**
 * Speaks to the lease tables. Of one workflow the server takes no more than ten updates at once, and every update is a task of its own:
 * what comes while one is under way goes with the next, in one message. Nobody waits where nobody is before it.
 */
export const trader = (client: Client) => {
  const lines = new Map<string, InLine[]>();

  const send = (programme: string, trades: readonly Trade[]): Promise<readonly Traded[]> =>
    client.withDeadline(Date.now() + LONGEST_MS, () =>
      client.workflow.getHandle(capacityId(programme)).executeUpdate(tradeLeases, { args: [trades] }),
    );

  const work = async (programme: string, line: InLine[]): Promise<void> => {
    while (line.length > 0) {
      const some = line.splice(0, MOST);
      try {
        const all = await send(
          programme,
          some.map(({ trade }) => trade),
        );
        for (const [index, { done }] of some.entries()) done(all[index] ?? { waiting: [] });
      } catch (error) {
        for (const { failed } of some) failed(error);
      }
    }
    lines.delete(programme);
  };

  const trade = (programme: string, one: Trade): Promise<Traded> =>
    new Promise((done, failed) => {
      const inLine = { trade: one, done, failed };
      const line = lines.get(programme);
      if (line) {
        line.push(inLine);
        return;
      }
      const fresh = [inLine];
      lines.set(programme, fresh);
      void work(programme, fresh);
    });

  return {
    trade,
    giveBack: async (programme: string, holder: string, purposes: readonly Purpose[]): Promise<void> => {
      try {
        await trade(programme, { holder, purposes });
      } catch (error) {
        // Where there is no table, nothing of it is counted.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
};
