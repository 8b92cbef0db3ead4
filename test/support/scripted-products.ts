import type { Guest } from '../../activities/contracts/guest.ts';
import { mishap } from '../../activities/contracts/mishap.ts';
import type { Mover } from '../../activities/contracts/mover.ts';
import type { Platform } from '../../activities/contracts/platform.ts';
import type { CutoverKind } from '../../domain/capability.ts';
import type { VmDescription } from '../../domain/vm.ts';
import { scriptedGuest } from './scripted-guest.ts';
import { type Carried, scriptedMover } from './scripted-mover.ts';
import { scriptedPlatform } from './scripted-platform.ts';

/** A VM as the scripted platforms remember it. */
export interface Standing {
  power: 'on' | 'off';
  connected: boolean;
  autostart: boolean;
}

/** Products that do what the contract says and nothing else: enough to see the algorithm at work. */
export interface Products {
  /** `<product> <verb>`, in the order they reached a driver. */
  readonly calls: string[];
  readonly vms: Map<string, Standing>;
  /** What a mover holds, by product. */
  readonly carried: Map<string, Carried>;
  /** Of every VM. */
  cpus: number;
  /** How a mover says it cuts over, where it is not as it should be. */
  readonly kinds: Map<string, CutoverKind | null>;
  /** Asked before every verb: throws to make it fail with nothing done, or promises to make it take as long. */
  before: (call: string) => void | Promise<void>;
  /** Asked after the effect: throws to lose the answer. */
  after: (call: string) => void;
  readonly called: (call: string) => void | Promise<void>;
  readonly describe: (id: string) => VmDescription;
  readonly serve: Record<string, Partial<Platform> | Partial<Mover> | Partial<Guest>>;
  /** One source VM, on and connected; nothing held, nothing scripted. */
  readonly reset: () => void;
}

export const scriptedProducts = (): Products => {
  const vms = new Map<string, Standing>();
  const calls: string[] = [];
  const carried = new Map<string, Carried>();
  const products: Products = {
    calls,
    vms,
    carried,
    kinds: new Map(),
    cpus: 2,
    before: () => undefined,
    after: () => undefined,
    called: (call) => {
      calls.push(call);
      return products.before(call);
    },
    describe: (id) => {
      const vm = vms.get(id);
      if (!vm) throw mishap.missing(`${id} is not there`);
      return {
        ref: { id, name: id },
        power: vm.power,
        os: 'linux',
        firmware: 'uefi',
        generation: 2,
        secureBoot: false,
        cpus: products.cpus,
        memoryMb: 4096,
        disks: [{ id: 'd0', bytes: 10 * 2 ** 30, boot: true }],
        nics: [
          {
            id: 'n0',
            mac: '50:6b:8d:00:00:01',
            network: vm.connected ? 'prod' : null,
            vlan: 20,
            connected: vm.connected,
            addresses: vm.connected ? ['10.0.0.5'] : [],
          },
        ],
        autostart: vm.autostart,
        guestReachable: vm.power === 'on',
        note: null,
        obstacles: [],
      };
    },
    serve: {},
    reset: () => {
      vms.clear();
      vms.set('src-1', { power: 'on', connected: true, autostart: true });
      calls.length = 0;
      carried.clear();
      products.kinds.clear();
      products.cpus = 2;
      products.before = () => undefined;
      products.after = () => undefined;
    },
  };
  const mover = (where: string, kind: 'restore' | 'switch', successor: string, predecessor: string): Mover =>
    scriptedMover(products, {
      where,
      kind,
      successor,
      predecessor,
      carried: () => {
        const held = carried.get(where) ?? { item: false, stands: 'nothing', polls: 0 };
        carried.set(where, held);
        return held;
      },
    });
  Object.assign(products.serve, {
    'ahv@a': scriptedPlatform(products, 'ahv'),
    'hyper-v@s': scriptedPlatform(products, 'hyper-v'),
    'azure-local@l': scriptedPlatform(products, 'azure-local'),
    'veeam@v': mover('veeam', 'restore', 'staged-1', 'src-1'),
    'azure-migrate@m': mover('azure-migrate', 'switch', 'target-1', 'staged-1'),
    'guest@a': scriptedGuest(products, 'guest-a'),
    'guest@s': scriptedGuest(products, 'guest-s'),
    'guest@l': scriptedGuest(products, 'guest-l'),
  });
  products.reset();
  return products;
};
