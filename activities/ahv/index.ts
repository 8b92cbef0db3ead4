import type { Inventory, Platform } from '../contracts/platform.ts';
import { inventory } from './inventory.ts';
import { connect, isolate } from './isolate.ts';
import { type AhvDeps, ahvOf } from './parts.ts';
import { forceOff, powerOn } from './power.ts';
import { preflight } from './preflight.ts';
import { remove } from './remove.ts';
import { shutDown } from './shut-down.ts';
import { health, reshape } from './source-only.ts';

export type { AhvDeps } from './parts.ts';

/** Nutanix AHV through Prism Central v4: the source of a journey. */
export const ahvPlatform = (deps: AhvDeps): Platform & Inventory => {
  const ahv = ahvOf(deps);
  return {
    preflight: preflight(ahv),
    describe: async ({ vm }) => ahv.vms.describe((await ahv.vms.read(vm)).data),
    shutDown: shutDown(ahv),
    forceOff: forceOff(ahv),
    powerOn: powerOn(ahv),
    isolate: isolate(ahv),
    connect: connect(ahv),
    reshape: reshape(ahv),
    health: health(ahv),
    remove: remove(ahv),
    inventory: inventory(ahv),
  };
};
