import type { AzureLocalInstance, AzureMigrateInstance, Estate, MigrationTarget } from '../../domain/estate.ts';
import type { WrittenPlan } from '../schema.ts';
import { instead } from '../text/nearest.ts';
import type { PlanFile } from './plan-file.ts';

const targetOn = (local: AzureLocalInstance): MigrationTarget => ({
  cluster: local.cluster,
  customLocation: local.customLocation,
  customLocationRegion: local.location,
  logicalNetworks: local.logicalNetworks,
  storagePaths: local.storagePaths,
  resourceGroupId: `/subscriptions/${local.subscription}/resourceGroups/${local.resourceGroup}`,
});

/** The estate with the target of every Azure Migrate project taken from the Azure Local instance it names; null when one names none. */
export const readEstate = (file: PlanFile, written: WrittenPlan['estate']): Estate | null => {
  const projects: [string, AzureMigrateInstance][] = [];
  const locals = written['azure-local'];
  for (const [name, project] of Object.entries(written['azure-migrate'])) {
    const local = Object.hasOwn(locals, project.target) ? locals[project.target] : undefined;
    if (local) projects.push([name, { ...project, target: targetOn(local) }]);
    else {
      const fix = instead(project.target, Object.keys(locals), 'instances of azure-local');
      file.no(
        ['estate', 'azure-migrate', name, 'target'],
        `estate.azure-local has no instance "${project.target}"`,
        fix,
      );
    }
  }
  const sound = projects.length === Object.keys(written['azure-migrate']).length;
  return sound ? { ...written, 'azure-migrate': Object.fromEntries(projects) } : null;
};
