import type { Estate } from '../estate/types.ts';
import type { Machine } from './machine.ts';
import { pressureOn } from './pressure.ts';

/** What a machine measures of itself: a function of what runs and is copied there, and of pressure. */
export interface Readings {
  /** Per cent of the root partition's processors: on Hyper-V the guests' own work is not in it. */
  readonly rootCpu: number;
  /** Per cent of all processors, guests included. */
  readonly totalCpu: number;
  readonly freeMemoryMb: number;
  /** Seconds a transfer takes. */
  readonly latency: number;
}

const ROOT = { idle: 2, perVm: 0.6, perCopy: 3 };
/** Share of its processors a guest uses. */
const GUEST_LOAD = 0.12;
const LATENCY_MS = { idle: 0.8, perVm: 0.1, perCopy: 0.7 };

const percent = (value: number): number => Math.min(100, Math.max(0, value));

export const readingsOf = (estate: Estate, machine: Machine): Readings => {
  const { platform, running, copies, memoryMb, logicalProcessors } = machine;
  const pressed = (what: 'cpu' | 'memory' | 'latency'): number | null => pressureOn(estate, platform, what);
  const vms = running.length;
  const root = percent(ROOT.idle + ROOT.perVm * vms + ROOT.perCopy * copies);
  const guests = running.reduce((sum, { cpus }) => sum + cpus, 0) * GUEST_LOAD * (100 / logicalProcessors);
  const free = Math.max(memoryMb - running.reduce((sum, vm) => sum + vm.memoryMb, 0), 0);
  const leftFree = pressed('memory');
  return {
    rootCpu: pressed('cpu') ?? root,
    totalCpu: pressed('cpu') ?? percent(root + guests),
    freeMemoryMb: leftFree === null ? free : Math.min(free, Math.floor((memoryMb * leftFree) / 100)),
    latency: (pressed('latency') ?? LATENCY_MS.idle + LATENCY_MS.perVm * vms + LATENCY_MS.perCopy * copies) / 1000,
  };
};

/** Transfers and bytes a second, by what copies and guests ask for. */
export const transfersOf = ({ running, copies }: Machine): number => 5 + 20 * running.length + 400 * copies;
