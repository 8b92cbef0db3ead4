import { counted } from '../domain/counted.ts';
import { each } from '../workers/each.ts';
import { behindOf, type House } from './explain/behind.ts';
import { batchOf, leasesOf } from './explain/surroundings.ts';
import { waitingCost, windowCost } from './explain/waiting-cost.ts';
import { inboxOf, type Waiting } from './inbox.ts';
import { type DeskItem, keyOf } from './inbox-desk-items.ts';
import type { Reached } from './temporal.ts';

/** Each thing is asked for once, however many need it. */
const once = <T>(ask: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const asked = new Map<string, Promise<T>>();
  return (key) => {
    const known = asked.get(key);
    if (known) return known;
    const answer = ask(key);
    asked.set(key, answer);
    return answer;
  };
};

type OfBatch = Exclude<Waiting, { kind: 'wave' }>;

const placeOf = (waiting: OfBatch): { readonly programme: string; readonly batch: string } =>
  waiting.kind === 'group' || waiting.kind === 'turn' ? waiting : waiting.listed;

const idsOf = (waiting: OfBatch): readonly string[] => {
  if (waiting.kind === 'group') return waiting.gate.waiting.map(({ id }) => id);
  return waiting.kind === 'turn' ? waiting.decided.members.map(({ id }) => id) : [waiting.listed.workflowId];
};

const costsOf = (waiting: OfBatch, house: House, now: number): readonly string[] => {
  const behind = behindOf(idsOf(waiting), house);
  if (waiting.kind === 'vm') return waitingCost(waiting.view, now, behind);
  const hop = waiting.kind === 'group' ? waiting.gate.hop : null;
  const window = hop === null ? null : (house.batch?.windows[hop - 1] ?? null);
  const count = `${idsOf(waiting).length} of them wait`;
  return [count, window ? windowCost(window, now) : 'no window: at any time', ...behind];
};

/** All that waits, oldest first, each with what its waiting costs. */
export const lookAtInbox = async (reached: Reached): Promise<readonly DeskItem[]> => {
  const all = await inboxOf(reached);
  const tables = once((programme) => leasesOf(reached, programme));
  const batches = once((place) => {
    const [programme = '', batch = ''] = JSON.parse(place) as string[];
    return batchOf(reached, programme, batch);
  });
  const now = Date.now();
  return each(all, async (waiting) => {
    const key = keyOf(waiting);
    if (waiting.kind === 'wave')
      return {
        key,
        waiting,
        costs: [`nothing new begins; to come: ${counted(waiting.held, 'batch', 'batches')}`],
      };
    const { programme, batch } = placeOf(waiting);
    const [table, view] = await Promise.all([tables(programme), batches(JSON.stringify([programme, batch]))]);
    return { key, waiting, costs: costsOf(waiting, { table, batch: view }, now) };
  });
};
