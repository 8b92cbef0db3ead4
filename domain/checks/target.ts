import { attested, blocks, byNature, type Check, done, type Path } from './check.ts';

const BY_MIGRATE: readonly Path[] = ['2', 'X'];

/** Azure and Azure Local. U §2.6; PF-516 and PF-517 are ours */
export const OF_THE_TARGET: readonly Check[] = [
  blocks('PF-501', 'The cluster runs release 2503 or later', BY_MIGRATE, done('azure-local')),
  blocks(
    'PF-502',
    'The cluster is in touch with Azure, and all of it is well',
    BY_MIGRATE,
    attested(
      'cutover',
      'Is every node of the cluster up, with no fault and with healthy storage (Get-ClusterNode, Get-StoragePool)?',
      'azure-local',
    ),
  ),
  blocks(
    'PF-503',
    'The resource bridge runs and the custom location exists',
    BY_MIGRATE,
    done('azure-local', 'azure-migrate'),
  ),
  blocks(
    'PF-504',
    'Storage paths and networks of the landing are there and of the right kind',
    BY_MIGRATE,
    done('azure-local', 'azure-migrate'),
  ),
  blocks('PF-505', 'Static addresses are in their network and free', BY_MIGRATE, done('azure-local')),
  blocks('PF-506', 'The storage path has room for the landing', BY_MIGRATE, done('azure-local')),
  blocks(
    'PF-507',
    'The cluster has headroom',
    BY_MIGRATE,
    attested(
      'cutover',
      'Is the cluster below 85 % of its processors, with 15 % of memory free and storage that answers within 20 ms?',
    ),
  ),
  blocks(
    'PF-508',
    'The agent’s identity has the rights it will need',
    BY_MIGRATE,
    attested(
      'cutover',
      'Has the agent’s Azure identity its role on the resource groups of the project and of the landing, with the rights to fail over, to change VMs and to end replication?',
    ),
  ),
  blocks('PF-509', 'The resource providers are registered', BY_MIGRATE, done('azure-migrate')),
  blocks(
    'PF-510',
    'The project is there, in a region that takes these migrations, with its vault',
    BY_MIGRATE,
    done('azure-migrate'),
  ),
  blocks(
    'PF-511',
    'The cache account is standard, open to the network and in the project’s region',
    BY_MIGRATE,
    done('azure-migrate'),
  ),
  blocks('PF-512', 'Both appliances are registered and answer', BY_MIGRATE, done('azure-migrate')),
  blocks(
    'PF-513',
    'The VM is discovered, on, and answers by its integration services',
    BY_MIGRATE,
    done('azure-migrate'),
  ),
  blocks(
    'PF-514',
    'The client of Azure Migrate is new enough',
    BY_MIGRATE,
    byNature(
      'azure-migrate',
      'no Az.Migrate and no az is used; every api-version of the plan is asked with, and one that is not served is refused',
    ),
  ),
  blocks(
    'PF-515',
    'The target appliance reaches every node by name',
    BY_MIGRATE,
    attested(
      'cutover',
      'Does the target appliance reach every node of the cluster by its full name and PowerShell remoting?',
    ),
  ),
  blocks('PF-516', 'Policy and extension of the replication are ready', BY_MIGRATE, done('azure-migrate')),
  blocks('PF-517', 'Azure Migrate can make the landing: size and power', BY_MIGRATE, done('azure-migrate')),
];
