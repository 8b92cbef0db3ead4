/** Why a step failed, in words an operator can act on. Travels as the details of an ApplicationFailure. */

/**
 * - `NotFinished`   the product is still at it; costs no history, asked again
 * - `Throttled`     the product asked us to slow down; asked again after its own delay
 * - `Unreachable`   no answer; asked again until the no-progress limit
 * - `Stalled`       no progress for longer than the verb's limit
 * - `Configuration` something of ours or of the estate must be changed by a person
 * - `Refused`       the product refuses this in its present state
 * - `GuestRefused`  the guest did not shut down in its grace time
 * - `Drift`         what was approved is not what is there now
 * - `Conflict`      an object that is not ours stands where ours should
 * - `Missing`       an object that must be there is not
 * - `Unsafe`        going on would break a safety rule; nothing was done
 * - `Vendor`        the product tried and failed
 * - `Misrouted`     the order reached a worker of another instance or contract
 */
export type MishapClass =
  | 'NotFinished'
  | 'Throttled'
  | 'Unreachable'
  | 'Stalled'
  | 'Configuration'
  | 'Refused'
  | 'GuestRefused'
  | 'Drift'
  | 'Conflict'
  | 'Missing'
  | 'Unsafe'
  | 'Vendor'
  | 'Misrouted';

/** Classes that Temporal asks again by itself; every other class fails the verb at once. */
export const RETRIED: readonly MishapClass[] = ['NotFinished', 'Throttled', 'Unreachable'];

/** Classes a plain retry policy must not repeat. */
export const FINAL: readonly MishapClass[] = [
  'Stalled',
  'Configuration',
  'Refused',
  'GuestRefused',
  'Drift',
  'Conflict',
  'Missing',
  'Unsafe',
  'Vendor',
  'Misrouted',
];

export interface Mishap {
  readonly class: MishapClass;
  /** One sentence: what failed. */
  readonly message: string;
  /** What is known to have changed in the estate, or `nothing`. */
  readonly changed: string;
  /** What a person does next. */
  readonly fix: string;
  /** The usual cause, where the facts name one. */
  readonly likely?: string;
  readonly vm?: string;
  /** `product@instance` */
  readonly at?: string;
  /** A planned failover that failed says on which side of its boundary; other facts a decision needs. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}
