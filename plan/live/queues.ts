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

/** Of all hooks, with the first place that names each. */
const queuesOfHookPlaces = ({ hooks = [] }: Pick<Plan, 'hooks'>): ReadonlyMap<string, At> => {
  const queues = new Map<string, At>();
  for (const [index, hook] of hooks.entries())
    for (const [body, at] of [
      [hook.body, []],
      [hook.undo, ['undo']],
    ] as const)
      if (body && body.kind !== 'person' && !queues.has(queueOf(body.on)))
        queues.set(queueOf(body.on), ['hooks', index, ...at, body.kind, 'on']);
  return queues;
};

/** Of all paths that VMs take, and of the hooks. */
export const queuesOfPlan = (plan: Pick<Plan, 'paths' | 'vms' | 'hooks'>): ReadonlyMap<string, At> =>
  new Map([
    ...queuesOfHookPlaces(plan),
    ...queuesOfPaths(
      plan,
      plan.vms.map(({ path }) => path),
    ),
  ]);

export const checkQueues = (plan: Pick<Plan, 'paths' | 'vms' | 'hooks'>, unserved: readonly string[]): Said[] =>
  [...queuesOfPlan(plan)]
    .filter(([queue]) => unserved.includes(queue))
    .map(([queue, at]) => ({
      at: { plan: at },
      severity: 'error',
      message: `No agent serves ${queue}`,
      fix: `Start one next to the product: tranship worker agent --serve ${queue}. With --offline the files alone are checked.`,
    }));
