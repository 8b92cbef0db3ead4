import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Journals, openJournals } from '../guests/journal.ts';
import { type Networks, networksOf } from '../guests/networks.ts';
import { bootDiskOf, readGuest, writeGuest } from '../guests/state.ts';
import { pressures } from '../hosts/pressure.ts';
import { byClock, CLOCKS, openClocks } from './clocks.ts';
import { type LabDisks, openDisks } from './disks.ts';
import { type ArmedFault, armFromFile, type FaultRegistry, openFaults } from './faults.ts';
import { hostFaults, type Rebooting } from './host-faults.ts';
import type { Scenario } from './scenario.ts';
import { checkScenario, seedVm } from './seed.ts';
import { openStore } from './store.ts';
import type { Clock, Estate, EventKind, LabVm } from './types.ts';
import { type LabVms, openVms, type Pending } from './vms.ts';

const TICK_MS = 100;
const WRITE_EVERY_MS = 200;

export interface OpenOptions {
  /** Real time in ms since the epoch; the system clock when absent. */
  readonly clock?: () => number;
  /** False leaves the ticking to the caller of `tick`. */
  readonly ticking?: boolean;
}

/** The estate with what only the lab's own rooms use. */
export interface LabEstate extends Estate {
  readonly vms: LabVms;
  readonly disks: LabDisks;
  readonly faults: FaultRegistry;
  readonly networks: Networks;
  readonly journals: Journals;
  at(clock: Clock): Estate;
  /** Everything that is durable, by `product/table`. */
  everything(): Record<string, Record<string, unknown>>;
  together<R>(work: () => R): R;
  tick(): void;
  close(): void;
}

/** Opens the estate in `dir`, or makes it from the scenario the first time. It may have been killed at any instant before. */
export const openEstate = (scenario: Scenario, dir: string, options: OpenOptions = {}): LabEstate => {
  checkScenario(scenario);
  mkdirSync(dir, { recursive: true });
  keepScenario(scenario, dir);

  const store = openStore(dir);
  const { together, table } = store;
  const clock = options.clock ?? Date.now;
  let latest = store.newestEvent;
  const now = (): number => {
    latest = Math.max(latest, clock());
    return latest;
  };
  const scaled = (ms: number): number => ms / scenario.speed;
  const origins = new Map(scenario.vms.map((vm) => [vm.uuid, vm]));

  const disks = openDisks(dir, table('lab', 'disks'));
  const journals = openJournals(dir, disks);
  const networks = networksOf(scenario);
  const rows = table<LabVm>('lab', 'vms');

  const log = (kind: EventKind, fields: Readonly<Record<string, unknown>>): void =>
    together(() => {
      store.log(now(), kind, fields);
      faults.seen(kind, fields);
    });

  const faults = openFaults({
    rows: table<ArmedFault>('lab', 'faults'),
    now,
    log,
    together,
    evenIfUndone: store.evenIfUndone,
    vm: (id) => rows.get(id),
    nameOf: (origin) => origins.get(origin)?.name,
  });
  const vms = openVms({
    rows,
    pending: table<Pending>('lab', 'pending'),
    disks,
    journals,
    faults,
    networks,
    now,
    scaled,
    log,
    together,
    firmwareOf: (origin) => origins.get(origin)?.firmware,
  });

  const facts = table<number>('lab', 'facts');
  if (facts.get('seeded') === undefined) {
    const seeded = scenario.vms.map((vm) => seedVm(scenario, vm, disks, now()));
    together(() => {
      for (const vm of seeded) {
        vms.create({ ...vm, power: 'off' }, 'scenario');
        if (vm.power === 'on') startRunning(vm);
      }
      facts.put('seeded', now());
    });
  }

  /** A VM that runs when the lab begins has been up for a while. */
  function startRunning(vm: LabVm): void {
    const { id, origin, platform } = vm;
    rows.put(id, { ...vm, powerAt: now(), guestUpSince: now() });
    log('vm.power', { vm: id, origin, platform, to: 'on', how: 'boot', by: 'scenario', lastSeq: 0 });
    log('guest.up', { vm: id, origin });
    for (const { mac, ips } of vms.addressesOf(id)) log('guest.addresses', { vm: id, origin, mac, ips });
  }

  /** A kill can come between a guest's row and its block 0, and in the middle of a journal write: both are repeated. */
  const resume = (): void => {
    for (const vm of vms.all()) {
      if (vm.guestUpSince === null) continue;
      const onDisk = readGuest(disks, bootDiskOf(vm));
      if (JSON.stringify(onDisk) !== JSON.stringify(vm.guest)) writeGuest(disks, bootDiskOf(vm), vm.guest);
      journals.write(vm, now());
    }
  };
  resume();
  log('lab.started', { scenario: scenario.name, speed: scenario.speed });
  armFromFile(faults, join(dir, 'faults.json'));

  const movers: ((now: number) => void)[] = [];
  const written = new Map<string, number>();
  const rebooting = table<Rebooting>('lab', 'rebooting');
  const hosts = hostFaults({ vms, faults, rebooting, pressure: pressures({ table }), scaled, together });

  const clocks = openClocks(faults);

  const writeJournals = (at: number): void => {
    for (const vm of vms.all()) {
      if (vm.guestUpSince === null || at - (written.get(vm.id) ?? 0) < WRITE_EVERY_MS) continue;
      written.set(vm.id, at);
      if (vm.disks.every((d) => disks.exists(d.file))) journals.write(vm, at);
      else vms.crash(vm.id, 'host:disk-missing');
    }
  };

  /** One room that fails must not stop the others; the lab says so and goes on. */
  const guarded = (move: (at: number) => void): void => {
    try {
      move(now());
    } catch (error) {
      console.error('lab: a move failed:', error);
    }
  };
  const tick = (): void => {
    for (const move of [clocks.move, hosts, vms.move, writeJournals, ...movers]) guarded(move);
  };
  const timer = options.ticking === false ? undefined : setInterval(tick, TICK_MS).unref();

  const opened: Omit<LabEstate, 'at'> = {
    scenario,
    dir,
    now,
    scaled,
    vms,
    disks,
    faults,
    networks,
    journals,
    table,
    together,
    log,
    everything: store.everything,
    onTick: (move) => void movers.push(move),
    tick,
    close: () => {
      clearInterval(timer);
      disks.close();
      store.close();
    },
  };
  const sides = new Map(CLOCKS.map((clock) => [clock, byClock(opened, () => clocks.offOf(clock))]));
  return { ...opened, at: (clock) => sides.get(clock) ?? opened };
};

const keepScenario = (scenario: Scenario, dir: string): void => {
  const path = join(dir, 'scenario.json');
  const text = JSON.stringify(scenario, null, 2);
  if (!existsSync(path)) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) throw new Error(`${dir} holds the state of another scenario`);
};
