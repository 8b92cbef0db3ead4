import type { LabVm } from '../../estate/types.ts';
import { freeBytes } from '../azure-local/storage.ts';
import { textAt } from '../json.ts';
import { resourceAt } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';
import { answersHost } from '../off-azure/machine.ts';
import { bridgeStatus } from '../platform/arc.ts';
import { isResponsive } from './appliances.ts';
import { beginCopy } from './copying.ts';
import { failed, type Look, type Outcome, type Plan, takes } from './engine.ts';
import { attachNics, finishTarget, makeTarget, rememberAddresses, spoilTarget, standingTarget } from './landing.ts';

const by = 'arm:plannedFailover';

const sourceOf = ({ lab, item }: Look): LabVm | undefined => lab.estate.vms.get(item.vmId);

/** A fault of point `arm.failover` is asked for once, when the failover begins, and strikes at its own task. */
const askFault = ({ lab, job, item }: Look): void => {
  const fault = lab.estate.faults.at('arm.failover', item.vmId);
  if (!fault) return;
  if (fault.kind === 'guestRefuses') job.work.guestRefuses = true;
  else {
    const full = fault.kind === 'diskFull';
    const task = full ? 'Starting failover' : String(fault.detail.task ?? 'Prerequisite check');
    job.work.failAt = {
      task,
      code: String(fault.detail.code ?? (full ? '1000051' : '1000001')),
      message: String(
        fault.detail.message ?? (full ? 'The storage container is full.' : `An internal error occurred in '${task}'.`),
      ),
    };
  }
};

const prerequisites = (look: Look): Outcome => {
  const { lab, job, item } = look;
  if (item.protectionState !== 'PlannedFailoverInitiated') {
    askFault(look);
    rememberAddresses(lab, item);
    Object.assign(item, { protectionState: 'PlannedFailoverInitiated', copying: null, halted: null });
  }
  if (takes(8_000, look) === 'waiting') return 'waiting';
  if (job.work.failAt?.task === 'Prerequisite check') return 'done';

  const silent = [lab.names.sourceAgent, lab.names.targetAgent].find((agent) => !isResponsive(lab, agent));
  if (silent)
    return failed(
      '1000040',
      `The appliance agent '${lastOf(silent)}' is not responding.`,
      'The appliance is turned off or cannot reach the service.',
    );
  if (bridgeStatus(lab) !== 'Running')
    return failed('1000052', 'The Arc resource bridge of the target cluster is not running.', 'The bridge is offline.');
  const lost = item.disks.find((disk) => !resourceAt(lab, disk.container));
  if (lost)
    return failed('1000050', `The storage container '${lastOf(lost.container)}' was not found.`, 'It was deleted.');
  if (!sourceOf(look) || !item.disks.every((disk) => lab.estate.disks.exists(disk.file)))
    return failed('1000020', 'The source machine was not found on its host.', 'The machine was deleted.');
  return 'done';
};

/** A guest that does not go off within this time has refused. */
const patience = 5 * 60_000;

/** Shuts the staged VM down through integration services: a WMI call, which fails where the guest does not answer or refuses. A §5.3 */
const turnOff = (look: Look): Outcome => {
  const { lab, job, item, elapsed } = look;
  const vm = sourceOf(look);
  if (job.work.shutDownSource !== true) return 'skipped';
  if (job.work.failAt?.task === 'Turning off resource on primary') return takes(5_000, look);
  const refused = failed(
    '1000001',
    `An internal error occurred while turning off the virtual machine '${item.sourceName}'.`,
    'The WMI request to shut down the guest failed.',
    'Shut down the virtual machine by hand and retry the operation.',
  );
  if (!vm) return refused;
  if (vm.power === 'off') return takes(5_000, look);
  if (job.work.guestRefuses || (!answersHost(vm, 'shutdown') && job.work.shutdownAskedAt === undefined))
    return takes(5_000, look) === 'waiting' ? 'waiting' : refused;
  if (job.work.shutdownAskedAt === undefined) {
    lab.estate.vms.requestShutdown(vm.id, by, 'guest');
    job.work.shutdownAskedAt = look.now;
  }
  return elapsed < patience ? 'waiting' : refused;
};

/** The last changes, taken after the source has stopped, go to the seed disks. */
const lastDelta = (look: Look): Outcome => {
  const { lab, item, job } = look;
  if (!job.work.finalBegun) {
    job.work.finalBegun = true;
    beginCopy(lab, item, 'final', look.now);
    return 'waiting';
  }
  if (item.halted === 'storage') {
    item.copying = null;
    return full('changes of the source');
  }
  if (item.halted === 'source')
    return failed('1000020', 'A disk of the source machine was not found.', 'The disk was deleted.');
  if (item.copying || takes(60_000, look) === 'waiting') return 'waiting';
  return hasRoom(look) ? 'done' : full('migrated disks');
};

/** Every container can take the copies of the seed disks that go there. */
const hasRoom = ({ lab, item }: Look): boolean =>
  item.disks.every((disk) => {
    const mates = item.disks.filter((each) => sameId(each.container, disk.container));
    const needed = mates.reduce((sum, each) => sum + lab.estate.disks.allocatedBytes(each.seedFile), 0);
    return needed <= freeBytes(lab, disk.container);
  });

const full = (what: string): Outcome =>
  failed(
    '1000051',
    'The storage container is full.',
    `There is no space left on the volume for the ${what}.`,
    'Expand the volume or free space.',
  );

const prepare = (look: Look): Outcome => {
  const { lab, item, job } = look;
  item.protectionState = 'PlannedFailoverCompleting';
  if (!job.work.targetBegun) {
    job.work.targetBegun = true;
    if (standingTarget(lab, item)) {
      const name = textAt(item.input, 'targetVmName') ?? '';
      return failed(
        '1000061',
        `The virtual machine '${name}' already exists on the target.`,
        'A virtual machine that an earlier failover left behind was not removed.',
        'Remove the virtual machine, keep its disks and network interfaces, and retry.',
      );
    }
    makeTarget(lab, item, look.now, by);
    return 'waiting';
  }
  if (takes(240_000, look) === 'waiting') return 'waiting';
  if (job.work.failAt?.task === 'Preparing protected entities') return 'done';
  const taken = attachNics(lab, item, by);
  if (taken)
    return failed(
      '1000037',
      `${taken}: address is already in use: Already Set`,
      'Another network interface on the logical network has the address.',
      'Free the address on the logical network and retry.',
    );
  return 'done';
};

const turnOn = (look: Look): Outcome => {
  const { lab, item, job } = look;
  const target = item.target === null ? undefined : lab.estate.vms.get(item.target.vmId);
  if (!target)
    return failed('1000060', 'The migrated virtual machine was not found on the cluster.', 'It was deleted.');
  if (job.work.failAt?.task === 'Turning on resource on recovery') return takes(10_000, look);
  if (job.work.poweredOn !== true) {
    lab.estate.vms.powerOn(target.id, by);
    job.work.poweredOn = true;
  }
  return takes(30_000, look);
};

/** What stands on the target after a failure depends on how far it came: A §5.4. */
const ended = ({ lab, job, item, now }: Look, failedTask: string | null): void => {
  const half = failedTask === 'Preparing protected entities' || failedTask === 'Turning on resource on recovery';
  item.copying = null;
  item.halted = null;
  item.protectionState =
    failedTask === null
      ? 'PlannedFailoverCompleted'
      : half
        ? 'PlannedFailoverCompletionFailed'
        : 'PlannedFailoverFailed';
  item.provisioningState = failedTask === null ? 'Succeeded' : 'Failed';
  if (failedTask === null) {
    item.failedOverAt = now;
    item.nextDeltaAt = null;
    finishTarget(lab, item);
  } else {
    item.lastFailedFailover = job.name;
    if (half) spoilTarget(lab, item, job.errors[0]?.message ?? '');
  }
  lab.tables.items.put(item.name.toLowerCase(), item);
  lab.estate.log('failover.ended', {
    item: item.name,
    job: job.name,
    origin: item.origin,
    result: failedTask === null ? 'Succeeded' : 'Failed',
    task: failedTask,
    target: item.target !== null && (failedTask === null || half) ? item.target.vmId : null,
  });
};

export const failover: Plan = { steps: [prerequisites, turnOff, lastDelta, prepare, turnOn], ended };
