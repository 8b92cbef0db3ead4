import type { LabEvent } from '../lab-hand.ts';
import type { Sight } from './answer.ts';

interface Seen {
  readonly origin: string;
  readonly platform: string;
  isOn: boolean;
  isUp: boolean;
}

/** What consoles show, from the lab's news. */
export interface Sights {
  readonly hear: (event: LabEvent) => void;
  /** By the uuid of the VM's origin. */
  readonly of: (origin: string) => Sight;
}

export const openSights = (): Sights => {
  const vms = new Map<string, Seen>();
  return {
    hear: ({ kind, vm, origin, platform, to }) => {
      const id = String(vm);
      const known = vms.get(id);
      if (kind === 'vm.created')
        vms.set(id, { origin: String(origin), platform: String(platform), isOn: false, isUp: false });
      if (kind === 'vm.removed') vms.delete(id);
      if (kind === 'vm.power' && known) Object.assign(known, { isOn: to === 'on', isUp: false });
      if (kind === 'guest.up' && known) known.isUp = true;
    },
    of: (origin) => ({
      on: [...vms]
        .filter(([, seen]) => seen.origin === origin && seen.isOn)
        .map(([id, { platform, isUp }]) => ({ id, platform, isUp })),
    }),
  };
};
