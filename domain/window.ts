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

/** Whether a cut-over may begin now: from the opening to the latest abort. Without a window it always may. */
export const mayBegin = (window: Window | null, now: number): boolean =>
  window === null || (now >= window.opensAt && now < window.abortAt);

/** Milliseconds until it opens; 0 once it has. */
export const untilOpen = (window: Window | null, now: number): number =>
  window === null ? 0 : Math.max(0, window.opensAt - now);
