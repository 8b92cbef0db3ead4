import { createHash } from 'node:crypto';
import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Accepted, Arm } from '../arm/arm.ts';
import { groupId, sameId } from '../arm/ids.ts';
import { type Json, textAt } from '../arm/reading.ts';
import { API } from '../arm/versions.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Fabric, Landscape, Landscapes, Vault } from './landscape.ts';

export const INSTANCE_TYPE = 'HyperVToAzStackHCI';

/** A landscape in which everything the appliances register is there. */
export interface Registered {
  readonly solution: NonNullable<Landscape['solution']>;
  readonly vault: Vault;
  readonly source: Fabric;
  readonly target: Fabric;
  readonly location: string;
}

export const policyName = (vault: Vault): string => `${vault.name}${INSTANCE_TYPE}policy`;
export const extensionName = (source: Fabric, target: Fabric): string =>
  `${source.name}-${target.name}-MigReplicationExtn`;

/** Contributor and Storage Blob Data Contributor. A §6 */
const CACHE_ROLES = ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'] as const;

/** Azure tells the state of what it makes; `missing` when it is not there. */
export interface Made {
  readonly state: 'missing' | 'working' | 'ready' | 'failed';
  readonly body: Json | null;
  /** Azure's clock when it was read. */
  readonly at: number | null;
}

const madeOf = (reading: { readonly body: Json; readonly at: number | null } | null): Made => {
  if (!reading) return { state: 'missing', body: null, at: null };
  const state = (textAt(reading.body, 'properties.provisioningState') ?? 'Succeeded').toLowerCase();
  if (state === 'succeeded') return { ...reading, state: 'ready' };
  return { ...reading, state: state === 'failed' || state === 'canceled' ? 'failed' : 'working' };
};

/** One name for one assignment, so that making it twice makes it once. */
const assignmentName = (...of: readonly string[]): string => {
  const hex = createHash('sha256').update(of.join('|').toLowerCase()).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export interface RoleGrant {
  readonly principal: string;
  readonly role: string;
}

export interface Infrastructure {
  /** Throws `Configuration` naming what registration has not made yet. */
  registered(): Promise<Registered>;
  policy(at: Registered): Promise<Made>;
  makePolicy(at: Registered): Promise<Accepted>;
  removePolicy(at: Registered): Promise<Accepted>;
  extension(at: Registered): Promise<Made>;
  makeExtension(at: Registered, storageAccount: string): Promise<Accepted>;
  removeExtension(at: Registered): Promise<Accepted>;
  /** The account the solution names, else the one we would make. */
  storageAccountId(at: Registered): string;
  storageAccount(id: string): Promise<Made>;
  makeStorageAccount(id: string, location: string): Promise<Accepted>;
  /** Grants the cache account still lacks, and when on Azure's clock the newest of ours was made. */
  missingGrants(
    at: Registered,
    storageAccount: string,
  ): Promise<{ readonly missing: readonly RoleGrant[]; readonly newest: number | null; readonly at: number | null }>;
  grant(storageAccount: string, grant: RoleGrant): Promise<Accepted>;
  nameStorageAccount(at: Registered, storageAccount: string): Promise<Accepted>;
}

/** The fix says who makes what is missing: registering an appliance cannot be done from here. U §1.2 */
const unregistered = (what: string): never => {
  throw mishap.configuration(`${what} of the Azure Migrate project is not there`, {
    fix: 'Register both appliances with the project (docs: setting up hop 2), wait until they show Connected, then retry.',
  });
};

/** Vault, policy, extension, cache account and its roles. Reads and writes; decides nothing. A §1.3b */
export const infrastructure = (arm: Arm, instance: AzureMigrateInstance, landscape: Landscapes): Infrastructure => {
  const { dataReplication, migrate } = instance.apiVersions;
  const group = groupId(instance.subscription, instance.resourceGroup);
  const policyId = (at: Registered) => `${at.vault.id}/replicationPolicies/${policyName(at.vault)}`;
  const extensionId = (at: Registered) => `${at.vault.id}/replicationExtensions/${extensionName(at.source, at.target)}`;
  const roleId = (role: string) =>
    `/subscriptions/${instance.subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;

  return {
    registered: async () => {
      const { project, solution, vault, source, target } = await landscape.get();
      if (!project) return unregistered(`Project ${instance.project}`);
      if (!solution) return unregistered('The migration solution');
      if (!vault) return unregistered('The replication vault');
      if (!source) return unregistered(`The fabric of source appliance ${instance.sourceAppliance}`);
      if (!target) return unregistered(`The fabric of target appliance ${instance.targetAppliance}`);
      return { solution, vault, source, target, location: project.location ?? instance.location };
    },

    policy: async (at) => madeOf(await arm.get(policyId(at), dataReplication)),
    removePolicy: (at) => arm.remove(policyId(at), dataReplication),
    makePolicy: (at) =>
      arm.put(policyId(at), dataReplication, {
        properties: {
          customProperties: {
            instanceType: INSTANCE_TYPE,
            recoveryPointHistoryInMinutes: 4320,
            crashConsistentFrequencyInMinutes: 60,
            appConsistentFrequencyInMinutes: 240,
          },
        },
      }),

    extension: async (at) => madeOf(await arm.get(extensionId(at), dataReplication)),
    removeExtension: (at) => arm.remove(extensionId(at), dataReplication),
    makeExtension: (at, storageAccount) =>
      arm.put(extensionId(at), dataReplication, {
        properties: {
          customProperties: {
            instanceType: INSTANCE_TYPE,
            hyperVFabricArmId: at.source.id,
            azStackHciFabricArmId: at.target.id,
            storageAccountId: storageAccount,
            storageAccountSasSecretName: null,
          },
        },
      }),

    storageAccountId: (at) => {
      const suffix = createHash('sha256').update(landscape.projectId.toLowerCase()).digest('hex').slice(0, 12);
      return at.solution.storageAccount ?? `${group}/providers/Microsoft.Storage/storageAccounts/migratersa${suffix}`;
    },
    storageAccount: async (id) => madeOf(await arm.get(id, API.storage)),
    makeStorageAccount: (id, location) =>
      arm.put(id, API.storage, {
        location,
        kind: 'StorageV2',
        sku: { name: 'Standard_LRS' },
        tags: { 'Migrate Project': instance.project },
        properties: {
          publicNetworkAccess: 'Enabled',
          allowBlobPublicAccess: true,
          minimumTlsVersion: 'TLS1_2',
          supportsHttpsTrafficOnly: true,
        },
      }),

    missingGrants: async (at, storageAccount) => {
      const { rows, at: azureNow } = await arm.list(
        `${storageAccount}/providers/Microsoft.Authorization/roleAssignments`,
        API.authorization,
      );
      const there = rows.map((row) => ({
        principal: textAt(row, 'properties.principalId'),
        role: textAt(row, 'properties.roleDefinitionId'),
        made: Date.parse(textAt(row, 'properties.createdOn') ?? ''),
      }));
      const principals = [at.source.agent.principal, at.target.agent.principal, at.vault.principal];
      const wanted = principals.flatMap((principal) =>
        principal ? CACHE_ROLES.map((role) => ({ principal, role })) : [],
      );
      const isThere = (grant: RoleGrant) => (row: (typeof there)[number]) =>
        row.principal?.toLowerCase() === grant.principal.toLowerCase() &&
        sameId(row.role?.split('/').at(-1), grant.role);
      const made = there.filter((row) => wanted.some((grant) => isThere(grant)(row))).map((row) => row.made);
      const newest = Math.max(...made.filter((ms) => !Number.isNaN(ms)), Number.NEGATIVE_INFINITY);
      return {
        missing: wanted.filter((grant) => !there.some(isThere(grant))),
        newest: Number.isFinite(newest) ? newest : null,
        at: azureNow,
      };
    },
    grant: (storageAccount, { principal, role }) =>
      arm.put(
        `${storageAccount}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(storageAccount, principal, role)}`,
        API.authorization,
        { properties: { roleDefinitionId: roleId(role), principalId: principal, principalType: 'ServicePrincipal' } },
      ),

    nameStorageAccount: (at, storageAccount) => {
      const properties = (at.solution.body as { readonly properties?: Json }).properties ?? {};
      const details = (properties as { readonly details?: Json }).details ?? {};
      const extended = (details as { readonly extendedDetails?: Json }).extendedDetails ?? {};
      return arm.put(at.solution.id, migrate, {
        properties: {
          tool: textAt(properties, 'tool') ?? 'ServerMigration_DataReplication',
          purpose: textAt(properties, 'purpose') ?? 'Migration',
          goal: textAt(properties, 'goal') ?? 'Servers',
          status: textAt(properties, 'status') ?? 'Active',
          details: {
            ...(details as { readonly [key: string]: Json }),
            extendedDetails: {
              ...(extended as { readonly [key: string]: Json }),
              replicationStorageAccountId: storageAccount,
            },
          },
        },
      });
    },
  };
};
