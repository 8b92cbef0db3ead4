import type { Guest } from '../contracts/guest.ts';
import { check } from './check.ts';
import { inspect } from './inspect.ts';
import { type GuestDeps, guestRoom } from './parts.ts';
import { preflight } from './preflight.ts';
import { prepare } from './prepare.ts';
import { readdress } from './readdress.ts';
import { tidy } from './tidy.ts';

export type { GuestDeps } from './parts.ts';
export { guestScripts } from './scripts.ts';

/** Inside VMs, by PowerShell Direct, WinRM or SSH. */
export const guestDriver = (deps: GuestDeps): Guest => {
  const room = guestRoom(deps);
  return {
    preflight: preflight(room),
    inspect: inspect(room),
    prepare: prepare(room),
    readdress: readdress(room),
    check: check(room),
    tidy: tidy(room),
  };
};
