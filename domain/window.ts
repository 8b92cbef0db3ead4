/**
 * A span of time in which a cut-over may happen. Zone texts were turned into instants when the plan was read, so nothing here,
 * and therefore nothing in a workflow, asks for the rules of a time zone. All instants are milliseconds since the epoch.
 */
export interface Window {
  readonly opensAt: number;
  readonly closesAt: number;
  /** Latest moment at which giving up still leaves time to roll back before the window closes. */
  readonly abortAt: number;
  /** IANA name the plan wrote the window in. */
  readonly zone: string;
  /** As people in that zone read it: `2026-11-14 20:00 – 2026-11-15 04:00 Europe/Vienna`. */
  readonly text: string;
  /** The same in UTC: `2026-11-14T19:00Z – 2026-11-15T03:00Z`. */
  readonly utcText: string;
}

/**
 * - `waiting`  not open yet
 * - `open`     a cut-over may begin
 * - `closing`  past the latest abort: nothing new begins, what runs may end
 * - `closed`   over
 */
export type WindowState = 'waiting' | 'open' | 'closing' | 'closed';

export const windowState = (window: Window, now: number): WindowState => {
  if (now < window.opensAt) return 'waiting';
  if (now < window.abortAt) return 'open';
  if (now < window.closesAt) return 'closing';
  return 'closed';
};

/** Whether a cut-over may begin now; without a window it always may. */
export const mayBegin = (window: Window | null, now: number): boolean =>
  window === null || windowState(window, now) === 'open';

/** Milliseconds until it opens; 0 once it has. */
export const untilOpen = (window: Window | null, now: number): number =>
  window === null ? 0 : Math.max(0, window.opensAt - now);

/** Milliseconds until the latest abort; negative once that has passed. */
export const untilAbort = (window: Window, now: number): number => window.abortAt - now;

/** The window with its latest abort set from a measured rollback time, never before it opens. */
export const abortingBefore = (window: Window, rollbackMs: number): Window => ({
  ...window,
  abortAt: Math.max(window.opensAt, window.closesAt - rollbackMs),
});
