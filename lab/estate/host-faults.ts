import { HOST_REBOOT_MS } from '../guests/boot.ts';
import { PRESSURES, type Pressure, pressureKey } from '../hosts/pressure.ts';
import type { FaultRegistry } from './faults.ts';
import type { LabPlatform, LabVm, Table } from './types.ts';
import type { LabVms } from './vms.ts';

/** VMs to start when a host that was rebooted is there again. */
export interface Rebooting {
  readonly until: number;
  readonly start: readonly string[];
}

export interface HostDeps {
  readonly vms: LabVms;
  readonly faults: FaultRegistry;
  readonly rebooting: Table<Rebooting>;
  readonly pressure: Table<Pressure>;
  scaled(ms: number): number;
  together<R>(work: () => R): R;
}

const PLATFORMS: readonly LabPlatform[] = ['ahv', 'hyper-v', 'azure-local'];

/**
 * The faults no vendor call can meet: a host that reboots or comes under pressure, and an admin who powers a predecessor on. Without a subject that is the first
 * VM to go off after the fault was armed.
 */
export const hostFaults = ({
  vms,
  faults,
  rebooting,
  pressure,
  scaled,
  together,
}: HostDeps): ((now: number) => void) => {
  /** AHV restarts what ran by its own high availability; Hyper-V and Azure Local what has autostart. */
  const comesBack = (vm: LabVm): boolean => vm.autostart || vm.platform === 'ahv';

  const reboot = (platform: LabPlatform, now: number): void => {
    const running = vms.list(platform).filter((vm) => vm.power !== 'off');
    for (const vm of running) vms.crash(vm.id, 'host:reboot');
    const start = running.filter(comesBack).map((vm) => vm.id);
    rebooting.put(platform, { until: now + scaled(HOST_REBOOT_MS), start });
  };

  return (now) => {
    for (const { fault } of faults.waiting('reboot')) {
      const platform = platformIn(fault.point);
      if (!platform || rebooting.get(platform)) continue;
      together(() => {
        faults.fire(fault.id, fault.point, fault.subject ?? null);
        reboot(platform, now);
      });
    }

    for (const { fault } of faults.waiting('pressure')) {
      const platform = platformIn(fault.point);
      const what = PRESSURES.find((each) => each === fault.detail.what);
      if (!platform || !what) continue;
      const { to, forMs } = fault.detail;
      together(() => {
        faults.fire(fault.id, fault.point, null);
        const until = forMs === undefined ? null : now + scaled(Number(forMs));
        pressure.put(pressureKey(platform, what), { to: Number(to), until });
      });
    }

    for (const { key, value } of rebooting.list()) {
      if (value.until > now) continue;
      together(() => {
        for (const id of value.start) if (vms.get(id)) vms.powerOn(id, 'host:autostart');
        rebooting.delete(key);
      });
    }

    for (const { fault, armedAt } of faults.waiting('sourcePoweredOn')) {
      const pause = scaled(Number(fault.detail.afterMs ?? 0));
      const isMeant = (vm: LabVm): boolean =>
        fault.subject === undefined ? vm.powerAt > armedAt : names(vm).includes(fault.subject);
      const source = vms
        .list(platformIn(fault.point) ?? 'ahv')
        .find((vm) => vm.power === 'off' && vm.powerAt + pause <= now && isMeant(vm));
      if (!source) continue;
      together(() => {
        faults.fire(fault.id, fault.point, source.id);
        vms.powerOn(source.id, 'admin');
      });
    }
  };
};

/** `host.hyper-v` → `hyper-v` */
const platformIn = (point: string): LabPlatform | undefined => PLATFORMS.find((p) => point.endsWith(p));

const names = (vm: LabVm): readonly string[] => [vm.id, vm.origin, vm.name];
