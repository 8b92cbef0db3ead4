import type { Landing } from './landing.ts';
import type { Settings } from './plan.ts';
import type { Window } from './window.ts';

/** What changes of one hop; what is absent stays, of a landing and of settings too. `window` null lets it cut over at any time. */
export interface HopEdit {
  readonly n: number;
  readonly landing?: Partial<Landing>;
  readonly window?: Window | null;
  readonly settings?: Settings;
}

/** What changes of a journey under way: the hops it names, and the group it cuts over with. */
export interface JourneyEdit {
  readonly hops: readonly HopEdit[];
  readonly group?: string;
}
