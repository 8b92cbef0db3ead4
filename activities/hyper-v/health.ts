import type { Finding, Severity } from '../../domain/finding.ts';
import type { LandingNic } from '../../domain/landing.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { HealthOrder, Platform } from '../contracts/platform.ts';
import type { Adapter } from './adapters.ts';
import { sameMac } from './adapters.ts';
import { isMerging, isOn, isUp } from './description.ts';
import { isFile } from './disks.ts';
import { findNeighbours, type Neighbour, readNeighbours } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { memoOf } from './notes.ts';
import { sameText } from './values.ts';
import type { Glimpse, VmReading } from './vms.ts';
import { goOnWaiting } from './waiting.ts';

/** One check: what is wrong, or nothing. */
interface Verdict {
  readonly id: string;
  readonly wrong: readonly (readonly [Severity, message: string, fix: string])[];
}

/**
 * The V1 checks that the host can answer. A VM is judged once it has been up for five minutes; until then, and while its disks merge,
 * the verb waits. U §3.2, V §3.3
 */
export const health =
  (hyperV: HyperV): Platform['health'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was checked`), async () => {
      const { vms, steadyMs } = hyperV;
      await goOnWaiting(hyperV, order, (seen) => untilSteady(seen, steadyMs));
      const { vm, results } = await vms.readBeside(order.vm.id, findNeighbours);
      untilSteady(vm, steadyMs);
      const neighbours = readNeighbours(results);

      const verdicts = [runs(vm), size(vm, order), disks(vm, order), chain(vm), services(vm), unique(vm, neighbours)];
      return {
        passed: verdicts.filter(({ wrong }) => wrong.every(([severity]) => severity === 'info')).map(({ id }) => id),
        findings: verdicts.flatMap(({ id, wrong }) =>
          wrong.map(([severity, message, fix]): Finding => ({ id, severity, subject: vm.name, message, fix })),
        ),
      };
    });

const untilSteady = (vm: Glimpse, steadyMs: number): void => {
  if (isMerging(vm)) notFinished(`the disks of ${vm.name} are being merged`);
  if (!isOn(vm)) return;
  const { uptimeSeconds: up } = vm;
  if (up !== null && up * 1000 < steadyMs)
    notFinished(
      `${vm.name} has been up for ${Math.floor(up)} s of ${Math.round(steadyMs / 1000)} s, heartbeat ${vm.heartbeat || 'none'}`,
    );
  if (up === null && !isUp(vm)) notFinished(`${vm.name} is up without a heartbeat yet`);
};

const runs = (vm: VmReading): Verdict => ({
  id: 'V1-01',
  wrong: !isOn(vm)
    ? [['block', `It is ${vm.state}`, 'Start it and look at its console.']]
    : isUp(vm)
      ? []
      : [
          [
            'block',
            `It runs, but its guest shows no heartbeat (${vm.heartbeat || 'none'})`,
            'Look at its console; on Linux the hv_* modules may be missing from the initramfs.',
          ],
        ],
});

const size = (vm: VmReading, { landing }: HealthOrder): Verdict => {
  const fix = 'Shut it down, run reshape again and start it.';
  const differs = (what: string, is: unknown, wanted: unknown): Verdict['wrong'] =>
    is === wanted ? [] : [['block', `${what}: ${is}, planned ${wanted}`, fix]];
  return {
    id: 'V1-02',
    wrong: [
      ...differs('name', vm.name, landing.name),
      ...differs('CPUs', vm.cpus, landing.cpus),
      ...differs('memory in MiB', vm.memoryMb, landing.memoryMb),
      ...(vm.memoryIsDynamic ? ([['block', 'Its memory is dynamic', fix]] as const) : []),
      ...(landing.generation === null ? [] : differs('generation', vm.generation, landing.generation)),
      ...differs('adapters', vm.adapters.length, landing.nics.length),
      ...landing.nics
        .filter((nic) => !vm.adapters.some((adapter) => isPluggedAs(adapter, nic)))
        .map(
          (nic) =>
            [
              'block',
              `No adapter is plugged into ${nic.network}, VLAN ${nic.vlan ?? 'none'}`,
              'Run connect again.',
            ] as const,
        ),
    ],
  };
};

const isPluggedAs = (adapter: Adapter, nic: LandingNic): boolean =>
  adapter.connected &&
  adapter.switchName !== null &&
  sameText(adapter.switchName, nic.network) &&
  adapter.vlan === nic.vlan;

/** Against the predecessor's, noted when it landed. Sizes are compared in order of size: a mover may number the disks anew. */
const disks = (vm: VmReading, order: HealthOrder): Verdict => {
  const fix = 'Compare with the restore; do not go on.';
  const ascending = (sizes: readonly number[]): readonly number[] => [...sizes].sort((a, b) => a - b);
  const has = ascending(vm.disks.map(({ bytes }) => bytes));
  const noted = memoOf(vm.notes, order.token).disks;
  const verdict = (...wrong: Verdict['wrong']): Verdict => ({ id: 'V1-15', wrong });
  if (!noted)
    return verdict(['warn', 'Its Notes do not tell which disks its predecessor had', 'Compare its disks by hand.']);
  if (has.length !== noted.length)
    return verdict(['block', `It has ${has.length} disks, its predecessor had ${noted.length}`, fix]);
  return verdict(
    ...ascending(noted).flatMap((bytes, n) =>
      (has[n] ?? 0) < bytes
        ? [['block', `A disk has ${has[n] ?? 0} bytes, its predecessor had ${bytes}`, fix] as const]
        : [],
    ),
  );
};

/** What a mover or a backup leaves while it is not done with a VM. V §1.5.4 */
const chain = (vm: VmReading): Verdict => {
  const fix = 'Let the mover finish and remove what it left, then check again.';
  return {
    id: 'V1-17',
    wrong: [
      ...vm.checkpoints.map((name) => ['block', `It has the checkpoint ${name}`, fix] as const),
      ...vm.disks
        .filter(({ differencing, parent }) => differencing || parent !== null)
        .map(({ path }) => ['block', `${path} is a differencing disk`, fix] as const),
      ...vm.disks
        .filter(({ path, format }) => isFile(path) && !sameText(format, 'VHDX'))
        .map(
          ({ path }) => ['block', `${path} is no VHDX`, 'Convert it with Convert-VHD while the VM is off.'] as const,
        ),
      ...vm.disks
        .filter(({ path }) => !isFile(path))
        .map(({ id }) => ['block', `${id} is no virtual disk`, 'Detach the physical disk.'] as const),
    ],
  };
};

/** Services have localised names; the last part of their id is the same everywhere. V §3.2 */
const SERVICES = {
  heartbeat: '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47',
  shutdown: '9F8233AC-BE49-4C79-8EE3-E7E1985B2077',
  keyValues: '2A34B1C2-FD73-4043-8A5B-DD2159BC743F',
  guestServices: '6C09BB55-D683-4DA0-8931-C9BF705F6480',
} as const;

const services = (vm: VmReading): Verdict => {
  const has = (id: string): boolean =>
    vm.services.some((service) => service.enabled && service.id.toUpperCase().endsWith(id));
  const off = (id: string, severity: Severity, message: string): Verdict['wrong'] =>
    has(id) ? [] : [[severity, message, 'Enable the service in the integration services of this VM.']];
  return {
    id: 'V1-18',
    wrong: [
      ...off(SERVICES.heartbeat, 'block', 'Its heartbeat service is off'),
      ...off(SERVICES.shutdown, 'block', 'Its shutdown service is off: it could not be stopped gracefully'),
      ...off(SERVICES.keyValues, 'warn', 'Its key-value exchange is off: the host does not learn its addresses'),
      ...off(SERVICES.guestServices, 'info', 'Its guest service interface is off'),
    ],
  };
};

const unique = (vm: VmReading, neighbours: readonly Neighbour[]): Verdict => {
  const others = neighbours.filter((other) => !sameText(other.vm, vm.id));
  return {
    id: 'V1-20',
    wrong: vm.adapters.flatMap(({ mac }) =>
      others
        .filter((other) => other.connected && sameMac(other.mac, mac))
        .map(
          (other) =>
            [
              'block',
              `${other.vmName} on this host has the MAC ${mac} and is plugged in`,
              'Take that VM off the network.',
            ] as const,
        ),
    ),
  };
};
