import type { MoverSettings } from '../contracts/mover.ts';

/**
 * - `adoptItem`      takes over a replication that is there already and lands otherwise than the plan; it stays after us
 * - `recreateFailed` removes a replication whose enabling failed and makes it anew
 */
export interface Settings {
  readonly adoptItem: boolean;
  readonly recreateFailed: boolean;
}

export const settingsOf = (settings: MoverSettings): Settings => ({
  adoptItem: settings.adoptItem === true,
  recreateFailed: settings.recreateFailed === true,
});

/** Settings this mover does not know, or gives another type. */
export const unknownSettings = (settings: MoverSettings): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) =>
    (name === 'adoptItem' || name === 'recreateFailed') && (value === null || typeof value === 'boolean') ? [] : [name],
  );
