import type { MigrationTarget } from '../../domain/estate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import { whyIllegalName } from '../../domain/landing-name.ts';

/** Megabytes by generation. A §1.3d */
const MEMORY = { 1: [512, 1_048_576], 2: [32, 12_582_912] } as const;

/** What of a landing this mover cannot make, in words a plan's author can act on. */
export const landingFindings = (landing: Landing, target: MigrationTarget): readonly Finding[] => {
  const findings: Finding[] = [];
  const block = (id: string, message: string, fix: string) =>
    findings.push({ id, severity: 'block', subject: landing.name, message, fix });

  const illegal = whyIllegalName(landing.name, 'azure-local');
  if (illegal)
    block('PF-216', `On Azure Local the name "${landing.name}" ${illegal}.`, 'Give it another name in the plan.');

  const [least, most] = MEMORY[landing.generation ?? 2];
  if (landing.cpus < 1 || landing.cpus > 240)
    block('PF-517', `${landing.cpus} CPUs cannot be given.`, 'Choose 1 to 240.');
  if (landing.memoryMb < least || landing.memoryMb > most)
    block('PF-517', `${landing.memoryMb} MB of memory cannot be given.`, `Choose ${least} to ${most} MB.`);
  if (landing.power === 'off')
    findings.push({
      id: 'PF-517',
      severity: 'info',
      subject: landing.name,
      message: 'This mover starts what it lands.',
      fix: 'Nothing to do now: it is shut down when it has passed its checks.',
    });

  for (const { network } of landing.nics)
    if (!target.logicalNetworks[network])
      block(
        'PF-504',
        `Network ${network} is not in target.logicalNetworks of this instance.`,
        'Add its ARM id to the plan, or name another network.',
      );
  for (const path of new Set([landing.storagePath, ...landing.disks.flatMap((disk) => disk.storagePath ?? [])]))
    if (!target.storagePaths[path])
      block(
        'PF-504',
        `Storage path ${path} is not in target.storagePaths of this instance.`,
        'Add its ARM id to the plan, or name another path.',
      );
  return findings;
};
