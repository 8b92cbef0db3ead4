import type { Finding, Severity } from '../../domain/finding.ts';
import type { VmDescription } from '../../domain/vm.ts';
import { isTrueAt, type JsonObject, listAt, textAt } from '../http/reading.ts';
import { isTrunk } from './nics.ts';
import { powerOf, volumeGroupsOf } from './vm.ts';

/** Gen 1 boots from IDE, which ends at 2 TB. U §2.3 PF-210 */
const GEN1_BOOT_LIMIT = 2 * 1024 ** 4;

/** What Prism knows beside the VM itself. Null where it could not be asked. */
export interface Surroundings {
  readonly recoveryPoints: number | null;
  readonly runningTasks: readonly string[] | null;
}

/** What the VM itself says about being moved, as a table. U §2.2, §2.3, V §1.5.4 */
export const findingsOfVm = (vm: JsonObject, seen: VmDescription, around: Surroundings): readonly Finding[] => {
  const findings: Finding[] = [];
  const say = (id: string, severity: Severity, message: string, fix: string): void => {
    findings.push({ id, severity, subject: seen.ref.name, message, fix });
  };
  const power = powerOf(vm);
  const boot = seen.disks.find((disk) => disk.boot);

  if (power === 'hidden')
    say(
      'PF-106',
      'block',
      'The account may not see its power state.',
      'Give the account the role Prism Admin, or one that views VMs.',
    );
  if (power === 'PAUSED' || power === 'UNDETERMINED')
    say('PF-114', 'block', `Its power state is ${power}.`, 'Bring it to ON or OFF in Prism.');
  if (!seen.guestReachable)
    say(
      'PF-111',
      'warn',
      'Nutanix Guest Tools do not answer: it will be shut down by ACPI.',
      'Install or repair NGT, or see that its guest obeys ACPI.',
    );
  for (const group of volumeGroupsOf(vm))
    say(
      'PF-112',
      'block',
      `Volume group ${group} is attached: its disks are not restored.`,
      'Move the data to disks of the VM, or move it by another path.',
    );
  if (listAt(vm, 'gpus').length > 0) say('PF-213', 'block', 'It has a GPU.', 'Detach it; the target gives it none.');
  if (listAt(vm, 'pcieDevices').length > 0)
    say('PF-213', 'block', 'It has a PCIe device passed through.', 'Detach it; the target gives it none.');
  if (isTrueAt(vm, 'isAgentVm'))
    say('PF-213', 'block', 'It is an agent VM: its cluster needs it.', 'Leave it where it is.');
  if (listAt(vm, 'nics').some(isTrunk))
    say('PF-213', 'warn', 'An adapter carries a VLAN trunk.', 'See that the landing gives it one VLAN that will do.');
  if (isTrueAt(vm, 'vtpmConfig.isVtpmEnabled'))
    say(
      'PF-208',
      'block',
      'It has a vTPM: its keys do not travel.',
      'Suspend BitLocker, remove the vTPM, then check again.',
    );
  if (seen.secureBoot)
    say('PF-208', 'warn', 'Secure Boot is on.', 'Turn it off for the migration, or try a canary first.');
  if (seen.firmware === 'unknown')
    say('PF-209', 'warn', 'Its firmware is not told.', 'Compare the generation after the first landing.');
  if (seen.firmware === 'bios' && boot && boot.bytes > GEN1_BOOT_LIMIT)
    say(
      'PF-210',
      'block',
      'It boots by BIOS from a disk larger than 2 TB.',
      'Make the boot disk smaller; generation 1 cannot boot it.',
    );
  if (textAt(vm, 'protectionType') === 'RULE_PROTECTED' || textAt(vm, 'protectionType') === 'PD_PROTECTED')
    say(
      'PF-114',
      'warn',
      'A protection policy covers it and may start it again on another site.',
      'Take it out of recovery plans before the cut-over.',
    );
  if (isTrueAt(vm, 'isCrossClusterMigrationInProgress'))
    say('PF-114', 'block', 'It is being migrated to another cluster.', 'Wait until that has ended.');

  if (around.runningTasks === null)
    say('PF-114', 'info', 'Running tasks could not be read.', 'Look in Prism whether something works on it.');
  else if (around.runningTasks.length > 0)
    say('PF-114', 'block', `Prism works on it: ${around.runningTasks.join(', ')}.`, 'Wait until that has ended.');
  if (around.recoveryPoints === null)
    say('PF-113', 'info', 'Recovery points could not be read.', 'Look in Prism whether it has one.');
  else if (around.recoveryPoints === 0)
    say('PF-113', 'warn', 'It has no recovery point.', 'Make one that expires after the hold.');
  else
    say(
      'PF-214',
      'info',
      `It has ${around.recoveryPoints} recovery points.`,
      'They stay where they are; none of them travels.',
    );
  return findings;
};
