import { isWindow } from './edit-shapes.ts';
import { isInstant } from './instant.ts';
import type { ProgrammeOrder } from './programme.ts';
import { isName } from './said.ts';
import { METRICS } from './stop-wave.ts';

/** Whether what came is a plan of a programme: what carries on with less would stop where nobody can help it on. */

type Came = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Came =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf = (holds: (value: unknown) => boolean, value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => holds(each));

const isBatch = (value: unknown): boolean =>
  isObject(value) &&
  isName(value.name) &&
  isInstant(value.vms) &&
  isListOf(isName, value.after) &&
  isListOf(isWindow, value.windows);

const isFreeze = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.id === 'string' &&
  isInstant(value.from) &&
  isInstant(value.to) &&
  typeof value.why === 'string';

const isThreshold = (value: unknown): boolean =>
  value === undefined || (isObject(value) && typeof value.limit === 'number' && isInstant(value.forMs));

const isStopWave = (value: unknown): boolean => {
  if (value === null) return true;
  if (!isObject(value)) return false;
  const { everyMs, thresholds, approvers } = value;
  const isWatched = isObject(thresholds) && METRICS.every((metric) => isThreshold(thresholds[metric]));
  return isInstant(everyMs) && everyMs > 0 && isWatched && isListOf(isName, approvers);
};

const isRules = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { inFlight, leadMs, freezes, stopWave } = value;
  return (
    isInstant(inFlight) && (leadMs === null || isInstant(leadMs)) && isListOf(isFreeze, freezes) && isStopWave(stopWave)
  );
};

const isHost = (value: unknown): boolean => isObject(value) && isName(value.product) && isName(value.instance);

/** Why a plan does not take the place of the one a programme runs by, or null. It may be anything that a person typed. */
export const refuseReplan = ({ programme }: Pick<ProgrammeOrder, 'programme'>, came: unknown): string | null => {
  if (!isObject(came) || came.programme !== programme) return 'That is the plan of another programme.';
  const { batches, rules, hosts, reconcileMs, pollMs } = came;
  const isTimed = [reconcileMs, pollMs].every((each) => isInstant(each) && each > 0);
  return isListOf(isBatch, batches) && isRules(rules) && isListOf(isHost, hosts) && isTimed
    ? null
    : 'That is no whole plan of a programme. Give `tranship programme start` again, which hands it in.';
};
