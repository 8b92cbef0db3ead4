/**
 * Where a migration goes on that Temporal has lost, from its last checkpoint and from what the products say now. Pure.
 *
 * It goes on by itself only where what stands shows that the step it repeats is safe to repeat; everything else parks with what was seen,
 * and a person rolls back, or puts it right and has it look again:
 *
 * - `begin`     the predecessor serves as before, and neither an operation nor a successor stands: the hop goes on from protect, which
 *               finds what it made by its token, and asks at its cut-over gate again
 * - `landed`    the successor serves and its predecessor is off, but nobody has checked it: its adoption is repeated. A mover that switches
 *               answers a second `cutOver` with the one that was; isolating, reshaping and connecting read first what is there
 * - `validate`  the same, and its checks were passed: they are made once more, and what is decided after them is asked again
 * - `cleanUp`   its staged copy is gone, so the owner had signed off: commit and clean-up go on, where gone is done
 * - `hold`      it holds, with the rest of its time
 *
 * A restore that was cut short between its fence and the production network never goes forward: whether the predecessor ran after the copy
 * that it was made from was watched by nobody meanwhile, and a fenced machine reads otherwise than the one that was approved. Rolling back
 * loses nothing there, for the copy has served nobody.
 */

import type { CutoverKind } from './capability.ts';
import type { Power } from './vm.ts';

/** `asWired`: every adapter that was plugged in when it served is. */
export type Seen =
  | { readonly is: 'unnamed' }
  | { readonly is: 'unanswered'; readonly why: string }
  | { readonly is: 'missing' }
  | { readonly is: 'there'; readonly power: Power; readonly connected: boolean; readonly asWired: boolean };

export type SeenMover =
  | { readonly is: 'unnamed' }
  | { readonly is: 'unanswered'; readonly why: string }
  | { readonly is: 'settled'; readonly state: 'none' | 'done' | 'failed'; readonly detail: string };

/** `origin`: where the journey began, from its second hop on; of the first it is the predecessor. `unnamed`: nothing names it yet. */
export interface SeenAll {
  readonly origin: Seen;
  readonly predecessor: Seen;
  readonly mover: SeenMover;
  readonly successor: Seen;
}

export interface Glance {
  readonly hop: number;
  readonly isLast: boolean;
  readonly kind: CutoverKind | null;
  readonly mayHaveBegun: boolean;
  readonly landed: boolean;
  readonly rollingBack: boolean;
  readonly holds: boolean;
  /** The predecessor served when it was last read before its outage. */
  readonly wasOn: boolean;
  /** The landing is to be off at its end. */
  readonly landsOff: boolean;
  /** The successor was put right, and its adapters are known. */
  readonly knowsAdapters: boolean;
}

export type Onwards =
  | { readonly to: 'begin' | 'landed' | 'validate' | 'cleanUp' | 'hold' }
  | { readonly to: 'park'; readonly class: 'Unsafe' | 'Refused'; readonly message: string; readonly fix: string };

/** Where the platform cannot tell, it may run. */
const isOn = (seen: Seen): boolean => seen.is === 'there' && seen.power !== 'off';
const isOff = (seen: Seen): boolean => seen.is === 'there' && seen.power === 'off';
const isGone = (seen: Seen): boolean => seen.is === 'missing' || seen.is === 'unnamed';
const serves = (seen: Seen): boolean => seen.is === 'there' && seen.power === 'on' && seen.connected;

const seenText = (seen: Seen): string => {
  if (seen.is === 'unanswered') return `cannot be asked (${seen.why})`;
  if (seen.is === 'missing') return 'is not there';
  if (seen.is === 'unnamed') return 'is not known to stand';
  return `is ${seen.power}, ${seen.connected ? 'on the network' : 'off the network'}`;
};

const moverText = (seen: SeenMover): string => {
  if (seen.is === 'unnamed') return 'has nothing of it';
  if (seen.is === 'unanswered') return `cannot be asked (${seen.why})`;
  return `says: ${seen.detail || seen.state}`;
};

/** What was seen, in one sentence. */
const seenWords = (seen: SeenAll): string =>
  [
    ...(seen.origin.is === 'unnamed' ? [] : [`the source ${seenText(seen.origin)}`]),
    `the predecessor ${seenText(seen.predecessor)}`,
    `the mover ${moverText(seen.mover)}`,
    `the successor ${seenText(seen.successor)}`,
  ].join('; ');

const parks = (what: 'Unsafe' | 'Refused', why: string, seen: SeenAll, fix: string): Onwards => ({
  to: 'park',
  class: what,
  message: `${why} Seen: ${seenWords(seen)}.`,
  fix,
});

const LOOK = 'Put it right on the platforms, then retry, which only looks again';
const BACK = 'Roll back, which asks before anything is lost; retry only looks again.';

/** The successor is what it shall be, and nobody beside it runs. */
const stands = ({ landsOff }: Glance, { successor }: SeenAll): boolean =>
  serves(successor) || (landsOff && successor.is === 'there' && successor.power !== 'other' && successor.connected);

/** As it was before the hop touched it. */
const isAsBefore = ({ wasOn }: Glance, { predecessor }: SeenAll): boolean =>
  predecessor.is === 'there' && predecessor.asWired && predecessor.power === (wasOn ? 'on' : 'off');

const nothingStands = ({ mayHaveBegun }: Glance, { mover, successor }: SeenAll): boolean =>
  isGone(successor) && (mover.is === 'settled' ? mover.state === 'none' : mover.is === 'unnamed' && !mayHaveBegun);

const isDone = ({ mover }: SeenAll): boolean => mover.is === 'settled' && mover.state === 'done';

export const onwardsFrom = (kept: Glance, seen: SeenAll): Onwards => {
  const { origin, predecessor, mover, successor } = seen;
  if ([origin, predecessor, mover, successor].some(({ is }) => is === 'unanswered'))
    return parks('Unsafe', 'Not everybody could be asked who runs.', seen, `${LOOK}.`);
  if (isOn(origin) || [predecessor, successor].every(isOn))
    return parks('Unsafe', 'A machine runs that must be off.', seen, `${LOOK}; or roll back.`);
  if (kept.holds)
    return stands(kept, seen) && !isOn(predecessor)
      ? { to: 'hold' }
      : parks('Unsafe', 'It held, and does not stand as it did.', seen, `${LOOK}.`);
  if (kept.rollingBack) return parks('Refused', 'It was being rolled back when Temporal was lost.', seen, BACK);
  if (kept.landed) {
    if (!stands(kept, seen))
      return parks('Unsafe', 'It had landed, and does not serve.', seen, `${LOOK}; or roll back.`);
    if (isOff(predecessor)) return { to: 'validate' };
    return kept.isLast && kept.hop > 1 && predecessor.is === 'missing'
      ? { to: 'cleanUp' }
      : parks('Unsafe', 'It had landed, and its predecessor is gone.', seen, `${LOOK}.`);
  }
  if (isAsBefore(kept, seen) && nothingStands(kept, seen)) return { to: 'begin' };
  const mayAdopt = kept.kind === 'switch' || (kept.kind === 'restore' && kept.knowsAdapters);
  if (kept.mayHaveBegun && mayAdopt && serves(successor) && isOff(predecessor) && isDone(seen)) return { to: 'landed' };
  return parks('Refused', 'It was cut short in mid-cut-over, or somebody changed it since.', seen, BACK);
};

/** Without a checkpoint: what was wired how is known to nobody, so it begins only where nothing but the source stands. */
export const onwardsBlind = (source: Seen, standing: readonly string[]): Onwards => {
  if (source.is === 'there' && source.power === 'on' && source.connected && standing.length === 0)
    return { to: 'begin' };
  const there =
    standing.length > 0 ? `something of it stands at ${standing.join(', ')}` : 'nothing of it stands elsewhere';
  return {
    to: 'park',
    class: 'Unsafe',
    message: `There is no checkpoint of it, and it is not as it was before its journey. Seen: the source ${seenText(source)}; ${there}.`,
    fix: 'Have one machine serve and put the rest away by hand, as its tokens in the products name it; then retry, which looks again and begins at the beginning.',
  };
};
