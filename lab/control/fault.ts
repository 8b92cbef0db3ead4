import type { Fault } from '../estate/types.ts';

const KINDS: readonly Fault['kind'][] = [
  'refused',
  'slow',
  'throttled',
  'errorAfterEffect',
  'dropAnswer',
  'shellDies',
  'shellDiesAfterEffect',
  'reboot',
  'diskFull',
  'noLicence',
  'noBoot',
  'wrongAddress',
  'lostCbt',
  'stuckProgress',
  'guestRefuses',
  'failoverFails',
  'clockOff',
  'sourcePoweredOn',
  'pressure',
];

/** The fault in a request, or what is wrong with it. `times` is 1 and `detail` empty when absent. */
export const faultIn = (body: Record<string, unknown> | null): Fault | string => {
  if (!body) return 'the body is not a JSON object';
  const { id, kind, point, subject, times = 1, detail = {} } = body;
  const known = KINDS.find((k) => k === kind);
  if (typeof id !== 'string' || id === '') return 'id is missing';
  if (!known) return `kind is one of ${KINDS.join(', ')}`;
  if (typeof point !== 'string' || point === '') return 'point is missing';
  if (subject !== undefined && typeof subject !== 'string') return 'subject is text';
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) return 'times is a whole number from 1';
  if (typeof detail !== 'object' || detail === null) return 'detail is an object';
  return {
    id,
    kind: known,
    point,
    times,
    detail: detail as Fault['detail'],
    ...(subject !== undefined && { subject }),
  };
};
