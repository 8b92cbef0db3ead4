import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import { groupId, nameOf, sameId } from '../arm/ids.ts';
import { flagAt, type Json, textAt } from '../arm/reading.ts';
import { sweepOf } from '../contracts/sweep.ts';

/** A fabric: what an appliance registered. `agent` is the one that runs on the appliance we name. */
export interface Fabric {
  readonly id: string;
  readonly name: string;
  readonly siteId: string | null;
  readonly clusterId: string | null;
  readonly health: string | null;
  readonly agent: FabricAgent;
}

export interface FabricAgent {
  readonly name: string;
  readonly machineName: string;
  readonly responsive: boolean;
  /** Object id its access to the cache storage account is given to. */
  readonly principal: string | null;
}

export interface Vault {
  readonly id: string;
  readonly name: string;
  readonly state: string | null;
  readonly principal: string | null;
}

/** What registration of the appliances left in the project; null where it is not there. A §1.1 */
export interface Landscape {
  readonly project: { readonly id: string; readonly location: string | null } | null;
  /** The solution that holds vault and storage account of the migration. */
  readonly solution: { readonly id: string; readonly body: Json; readonly storageAccount: string | null } | null;
  readonly vault: Vault | null;
  readonly source: Fabric | null;
  readonly target: Fabric | null;
}

export interface Landscapes {
  readonly projectId: string;
  get(): Promise<Landscape>;
  /** The next `get` reads anew: after a write of ours. */
  forget(): void;
}

export const SOLUTION = 'Servers-Migration-ServerMigration_DataReplication';

const agentOf = (row: Json): FabricAgent => ({
  name: textAt(row, 'name') ?? '',
  machineName: textAt(row, 'properties.machineName') ?? '',
  responsive: flagAt(row, 'properties.isResponsive'),
  principal: textAt(row, 'properties.resourceAccessIdentity.objectId'),
});

const startsWith = (text: string, prefix: string): boolean => text.toLowerCase().startsWith(prefix.toLowerCase());
const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Project, vault, fabrics and agents, read together and shared for a minute: they change when somebody registers an appliance. */
export const landscapes = (arm: Arm, instance: AzureMigrateInstance, now: () => number): Landscapes => {
  const group = groupId(instance.subscription, instance.resourceGroup);
  const projectId = `${group}/providers/Microsoft.Migrate/migrateProjects/${instance.project}`;
  const { migrate, dataReplication } = instance.apiVersions;

  /** One appliance's name may be the beginning of another's: the agent's machine name decides. */
  const fabricOf = async (
    rows: readonly Json[],
    kind: string,
    solutionId: string,
    appliance: string,
  ): Promise<Fabric | null> => {
    for (const row of rows) {
      const custom = (path: string) => textAt(row, `properties.customProperties.${path}`);
      const id = textAt(row, 'id');
      const name = textAt(row, 'name') ?? '';
      const solution = custom('migrationSolutionId');
      if (!id || custom('instanceType') !== kind || !startsWith(name, appliance)) continue;
      if (solution && !sameId(solution, solutionId)) continue;
      const agents = (await arm.list(`${id}/fabricAgents`, dataReplication)).rows.map(agentOf);
      const agent = agents.find((a) => sameText(a.machineName, appliance));
      if (!agent) continue;
      const siteId = custom('hyperVSiteId') ?? custom('azStackHciSiteId');
      return {
        id,
        name,
        siteId,
        clusterId: custom('cluster.resourceName'),
        health: textAt(row, 'properties.health'),
        agent,
      };
    }
    return null;
  };

  const load = async (): Promise<Landscape> => {
    const [project, solution] = await Promise.all([
      arm.get(projectId, migrate),
      arm.get(`${projectId}/solutions/${SOLUTION}`, migrate),
    ]);
    const details = (key: string) => textAt(solution?.body, `properties.details.extendedDetails.${key}`);
    const solutionId = textAt(solution?.body, 'id') ?? `${projectId}/solutions/${SOLUTION}`;
    const vaultId = details('vaultId');
    const [vault, fabrics] = await Promise.all([
      vaultId ? arm.get(vaultId, dataReplication) : null,
      arm.list(`${group}/providers/Microsoft.DataReplication/replicationFabrics`, dataReplication),
    ]);
    return {
      project: project && { id: projectId, location: textAt(project.body, 'location') },
      solution: solution && {
        id: solutionId,
        body: solution.body,
        storageAccount: details('replicationStorageAccountId'),
      },
      vault:
        vaultId && vault
          ? {
              id: vaultId,
              name: textAt(vault.body, 'name') ?? nameOf(vaultId),
              state: textAt(vault.body, 'properties.provisioningState'),
              principal: textAt(vault.body, 'identity.principalId'),
            }
          : null,
      source: await fabricOf(fabrics.rows, 'HyperVMigrate', solutionId, instance.sourceAppliance),
      target: await fabricOf(fabrics.rows, 'AzStackHCI', solutionId, instance.targetAppliance),
    };
  };

  const sweep = sweepOf(60_000, now, load);
  return { projectId, get: async () => (await sweep.glance()).value, forget: sweep.spoil };
};
