/** How fast a programme could be at best: a bound that no order of its VMs can beat, from its capacities alone. */

/** One stage of a VM: how long, and what it occupies for that time. `resource` null: it waits for nobody. */
export interface Stage {
  readonly ms: number;
  readonly resource: string | null;
}

/** The stages follow each other. */
export type Route = readonly Stage[];

export interface Bounds {
  /** Units of each resource; what is not named has no limit. */
  readonly capacity: Readonly<Record<string, number>>;
  readonly inFlight: number;
}

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

/** The longest way of any one VM. */
const longest = (routes: readonly Route[]): number =>
  Math.max(0, ...routes.map((route) => sum(route.map(({ ms }) => ms))));

/** Before the first and after the last time that a VM needs the resource: no unit of it can be busy in the shortest of these. */
const edges = (routes: readonly Route[], resource: string): number => {
  const users = routes.filter((route) => route.some((stage) => stage.resource === resource));
  const before = users.map((route) => {
    const first = route.findIndex((stage) => stage.resource === resource);
    return sum(route.slice(0, first).map(({ ms }) => ms));
  });
  const after = users.map((route) => {
    const last = route.findLastIndex((stage) => stage.resource === resource);
    return sum(route.slice(last + 1).map(({ ms }) => ms));
  });
  return users.length === 0 ? 0 : Math.min(...before) + Math.min(...after);
};

/** Work of a resource over its units, with the least that goes before and after. */
const ofResource = (routes: readonly Route[], resource: string, units: number): number => {
  const work = sum(routes.flatMap((route) => route.map((stage) => (stage.resource === resource ? stage.ms : 0))));
  return work === 0 ? 0 : work / units + edges(routes, resource);
};

/** Of VMs that may all be under way at once. */
const ofRoutes = (routes: readonly Route[], { capacity }: Bounds): { readonly ms: number; readonly by: string } => {
  const candidates = [
    { ms: longest(routes), by: 'the longest VM' },
    ...Object.entries(capacity).map(([resource, units]) => ({ ms: ofResource(routes, resource, units), by: resource })),
  ];
  return candidates.reduce((most, one) => (one.ms > most.ms ? one : most));
};

/**
 * The largest of: what all VMs together need of each resource; and what the batches need each for itself, so many at a time. `by` names
 * what decides.
 */
export const lowerBound = (
  batches: readonly (readonly Route[])[],
  bounds: Bounds,
): { readonly ms: number; readonly by: string } => {
  const together = ofRoutes(batches.flat(), bounds);
  const alone = batches.map((routes) => ofRoutes(routes, bounds).ms);
  const inTurn = { ms: sum(alone) / bounds.inFlight, by: `${bounds.inFlight} in flight` };
  return inTurn.ms > together.ms ? inTurn : together;
};
