import type { MigrationTarget } from '../../domain/estate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/i;

/** Azure refuses these as a whole name. A §1.3d */
const RESERVED =
  /^(access|app_code|app_themes|app_data|app_globalresources|app_localresources|app_webreferences|app_browsers|azure|bing|bizspark|biztalk|cortana|directx|dotnet|dynamics|excel|exchange|forefront|groove|hololens|hyperv|kinect|lync|msdn|o365|office|office365|onedrive|onenote|outlook|powerpoint|sharepoint|skype|visio|visualstudio)$/i;

const whyIllegal = (name: string): string | null => {
  if (name.length > 64 || !NAME.test(name) || name.endsWith('-'))
    return '1 to 64 letters, digits and hyphens, beginning with a letter or digit and not ending with a hyphen';
  if (RESERVED.test(name)) return 'a name Azure does not reserve';
  if (/microsoft|windows/i.test(name)) return 'a name without "microsoft" and "windows"';
  return /^(login|xbox)/i.test(name) ? 'a name that does not begin with "login" or "xbox"' : null;
};

/** Megabytes by generation. A §1.3d */
const MEMORY = { 1: [512, 1_048_576], 2: [32, 12_582_912] } as const;

/** What of a landing this mover cannot make, in words a plan's author can act on. */
export const landingFindings = (landing: Landing, target: MigrationTarget): readonly Finding[] => {
  const findings: Finding[] = [];
  const block = (id: string, message: string, fix: string) =>
    findings.push({ id, severity: 'block', subject: landing.name, message, fix });

  const legal = whyIllegal(landing.name);
  if (legal) block('PF-216', `${landing.name} is no legal name on Azure Local.`, `Give it ${legal}.`);

  const [least, most] = MEMORY[landing.generation ?? 2];
  if (landing.cpus < 1 || landing.cpus > 240)
    block('PF-517', `${landing.cpus} CPUs cannot be given.`, 'Choose 1 to 240.');
  if (landing.memoryMb < least || landing.memoryMb > most)
    block('PF-517', `${landing.memoryMb} MB of memory cannot be given.`, `Choose ${least} to ${most} MB.`);
  if (landing.power === 'off')
    block(
      'PF-517',
      'This mover starts what it lands; it cannot land a VM that is off.',
      'Land it on, and stop it after the hop.',
    );

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
