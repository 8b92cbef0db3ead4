/** How every id of a kick-off begins. */
export const KICK_OFF = 'kick-off/';

/** Of the schedule, and with the time of the run appended by the server, of each kick-off. */
export const kickOffId = (programme: string, batch: string): string => `${KICK_OFF}${programme}/${batch}`;

/**
 * What a kick-off did.
 *
 * - `started`  the batch was not known and runs now
 * - `found`    it runs, or has ended: nothing was done
 * - `tooLate`  no window of it can be used any more: nothing was done
 */
export interface KickedOff {
  /** Workflow id of the batch. */
  readonly batch: string;
  readonly outcome: 'started' | 'found' | 'tooLate';
  /** For people: what was done, and what is to be done. */
  readonly said: string;
}
