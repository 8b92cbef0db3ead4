import { queueOf } from '../../domain/address.ts';
import type { PathHop, Plan } from '../../domain/plan.ts';
import type { Said } from './said.ts';

type At = readonly (string | number)[];

const queuesOfHop = (hop: PathHop, at: At): readonly (readonly [string, At])[] => [
  [queueOf(hop.from), [...at, 'from']],
  [queueOf(hop.mover), [...at, 'mover']],
  [queueOf(hop.to), [...at, 'to']],
  [queueOf({ product: 'guest', instance: hop.guests.source }), [...at, 'guests', 'source']],
  [queueOf({ product: 'guest', instance: hop.guests.target }), [...at, 'guests', 'target']],
];

/** Every queue that these paths need, with the first place of plan.yaml that names it. */
export const queuesOfPaths = (plan: Pick<Plan, 'paths'>, paths: readonly string[]): ReadonlyMap<string, At> => {
  const queues = new Map<string, At>();
  for (const path of new Set(paths))
    for (const [index, hop] of (plan.paths[path] ?? []).entries())
      for (const [queue, at] of queuesOfHop(hop, ['paths', path, index])) if (!queues.has(queue)) queues.set(queue, at);
  return queues;
};

/** Of all paths that VMs take. */
export const queuesOfPlan = (plan: Pick<Plan, 'paths' | 'vms'>): ReadonlyMap<string, At> =>
  queuesOfPaths(
    plan,
    plan.vms.map(({ path }) => path),
  );

export const checkQueues = (plan: Pick<Plan, 'paths' | 'vms'>, unserved: readonly string[]): Said[] =>
  [...queuesOfPlan(plan)]
    .filter(([queue]) => unserved.includes(queue))
    .map(([queue, at]) => ({
      at: { plan: at },
      severity: 'error',
      message: `No agent serves ${queue}`,
      fix: `Start one next to the product: tranship worker agent --serve ${queue}. With --offline the files alone are checked.`,
    }));
