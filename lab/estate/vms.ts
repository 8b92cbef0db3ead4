import { settleAdapters, shownOn } from '../guests/adapters.ts';
import { BOOT_MS, bootOutcome, SHUTDOWN_MS } from '../guests/boot.ts';
import type { Journals } from '../guests/journal.ts';
import type { Networks } from '../guests/networks.ts';
import { bootDiskOf, readGuest, writeGuest } from '../guests/state.ts';
import type { LabDisks } from './disks.ts';
import type { EventKind, Faults, GuestState, LabNic, LabVm, Table, VmStore } from './types.ts';

/** What a VM that changes state is on its way to: lab ms when due. */
export interface Pending {
  readonly bootDue: number | null;
  readonly stop: { readonly due: number; readonly how: 'guest' | 'acpi'; readonly by: string } | null;
}

export interface VmDeps {
  readonly rows: Table<LabVm>;
  readonly pending: Table<Pending>;
  readonly disks: LabDisks;
  readonly journals: Journals;
  readonly faults: Faults;
  readonly networks: Networks;
  now(): number;
  scaled(ms: number): number;
  log(kind: EventKind, fields: Readonly<Record<string, unknown>>): void;
  together<R>(work: () => R): R;
  firmwareOf(origin: string): 'bios' | 'uefi' | undefined;
}

export interface LabVms extends VmStore {
  all(): readonly LabVm[];
  /** The platform's host pulled the plug of everything it ran. */
  crash(id: string, by: string): void;
  /** Changes what the guest is, in memory and on its boot disk. */
  changeGuest(id: string, edit: (guest: GuestState) => void): LabVm;
  /** Brings boots and shutdowns that are due to their end. */
  move(now: number): void;
}

export const openVms = (deps: VmDeps): LabVms => {
  const { rows, pending, disks, journals, log, together } = deps;

  const need = (id: string): LabVm => {
    const vm = rows.get(id);
    if (!vm) throw new Error(`there is no VM ${id}`);
    return vm;
  };

  const shown = (vm: LabVm): readonly { mac: string; ips: string[] }[] =>
    vm.guestUpSince === null
      ? []
      : vm.nics.flatMap((nic) => {
          const address = shownOn(vm.guest, nic, (n) => deps.networks.lease(vm.platform, n));
          return nic.connected ? [{ mac: nic.mac, ips: address ? [address.ip] : [] }] : [];
        });

  /** Logs the addresses of adapters whose addresses are not what they were. */
  const tellAddresses = (before: ReturnType<typeof shown>, vm: LabVm): void => {
    const after = shown(vm);
    for (const { mac } of before) {
      if (!after.some((a) => a.mac === mac)) log('guest.addresses', { vm: vm.id, origin: vm.origin, mac, ips: [] });
    }
    for (const { mac, ips } of after) {
      const known = before.find((b) => b.mac === mac);
      if (known?.ips.join() !== ips.join()) log('guest.addresses', { vm: vm.id, origin: vm.origin, mac, ips });
    }
  };

  const saveGuest = (vm: LabVm): void => {
    rows.put(vm.id, vm);
    writeGuest(disks, bootDiskOf(vm), vm.guest);
  };

  const goOff = (vm: LabVm, how: 'guest' | 'acpi' | 'forced' | 'crash', by: string): void =>
    together(() => {
      const lastSeq = journals.lastSeq(vm);
      rows.put(vm.id, { ...vm, power: 'off', powerAt: deps.now(), guestUpSince: null });
      pending.delete(vm.id);
      journals.reread(vm.id);
      const { id, origin, platform } = vm;
      log('vm.power', { vm: id, origin, platform, to: 'off', how, by, lastSeq });
    });

  const powerOn = (id: string, by: string): void =>
    together(() => {
      const vm = need(id);
      if (vm.power === 'on') return;
      journals.reread(id);
      const found = readGuest(disks, bootDiskOf(vm));
      const outcome = bootOutcome(vm, found, deps.firmwareOf(vm.origin) ?? vm.firmware);
      const started: LabVm = { ...vm, power: 'on', powerAt: deps.now(), guestUpSince: null, guest: found ?? vm.guest };
      const boots = outcome === 'up' && deps.faults.at(`boot.${vm.platform}`, id)?.kind !== 'noBoot';

      if (outcome === 'hangs') {
        started.guest.hangsUntilPowerCycle = true;
        saveGuest(started);
      } else {
        rows.put(id, started);
      }
      const bootDue = boots ? deps.now() + deps.scaled(BOOT_MS[started.guest.os]) : null;
      pending.put(id, { bootDue, stop: null });
      const lastSeq = journals.lastSeq(started);
      log('vm.power', { vm: id, origin: vm.origin, platform: vm.platform, to: 'on', how: 'boot', by, lastSeq });
    });

  const comeUp = (vm: LabVm): void =>
    together(() => {
      const { guest } = vm;
      if (guest.hangsUntilPowerCycle) {
        guest.hangsUntilPowerCycle = false;
        guest.behaviour = { ...guest.behaviour, firstBootHangs: false };
      }
      settleAdapters(guest, vm);
      const wrong = deps.faults.at(`address.${vm.platform}`, vm.id);
      if (wrong?.kind === 'wrongAddress') misplace(guest, vm.nics[0], String(wrong.detail.ip ?? '169.254.13.37'));
      vm.guestUpSince = deps.now();
      saveGuest(vm);
      pending.put(vm.id, { bootDue: null, stop: pending.get(vm.id)?.stop ?? null });
      log('guest.up', { vm: vm.id, origin: vm.origin });
      tellAddresses([], vm);
    });

  const change = (id: string, by: string, edit: (vm: LabVm) => void): LabVm =>
    together(() => {
      const before = need(id);
      const vm = need(id);
      edit(vm);
      const { origin, platform, power, powerAt, guestUpSince } = before;
      Object.assign(vm, { id, origin, platform, power, powerAt, guestUpSince });
      if (vm.guestUpSince !== null) settleAdapters(vm.guest, vm);
      if (bootDiskOf(vm) !== bootDiskOf(before) && vm.power === 'off') {
        vm.guest = readGuest(disks, bootDiskOf(vm)) ?? vm.guest;
      }
      if (JSON.stringify(vm.guest) === JSON.stringify(before.guest)) rows.put(id, vm);
      else saveGuest(vm);
      for (const fields of nicChanges(before.nics, vm.nics)) log('vm.nic', { vm: id, origin, ...fields, by });
      if (vm.autostart !== before.autostart) log('vm.autostart', { vm: id, origin, on: vm.autostart, by });
      const shape = shapeOf(vm);
      if (JSON.stringify(shape) !== JSON.stringify(shapeOf(before)))
        log('vm.reshaped', { vm: id, origin, ...shape, by });
      tellAddresses(shown(before), vm);
      return vm;
    });

  return {
    get: (id) => rows.get(id),
    all: () => rows.list().map((row) => row.value),
    list: (platform, instance) =>
      rows
        .list()
        .map((row) => row.value)
        .filter((vm) => vm.platform === platform && (instance === undefined || vm.instance === instance)),

    create: (vm, by) =>
      together(() => {
        if (rows.get(vm.id)) throw new Error(`VM ${vm.id} exists`);
        const { id, origin, platform, instance, name } = vm;
        const guest = readGuest(disks, bootDiskOf(vm)) ?? vm.guest;
        rows.put(id, { ...vm, guest, power: 'off', powerAt: deps.now(), guestUpSince: null });
        log('vm.created', { vm: id, origin, platform, instance, name, by, ...shapeOf(vm), nics: vm.nics });
        if (vm.power === 'on') powerOn(id, by);
      }),

    change,
    changeGuest: (id, edit) => change(id, 'guest', (vm) => edit(vm.guest)),
    powerOn,

    requestShutdown: (id, by, how) => {
      const vm = need(id);
      const underway = pending.get(id)?.stop;
      if (vm.power !== 'on' || vm.guestUpSince === null || underway) return;
      if (how === 'guest' && vm.platform === 'ahv' && !vm.guest.guestTools) return;
      if (vm.guest.behaviour.refusesShutdown) return;
      if (deps.faults.at(`shutdown.${vm.platform}`, id)?.kind === 'guestRefuses') return;
      pending.put(id, { bootDue: null, stop: { due: deps.now() + deps.scaled(SHUTDOWN_MS), how, by } });
    },

    powerOff: (id, by) => {
      const vm = need(id);
      if (vm.power !== 'off') goOff(vm, 'forced', by);
    },
    crash: (id, by) => {
      const vm = need(id);
      if (vm.power !== 'off') goOff(vm, 'crash', by);
    },

    remove: (id, by, { keepDisks }) =>
      together(() => {
        const vm = need(id);
        if (vm.power !== 'off') goOff(vm, 'forced', by);
        if (!keepDisks) for (const disk of vm.disks) disks.remove(disk.file);
        rows.delete(id);
        log('vm.removed', { vm: id, origin: vm.origin, by, keptDisks: keepDisks });
      }),

    addressesOf: (id) => shown(need(id)),
    guest: (id) => {
      const vm = need(id);
      return vm.power === 'off' ? (readGuest(disks, bootDiskOf(vm)) ?? vm.guest) : vm.guest;
    },

    move: (now) => {
      for (const { key, value } of pending.list()) {
        const vm = rows.get(key);
        if (!vm) pending.delete(key);
        else if (value.stop && value.stop.due <= now) goOff(vm, value.stop.how, value.stop.by);
        else if (value.bootDue !== null && value.bootDue <= now) comeUp(vm);
      }
    },
  };
};

const misplace = (guest: GuestState, nic: LabNic | undefined, ip: string): void => {
  guest.addresses = guest.addresses.map((a) => (a.mac === nic?.mac ? { ...a, ip, dhcp: false } : a));
};

/** Disk files are part of a shape: committing a mount swaps them. */
const shapeOf = ({ cpus, memoryMb, disks }: LabVm) => ({
  cpus,
  memoryMb,
  disks: disks.map(({ file, bytes }) => ({ file, bytes })),
});

const wiringOf = ({ id, mac, network, vlan, connected }: LabNic) => ({ nic: id, mac, network, vlan, connected });

/** What vm.nic events say of adapters that were added, rewired or taken out. */
const nicChanges = (before: readonly LabNic[], after: readonly LabNic[]): readonly Record<string, unknown>[] => {
  const changed = after.filter((nic) => {
    const known = before.find((b) => b.id === nic.id);
    return !known || JSON.stringify(wiringOf(known)) !== JSON.stringify(wiringOf(nic));
  });
  const gone = before.filter((nic) => !after.some((a) => a.id === nic.id));
  return [
    ...changed.map(wiringOf),
    ...gone.map((nic) => ({ ...wiringOf(nic), network: null, vlan: null, connected: false, removed: true })),
  ];
};
