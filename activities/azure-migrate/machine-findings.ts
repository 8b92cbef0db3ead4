import { finding } from '../arm/finding.ts';
import type { PreflightMover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { unfitness } from './discovery.ts';
import type { Landscape } from './landscape.ts';
import type { Look } from './look.ts';

/** A hop that begins on staging cannot be looked at before the VM is there: that is said, not blocked. U §2.6 PF-513 */
export const machineFindings =
  ({ discovery, instance }: AzureMigrate, at: Landscape, { vm, hop }: PreflightMover): Look =>
  async () => {
    const site = at.source?.siteId;
    const found = site ? await discovery.machine(site, vm.id) : null;
    const early = hop > 1;
    if (!found && early)
      return [
        finding(
          'PF-513',
          'info',
          vm.name,
          'Not on staging yet; the appliance discovers it there.',
          'Nothing to do now.',
        ),
      ];
    if (!found)
      return [
        finding(
          'PF-513',
          'block',
          vm.name,
          `Appliance ${instance.sourceAppliance} has not discovered it.`,
          'Make it highly available, start it with its integration services, refresh discovery.',
        ),
      ];
    const unfit = unfitness(found);
    const os = found.osType?.toLowerCase() ?? '';
    return [
      ...unfit.map((text) =>
        finding(
          'PF-513',
          'block',
          vm.name,
          `It cannot be replicated: ${text}.`,
          'Correct it on the Hyper-V host and let the appliance discover it again.',
        ),
      ),
      ...(os && os !== 'windowsguest' && os !== 'linuxguest'
        ? [
            finding(
              'PF-513',
              'warn',
              vm.name,
              `Its guest system is told as ${found.osType}.`,
              'Set its OS type in the project before it is moved.',
            ),
          ]
        : []),
      ...(found.secureBoot || found.tpm
        ? [
            finding(
              'PF-208',
              'warn',
              vm.name,
              'Secure boot or a vTPM is on; neither is carried over.',
              'Turn both off before the move, or accept that they are off afterwards.',
            ),
          ]
        : []),
    ];
  };
