import type { BatchMember, BatchState } from './batch.ts';
import type { Landing } from './landing.ts';
import type { JourneyOrder } from './plan.ts';
import type { Window } from './window.ts';

/** Whether what was typed into an edit is what it says: a signal may carry anything. */

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isLanding = (value: unknown): value is Landing => {
  const { name, cpus, memoryMb, nics, disks } = (value ?? {}) as Partial<Landing>;
  const isSized = typeof cpus === 'number' && cpus > 0 && typeof memoryMb === 'number' && memoryMb > 0;
  return isText(name) && isSized && Array.isArray(nics) && Array.isArray(disks);
};

export const isWindow = (value: unknown): value is Window | null => {
  if (value === null) return true;
  const { opensAt, closesAt, abortAt, text, zone, utcText } = (value ?? {}) as Partial<Window>;
  const isTimed = [opensAt, closesAt, abortAt].every((at) => typeof at === 'number');
  return (
    isTimed &&
    [text, zone, utcText].every(isText) &&
    Number(opensAt) < Number(abortAt) &&
    Number(abortAt) <= Number(closesAt)
  );
};

export const isOrder = (state: BatchState, value: unknown): value is JourneyOrder => {
  const { programme, batch, batchId, group, name, source, hops } = (value ?? {}) as Partial<JourneyOrder>;
  const isOfBatch =
    programme === state.programme && batch === state.name && batchId === `batch/${state.programme}/${state.name}`;
  const isNamed = isText(group) && isText(name) && isText(source?.id);
  return isOfBatch && isNamed && Array.isArray(hops) && hops.length > 0 && hops.every((hop) => isLanding(hop?.landing));
};

export const isMember = (state: BatchState, value: unknown): value is BatchMember => {
  const { id, order } = (value ?? {}) as Partial<BatchMember>;
  return isOrder(state, order) && id === `vm/${state.programme}/${order.hops[0]?.from.instance}/${order.source.id}`;
};
