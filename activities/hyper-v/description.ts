import type { Power, VmDescription } from '../../domain/vm.ts';
import { isFile } from './disks.ts';
import { memoOf } from './notes.ts';
import type { VmReading } from './vms.ts';

type State = Pick<VmReading, 'state'>;

/** `OffCritical` and `RunningCritical` are off and on, too; only their files are in trouble. V §3.1 */
export const isOff = ({ state }: State): boolean => /^Off(Critical)?$/i.test(state);
export const isOn = ({ state }: State): boolean => /^Running(Critical)?$/i.test(state);

const MOVING = /^(Stopping|Starting|Reset|Saving|Pausing|Resuming|FastSaving)(Critical)?$/i;
const AT_WORK = [
  'CreatingSnapshot',
  'DeletingSnapshot',
  'ApplyingSnapshot',
  'MergingDisks',
  'ExportingVirtualMachine',
  'MigratingVirtualMachine',
];

/** Hyper-V itself is at work on it: changes would be refused. V §3.1 */
export const isBusy = ({ state, statuses }: Pick<VmReading, 'state' | 'statuses'>): boolean =>
  MOVING.test(state) || statuses.some((status) => AT_WORK.includes(status));

export const isMerging = ({ statuses }: Pick<VmReading, 'statuses'>): boolean => statuses.includes('MergingDisks');

const powerOf = (vm: State): Power => (isOff(vm) ? 'off' : isOn(vm) ? 'on' : 'other');

const UP = ['OkApplicationsUnknown', 'OkApplicationsHealthy', 'OkApplicationsCritical', '5', '6', '7'];

/** Heartbeat 5, 6 or 7: the guest is up, whatever its applications say of themselves. V §3.1 */
export const isUp = ({ heartbeat }: Pick<VmReading, 'heartbeat'>): boolean => UP.includes(heartbeat);

export const startsItself = ({ startAction }: Pick<VmReading, 'startAction'>): boolean =>
  /^(Start|StartIfRunning)$/i.test(startAction);

const SECTOR_4K = 4096;

const obstaclesOf = (vm: VmReading): readonly string[] => [
  ...vm.checkpoints.map((name) => `checkpoint ${name}`),
  ...vm.disks.filter(({ path }) => !isFile(path)).map(({ id }) => `pass-through disk at ${id}`),
  ...vm.disks.filter(({ path }) => /\.vhds$/i.test(path)).map(({ id }) => `shared disk set at ${id}`),
  ...vm.disks
    .filter(({ differencing, parent }) => differencing || parent !== null)
    .map(({ id, path }) => `differencing disk at ${id}: ${path}`),
  ...vm.disks.filter(({ sectorBytes }) => sectorBytes === SECTOR_4K).map(({ id }) => `4K sectors at ${id}`),
  ...vm.adapters
    .filter(({ tagging }) => !/^(Untagged|Access)$/i.test(tagging))
    .map(({ name, tagging }) => `adapter ${name} is in ${tagging} mode`),
  ...vm.statuses.filter((status) => AT_WORK.includes(status)).map((status) => `busy: ${status}`),
];

/**
 * A reading in the words of the contract. Hyper-V does not know the guest's system; it is the one noted when the VM landed here.
 * Memory is the start-up memory. The boot disk is the first by controller and place.
 */
export const descriptionOf = (vm: VmReading, token: string): VmDescription => ({
  ref: { id: vm.id, name: vm.name },
  power: powerOf(vm),
  os: memoOf(vm.notes, token).os ?? 'unknown',
  firmware: vm.generation === 2 ? 'uefi' : 'bios',
  generation: vm.generation,
  secureBoot: vm.secureBoot,
  cpus: vm.cpus,
  memoryMb: vm.memoryMb,
  disks: vm.disks.map(({ id, bytes, path }, n) => ({ id, bytes, boot: n === 0, path })),
  nics: vm.adapters.map(({ id, mac, switchName, vlan, connected, addresses }) => ({
    id,
    mac,
    network: switchName,
    vlan,
    connected,
    addresses,
  })),
  autostart: startsItself(vm),
  guestReachable: isUp(vm),
  note: vm.notes,
  obstacles: obstaclesOf(vm),
});
