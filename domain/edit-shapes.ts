import type { BatchMember, BatchOrder, BatchState } from './batch.ts';
import { GATES } from './gate-policy.ts';
import { isInstant } from './instant.ts';
import type { Landing } from './landing.ts';
import type { JourneyOrder } from './plan.ts';
import { isName } from './said.ts';
import type { Window } from './window.ts';

/** Whether what was typed into an edit is what it says: a signal may carry anything. */

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isLanding = (value: unknown): value is Landing => {
  const { name, cpus, memoryMb, nics, disks } = (value ?? {}) as Partial<Landing>;
  const isSized = typeof cpus === 'number' && cpus > 0 && typeof memoryMb === 'number' && memoryMb > 0;
  return isName(name) && isSized && [nics, disks].every((each) => Array.isArray(each) && each.every(isObject));
};

export const isWindow = (value: unknown): value is Window | null => {
  if (value === null) return true;
  const { opensAt, closesAt, abortAt, text, zone, utcText } = (value ?? {}) as Partial<Window>;
  const isTimed = [opensAt, closesAt, abortAt].every(isInstant);
  return (
    isTimed &&
    [text, zone, utcText].every(isName) &&
    Number(opensAt) < Number(abortAt) &&
    Number(abortAt) <= Number(closesAt)
  );
};

const isAddress = (value: unknown): boolean => isObject(value) && isName(value.product) && isName(value.instance);

const isHop = (value: unknown, index: number): boolean => {
  if (!isObject(value)) return false;
  const { n, from, mover, to, guests, settings, landing, window = null } = value;
  const isPlaced =
    [from, mover, to].every(isAddress) && isObject(guests) && [guests.source, guests.target].every(isName);
  return n === index + 1 && isPlaced && isObject(settings) && isLanding(landing) && isWindow(window);
};

const isPolicy = (value: unknown): boolean =>
  isObject(value) && Array.isArray(value.approvers) && value.approvers.every(isText);

const LENGTHS = [
  'pollMs',
  'heartbeatMs',
  'noProgressMs',
  'graceMs',
  'bootMs',
  'steadyMs',
  'lagMs',
  'rollbackMs',
  'holdMs',
] as const;

/** What every step of a journey reads: one that lacks some of it would stop where nobody can help it on. */
const isWhole = ({ hops, gates, policies, trustNamespace, smoke, owner, path, os }: Partial<JourneyOrder>): boolean =>
  Array.isArray(hops) &&
  hops.length > 0 &&
  hops.every(isHop) &&
  isObject(gates) &&
  GATES.every((name) => isPolicy(gates[name])) &&
  isObject(policies) &&
  LENGTHS.every((name) => isInstant(policies[name])) &&
  isObject(policies.seats) &&
  isInstant(policies.seats.staging) &&
  typeof trustNamespace === 'boolean' &&
  isObject(smoke) &&
  [owner, path, os].every(isName);

export const isOrder = (state: Pick<BatchState, 'programme' | 'name'>, value: unknown): value is JourneyOrder => {
  const order = (value ?? {}) as Partial<JourneyOrder>;
  const { programme, batch, batchId, group, name, source } = order;
  const isOfBatch =
    programme === state.programme && batch === state.name && batchId === `batch/${state.programme}/${state.name}`;
  return isOfBatch && [group, name, source?.id].every(isName) && isWhole(order);
};

export const isMember = (state: Pick<BatchState, 'programme' | 'name'>, value: unknown): value is BatchMember => {
  const { id, order } = (value ?? {}) as Partial<BatchMember>;
  return isOrder(state, order) && id === `vm/${state.programme}/${order.hops[0]?.from.instance}/${order.source.id}`;
};

/** The whole of a batch, as it is handed in before it begins. */
export const isBatchOrder = (value: unknown): value is BatchOrder => {
  const { programme, name, groups, members, reconcileMs } = (value ?? {}) as Partial<BatchOrder>;
  if (!isName(programme) || !isName(name) || !Array.isArray(groups) || !groups.every(isName)) return false;
  const isOurs = (member: unknown): boolean =>
    isMember({ programme, name }, member) && groups.includes(member.order.group);
  return isInstant(reconcileMs) && Array.isArray(members) && members.every(isOurs);
};
