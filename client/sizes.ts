import { isIdentified, type Plan } from '../domain/plan.ts';
import { totalBytes } from '../domain/vm.ts';
import { listableSources, readServedInventory } from './inventory.ts';
import type { Reached } from './temporal.ts';

export interface Sizes {
  /** Virtual size of all disks, by the VM's id on its source. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Why sizes are missing, a line a source. */
  readonly missing: readonly string[];
}

/** Sizes of the plan's VMs as their sources tell them now; a source that does not answer is told, and its VMs have none. */
export const sizesOf = async (reached: Reached, plan: Plan): Promise<Sizes> => {
  const wanted = new Set(plan.vms.filter(isIdentified).map(({ id }) => id));
  const bytes = new Map<string, number>();
  const missing: string[] = [];
  for (const source of listableSources(plan.paths)) {
    try {
      const { read } = await readServedInventory(reached, source);
      for (const vm of read.vms) if (wanted.has(vm.ref.id)) bytes.set(vm.ref.id, totalBytes(vm));
    } catch (error) {
      missing.push((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
    }
  }
  return { bytes, missing };
};

export const noSizes = (why: string): Sizes => ({ bytes: new Map(), missing: [why] });
