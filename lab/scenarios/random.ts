import type { Behaviour, Scenario, VmScenario } from '../estate/scenario.ts';
import { azure, bastion, hyperV, prism, sizes, veeam } from './ordinary.ts';
import { type VmWish, vmOf } from './vm.ts';

export interface RandomOptions {
  /** The same seed and count make the same scenario. */
  readonly seed: number;
  readonly count: number;
  /** Divides vendor durations; 60 when absent. */
  readonly speed?: number;
}

/** Numbers in [0, 1) that are the same for the same seed. */
const numbersOf = (seed: number): (() => number) => {
  let state = (seed ^ 0x5bd1e995) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

interface Roll {
  readonly chance: (share: number) => boolean;
  readonly among: <const T>(choices: readonly T[]) => T;
}

const rollOf = (next: () => number): Roll => ({
  chance: (share) => next() < share,
  among: (choices) => {
    const chosen = choices[Math.floor(next() * choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  },
});

const SERVICES = {
  windows: ['W3SVC', 'LanmanServer', 'Spooler', 'MSSQLSERVER', 'DFSR'],
  linux: ['nginx', 'ssh', 'cron', 'postgresql'],
} as const;

const OWNERS = ['shop-team@contoso.example', 'office-team@contoso.example'] as const;
const GROUPS = ['front', 'back'] as const;
const FIRST_HOST = 31;

/** What guests do that nobody wishes; most do nothing of it. */
const behaviourOf = ({ chance }: Roll, os: 'windows' | 'linux', isOn: boolean): Behaviour => ({
  ...(chance(0.12) && { refusesShutdown: true }),
  ...(isOn && chance(0.12) && { firstBootHangs: true }),
  ...(os === 'windows' && chance(0.15) && { noGuestTools: true }),
});

/** One to three disks; the data in them stays small, for it is really written and compared. */
const disksOf = ({ among, chance }: Roll): VmWish['disks'] => [
  { gib: among([40, 60, 80]), dataMib: among([2, 3, 4]) },
  ...(chance(0.5) ? [{ gib: among([100, 200, 400, 700]), dataMib: among([1, 2]) }] : []),
  ...(chance(0.2) ? [{ gib: among([50, 300]), dataMib: 1 }] : []),
];

const wishOf = (roll: Roll, index: number): VmWish => {
  const { among, chance } = roll;
  const os = among(['windows', 'windows', 'linux']);
  const isOn = !chance(0.12);
  const host = FIRST_HOST + index;
  const first = among(['app', 'db']);
  return {
    name: `vm-${index + 1}`,
    os,
    firmware: chance(0.25) ? 'bios' : 'uefi',
    cpus: among([1, 2, 4]),
    memoryMb: among([2048, 4096, 8192]),
    power: isOn ? 'on' : 'off',
    disks: disksOf(roll),
    nics: [{ on: first, host }, ...(chance(0.3) ? [{ on: first === 'app' ? 'db' : 'app', host } as const] : [])],
    services: SERVICES[os].filter((_, n) => n === 0 || chance(0.5)),
    behaviour: behaviourOf(roll, os, isOn),
    batch: 'random',
    group: GROUPS[index % 2] ?? 'front',
    owner: among(OWNERS),
    storagePath: among(['storage-a', 'storage-b']),
  };
};

/** Two VMs of one display name: the second is told apart by its key, its host name and its name at the target. */
const twinsOf = (wishes: readonly VmWish[]): readonly VmWish[] =>
  wishes.map((wish, index) =>
    index > 1 ? wish : { ...wish, key: `twin-${index + 1}`, name: 'twin', targetName: `twin-${index + 1}` },
  );

const bytesOf = (vm: VmScenario): number => vm.disks.reduce((sum, disk) => sum + disk.bytes, 0);

/** Room on staging: now and then for all but one, by number or by bytes, so that one waits for another. */
const seatsOf = ({ among }: Roll, vms: readonly VmScenario[]): NonNullable<Scenario['seats']> => {
  const all = vms.reduce((sum, vm) => sum + bytesOf(vm), 0);
  const scarce = among(['nothing', 'nothing', 'seats', 'bytes']);
  return {
    staging: Math.max(1, Math.min(16, scarce === 'seats' ? vms.length - 1 : vms.length)),
    stagingBytes: scarce === 'bytes' && vms.length > 1 ? Math.max(all - sizes.GIB, ...vms.map(bytesOf)) : all,
  };
};

/** VMs of random shapes, `vm-1` to `vm-N` and now and then two of one name; the truth of a chaos run. */
export const randomVms = ({ seed, count, speed = 60 }: RandomOptions): Scenario => {
  const roll = rollOf(numbersOf(seed));
  const wishes = Array.from({ length: count }, (_, index) => wishOf(roll, index));
  const vms = (count > 1 && roll.chance(0.4) ? twinsOf(wishes) : wishes).map(vmOf);
  const room = 16 * sizes.TIB;
  return {
    name: `random-${seed}-${count}`,
    speed,
    prism,
    veeam: { ...veeam, licences: count + 4 },
    hyperV: { ...hyperV, volumes: hyperV.volumes.map((volume) => ({ ...volume, bytes: room })) },
    azure: { ...azure, storagePaths: azure.storagePaths.map((path) => ({ ...path, bytes: room })) },
    bastion,
    vms,
    seats: seatsOf(roll, vms),
  };
};
