import type { Estate } from '../../domain/estate.ts';
import type { Gates } from '../../domain/gate-policy.ts';
import type { PathHop, Plan, Policies, ProgrammePlan, VmPlan } from '../../domain/plan.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from './order.ts';

export interface ScriptedProgramme {
  /** VMs of each group of each batch, in order. */
  readonly batches: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly order?: Partial<ProgrammePlan>;
  readonly policies?: Partial<Policies>;
  readonly after?: Readonly<Record<string, readonly string[]>>;
  readonly windows?: Readonly<Record<string, readonly Window[]>>;
  /** Whether a group is decided on together. */
  readonly scope?: 'group' | 'vm';
}

/** A plan for the scripted products: the main path of every VM, named as it is called. */
export const scriptedPlan = (programme: string, scripted: ScriptedProgramme): Plan => {
  const plain = scriptedOrder();
  const { batches, scope = 'vm' } = scripted;
  const hops: readonly PathHop[] = plain.hops.map(({ from, mover, to, guests, settings }) => ({
    ...{ from, mover, to, guests, settings },
  }));
  const gates: Gates = { ...plain.gates, cutover: { ...plain.gates.cutover, scope } };
  const vms = Object.entries(batches).flatMap(([batch, groups]) =>
    Object.entries(groups).flatMap(([group, names]) =>
      names.map(
        (name): VmPlan => ({
          ...{ id: name, name, batch, group, owner: plain.owner, path: 'main', os: plain.os },
          landings: plain.hops.map(({ landing }, n) => ({ ...landing, name: n === 0 ? `${name}_replica` : name })),
          settings: plain.hops.map(() => ({})),
          ...{ outageBudgetMs: 60_000, smoke: plain.smoke, serveWhileMounted: false },
        }),
      ),
    ),
  );
  return {
    programme,
    trustNamespace: true,
    estate: {} as Estate,
    policies: { ...plain.policies, reconcileMs: 500, ...scripted.policies },
    paths: { main: hops },
    gates,
    batches: Object.fromEntries(
      Object.entries(batches).map(([name, groups]) => [
        name,
        {
          ...{ name, windows: scripted.windows?.[name] ?? [], groups: Object.keys(groups) },
          after: scripted.after?.[name] ?? [],
        },
      ]),
    ),
    order: {
      batches: Object.keys(batches),
      ...{ inFlight: 1, leadMs: null, freezes: [], stopWave: null },
      ...scripted.order,
    },
    vms,
  };
};
