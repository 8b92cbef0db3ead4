import type { Finding } from '../../domain/finding.ts';
import type { MoverSettings } from '../contracts/mover.ts';

/** What a plan may ask of this mover and gets. */
export interface Asked {
  /** Name of the job that has the VM already and is used as it is; null makes one of ours. */
  readonly adoptJob: string | null;
  /** Name of the repository. */
  readonly repository: string;
}

export const askedOf = (settings: MoverSettings, repository: string): Asked => ({
  adoptJob: typeof settings.adoptJob === 'string' && settings.adoptJob !== '' ? settings.adoptJob : null,
  repository: typeof settings.repository === 'string' && settings.repository !== '' ? settings.repository : repository,
});

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  proxy: [
    'Jobs of the AHV plug-in have no proxy: the plug-in deploys its own workers and chooses among them.',
    'Leave `proxy` out; place and size the workers in Veeam.',
  ],
  throttleMbps: [
    'Veeam limits traffic by rules between address ranges, for every job at once; a job of its own limit does not exist.',
    'Leave it out, and make a network traffic rule in Veeam for the workers and the repository (with restores, if the migration shall be slow too).',
  ],
};

/** Every setting is honoured or refused by name; none is ignored. V §1.8.1, §1.8.2 */
export const findingsOfSettings = (subject: string, settings: MoverSettings): readonly Finding[] => {
  const block = (message: string, fix: string): Finding => ({ id: 'PF-411', severity: 'block', subject, message, fix });
  return Object.entries(settings).flatMap(([name, value]): readonly Finding[] => {
    if (value === null) return [];
    if (name === 'adoptJob')
      return typeof value === 'string' ? [] : [block('`adoptJob` is a name.', 'Correct it in the plan.')];
    if (name === 'repository')
      return typeof value === 'string' ? [] : [block('`repository` is a name.', 'Correct it in the plan.')];
    const refusal = REFUSALS[name];
    return [
      refusal ? block(...refusal) : block(`\`${name}\` is no setting of this mover.`, 'Take it out of the plan.'),
    ];
  });
};
