import type { Guest } from '../../activities/contracts/guest.ts';
import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import type { Mover } from '../../activities/contracts/mover.ts';
import type { Platform } from '../../activities/contracts/platform.ts';
import type { Capabilities } from '../../domain/capability.ts';
import type { VmDescription } from '../../domain/vm.ts';

/** A VM as the scripted platforms remember it. */
interface Standing {
  power: 'on' | 'off';
  connected: boolean;
}

/** Products that do what the contract says and nothing else: enough to see the algorithm at work. */
export interface Products {
  readonly calls: string[];
  readonly vms: Map<string, Standing>;
  /** Throw here to make a verb fail: asked before every verb. */
  fail: (call: string) => void;
  readonly serve: Record<string, Partial<Platform> | Partial<Mover> | Partial<Guest>>;
}

const capabilities = (cutover: 'restore' | 'switch'): Capabilities => ({
  from: ['ahv', 'hyper-v'],
  to: ['hyper-v', 'azure-local'],
  cutover,
  undoableUntil: 'connect',
  rehearsal: false,
  cancellable: false,
  stopsBeforeStart: true,
  fixesAtProtect: cutover === 'switch',
  preservesIp: true,
});

export const scriptedProducts = (): Products => {
  const vms = new Map<string, Standing>([['src-1', { power: 'on', connected: true }]]);
  const calls: string[] = [];
  const products: Products = { calls, vms, fail: () => undefined, serve: {} };
  const polls = new Map<string, number>();
  const called = (call: string): void => {
    calls.push(call);
    products.fail(call);
  };
  const describe = (id: string): VmDescription => {
    const vm = vms.get(id);
    if (!vm) throw mishap.missing(`${id} is not there`);
    return {
      ref: { id, name: id },
      power: vm.power,
      os: 'linux',
      firmware: 'uefi',
      generation: 2,
      secureBoot: false,
      cpus: 2,
      memoryMb: 4096,
      disks: [{ id: 'd0', bytes: 10 * 2 ** 30, boot: true }],
      nics: [
        {
          id: 'n0',
          mac: '50:6b:8d:00:00:01',
          network: vm.connected ? 'prod' : null,
          vlan: 20,
          connected: vm.connected,
          addresses: ['10.0.0.5'],
        },
      ],
      autostart: false,
      guestReachable: vm.power === 'on',
      note: null,
      obstacles: [],
    };
  };
  const platform = (where: string): Platform => ({
    preflight: async ({ vm, role }) => {
      called(`${where} preflight ${role}`);
      return {
        productVersion: '1',
        agentVersion: '1',
        findings: [],
        ...(vm && role === 'source' ? { description: describe(vm.id) } : {}),
      };
    },
    describe: async ({ vm }) => {
      called(`${where} describe`);
      return describe(vm.id);
    },
    shutDown: async ({ vm }) => {
      called(`${where} shutDown`);
      vms.set(vm.id, { power: 'off', connected: true });
      return { how: 'guest', observedAt: '' };
    },
    forceOff: async ({ vm }) => {
      called(`${where} forceOff`);
      vms.set(vm.id, { power: 'off', connected: false });
      return { how: 'forced', observedAt: '' };
    },
    powerOn: async ({ vm }) => {
      called(`${where} powerOn`);
      const now = vms.get(vm.id);
      vms.set(vm.id, { power: 'on', connected: now?.connected ?? false });
      return describe(vm.id);
    },
    isolate: async ({ vm, extent }) => {
      called(`${where} isolate ${extent}`);
      const wiring = describe(vm.id).nics;
      const now = vms.get(vm.id);
      if (extent === 'full' && now) vms.set(vm.id, { ...now, connected: false });
      return { wiring, autostart: true, description: describe(vm.id) };
    },
    connect: async ({ vm }) => {
      called(`${where} connect`);
      vms.set(vm.id, { power: vms.get(vm.id)?.power ?? 'off', connected: true });
      return describe(vm.id);
    },
    reshape: async ({ vm }) => {
      called(`${where} reshape`);
      return { description: describe(vm.id), wiring: [], macs: ['50:6b:8d:00:00:01'] };
    },
    health: async () => {
      called(`${where} health`);
      return { passed: ['V1-01'], findings: [] };
    },
    remove: async ({ vm }) => {
      called(`${where} remove`);
      return { removed: vms.delete(vm.id) };
    },
  });
  const mover = (where: string, kind: 'restore' | 'switch', successor: string, predecessor: string): Mover => {
    let mounted: string | null = null;
    return {
      preflight: async () => {
        called(`${where} preflight`);
        return { productVersion: '1', agentVersion: '1', findings: [], capabilities: capabilities(kind) };
      },
      protect: async () => {
        called(`${where} protect`);
        return { item: `${where}-item`, adopted: false };
      },
      synchronise: async ({ round }) => {
        called(`${where} synchronise ${round}`);
        const seen = (polls.get(`${where}${round}`) ?? 0) + 1;
        polls.set(`${where}${round}`, seen);
        if (seen < 5) return notFinished(`${seen * 20} %`);
        return { run: `run-${round}`, point: `point-${round}`, movedBytes: 1000, totalBytes: 1000, pointAt: null };
      },
      lag: async () => {
        called(`${where} lag`);
        return { point: 'p', pointAt: null, ageSeconds: 60, healthy: true, detail: '' };
      },
      markFinal: async () => {
        called(`${where} markFinal`);
        return { newestRun: 'run-0' };
      },
      cutOver: async () => {
        called(`${where} cutOver`);
        if (kind === 'switch') vms.set(predecessor, { power: 'off', connected: true });
        vms.set(successor, kind === 'restore' ? { power: 'off', connected: false } : { power: 'on', connected: true });
        mounted = successor;
        return {
          successor: { id: successor, name: successor },
          operation: `${where}-op`,
          state: kind === 'restore' ? 'off' : 'running',
          mounted: kind === 'restore',
        };
      },
      settle: async () => {
        called(`${where} settle`);
        return mounted
          ? {
              state: 'done',
              boundary: null,
              operation: `${where}-op`,
              successor: { id: mounted, name: mounted },
              detail: '',
            }
          : { state: 'none', boundary: null, operation: null, successor: null, detail: '' };
      },
      repair: async () => {
        called(`${where} repair`);
        vms.delete(successor);
        return { state: 'none', boundary: null, operation: null, successor: null, detail: '' };
      },
      commit: async () => {
        called(`${where} commit`);
        return { committed: true };
      },
      abandon: async () => {
        called(`${where} abandon`);
        vms.delete(successor);
        mounted = null;
        return { successorGone: true };
      },
      retire: async () => {
        called(`${where} retire`);
        return { retired: true };
      },
    };
  };
  const guest = (where: string): Guest => ({
    preflight: async () => {
      called(`${where} preflight`);
      return { productVersion: '1', agentVersion: '1', findings: [] };
    },
    inspect: async () => {
      called(`${where} inspect`);
      return {
        os: 'linux',
        osName: 'Linux',
        hostname: 'h',
        services: [],
        volumes: [],
        findings: [],
        nics: [
          { mac: '50:6b:8d:00:00:01', name: 'eth0', addresses: ['10.0.0.5/24'], gateway: null, dns: [], dhcp: false },
        ],
      };
    },
    prepare: async () => {
      called(`${where} prepare`);
      return { placed: [] };
    },
    readdress: async () => {
      called(`${where} readdress`);
      return { applied: [] };
    },
    check: async () => {
      called(`${where} check`);
      return { passed: [], findings: [] };
    },
    tidy: async () => {
      called(`${where} tidy`);
      return { removed: [] };
    },
  });
  Object.assign(products.serve, {
    'ahv@a': platform('ahv'),
    'hyper-v@s': platform('hyper-v'),
    'azure-local@l': platform('azure-local'),
    'veeam@v': mover('veeam', 'restore', 'staged-1', 'src-1'),
    'azure-migrate@m': mover('azure-migrate', 'switch', 'target-1', 'staged-1'),
    'guest@a': guest('guest-a'),
    'guest@s': guest('guest-s'),
    'guest@l': guest('guest-l'),
  });
  return products;
};
