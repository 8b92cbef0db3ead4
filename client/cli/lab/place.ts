import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeFolder } from '../../home.ts';

/** Where a lab that was started from the command line keeps itself. */
export const labPlace = () => {
  const home = resolve(homeFolder());
  const folder = join(home, 'lab');
  return {
    home,
    folder,
    state: join(folder, 'state'),
    scenario: join(folder, 'scenario.json'),
    plan: join(folder, 'plan.yaml'),
    vms: join(folder, 'vms.csv'),
    /** Which scenario it was made of, with its arguments. */
    made: join(folder, 'made-of.json'),
    logs: join(home, 'logs'),
  };
};

export type LabPlace = ReturnType<typeof labPlace>;

export const root = (): string => resolve(import.meta.dirname, '..', '..', '..');

/** What the lab below this folder was made of; null where none was made. */
export const madeOf = ({ made }: LabPlace): readonly string[] | null =>
  existsSync(made) ? (JSON.parse(readFileSync(made, 'utf8')) as string[]) : null;

export const refuseNoLab = (place: LabPlace): void => {
  if (!existsSync(place.scenario))
    throw new Error(`No lab was made below ${place.folder}.\n    \`tranship lab up\` makes one.`);
};
