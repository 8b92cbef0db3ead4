import type { LabVm } from '../../estate/types.ts';
import { freeBytes, putDiskResource } from '../azure-local/storage.ts';
import { textAt } from '../json.ts';
import { resourceAt } from '../lab.ts';
import { cacheAccountId } from '../migrate/projects.ts';
import { lastOf, sameId } from '../names.ts';
import { discovered } from '../off-azure/discovery.ts';
import { answersHost, onSharedVolume } from '../off-azure/machine.ts';
import { blobDataContributor, contributor, holdsRole } from '../platform/roles.ts';
import { accountFlaw } from '../platform/storage-accounts.ts';
import { isResponsive } from './appliances.ts';
import { beginCopy } from './copying.ts';
import { failed, type Look, type Outcome, type Plan, takes } from './engine.ts';
import { describeSource, disksOf, nicsOf } from './inputs.ts';
import { rememberAddresses } from './landing.ts';
import { extensionNamed, policyNamed } from './settings.ts';

const code = {
  settings: '1000010',
  source: '1000020',
  disk: '1000021',
  access: '1000030',
  agent: '1000040',
  target: '1000050',
  full: '1000051',
};

const sourceOf = ({ lab, item }: Look): LabVm | undefined => {
  const vm = lab.estate.vms.get(item.vmId);
  return vm?.platform === 'hyper-v' ? vm : undefined;
};

/** The service reads the machine as discovery last saw it, and turns the inputs into protected disks and adapters. */
const create = (look: Look): Outcome => {
  const { lab, item } = look;
  item.protectionState = 'EnablingProtection';
  if (takes(4_000, look) === 'waiting') return 'waiting';
  if (!policyNamed(lab, item.policy) || !extensionNamed(lab, item.extension)) {
    return failed(
      code.settings,
      'The replication policy or the replication extension was not found in the vault.',
      `'${item.policy}' or '${item.extension}' does not exist.`,
    );
  }
  const record = discovered(lab, item.vmId);
  const vm = sourceOf(look);
  if (
    !vm ||
    !record ||
    record.isDeleted ||
    !sameId(textAt(item.input, 'fabricDiscoveryMachineId') ?? '', `${lab.names.sourceSite}/machines/${item.vmId}`)
  ) {
    return failed(
      code.source,
      'The machine was not found in the discovery site.',
      'The machine was deleted or has not been discovered yet.',
    );
  }
  describeSource(item, record.properties);
  rememberAddresses(lab, item);
  const disks = disksOf(lab, item, vm);
  if (typeof disks === 'string')
    return failed(code.disk, disks, 'The disks to include do not match the disks of the machine.');
  item.disks = disks;
  item.nics = nicsOf(item, vm);
  item.accepted = true;
  return 'done';
};

/** Appliances, roles and the cache account. A §1.3b */
const initialise = (look: Look): Outcome => {
  const { lab } = look;
  if (takes(72_000, look) === 'waiting') return 'waiting';
  const silent = [lab.names.sourceAgent, lab.names.targetAgent].find((agent) => !isResponsive(lab, agent));
  if (silent)
    return failed(
      code.agent,
      `The appliance agent '${lastOf(silent)}' is not responding.`,
      'The appliance is turned off or cannot reach the service.',
    );

  const extension = extensionNamed(lab, look.item.extension);
  const accountId = textAt(extension?.properties, 'customProperties', 'storageAccountId') ?? cacheAccountId(lab) ?? '';
  const account = accountFlaw(resourceAt(lab, accountId), lab.estate.scenario.azure.location);
  if (account) return failed(code.access, 'The cache storage account cannot be used.', account);

  const principals = [lab.names.sourceAgentPrincipal, lab.names.targetAgentPrincipal, lab.names.vaultPrincipal];
  const lacking = principals.find(
    (principal) => ![contributor, blobDataContributor].every((role) => holdsRole(lab, accountId, principal, role)),
  );
  if (lacking)
    return failed(
      code.access,
      'The cache storage account cannot be used.',
      `The principal '${lacking}' lacks Contributor or Storage Blob Data Contributor on it, or the assignment has not taken effect yet.`,
    );
  return 'done';
};

/** The machine must run, with integration services, for as long as protection is being enabled. A §1.3a */
const enable = (look: Look): Outcome => {
  const { lab, item } = look;
  const fault = lab.estate.faults.at('arm.enable', item.vmId);
  if (fault)
    return failed(
      String(fault.detail.code ?? code.source),
      String(fault.detail.message ?? 'Protection could not be enabled.'),
      'An internal error occurred on the appliance.',
    );
  const vm = sourceOf(look);
  if (!vm) return failed(code.source, 'The machine was not found on its host.', 'The machine was deleted.');
  if (vm.power !== 'on')
    return failed(
      code.source,
      `The machine '${item.sourceName}' is turned off.`,
      'A machine must be running while protection is enabled.',
    );
  if (!answersHost(vm))
    return failed(
      code.source,
      `Integration services of '${item.sourceName}' are not running.`,
      'The guest has not started or lacks the Hyper-V drivers.',
    );
  const { clustered } = lab.estate.scenario.hyperV;
  const local = vm.disks.find((disk) => clustered && !onSharedVolume(lab, disk));
  if (local)
    return failed(
      code.disk,
      `The disk '${local.path}' is not on a cluster shared volume.`,
      'Disks of a clustered host must be on shared volumes.',
    );
  const unhealthy = vm.disks.find((disk) => disk.parent !== null);
  if (unhealthy)
    return failed(
      'FetchingHyperVDiskPropertiesFailed',
      "Value can't be null. Fetching the properties of the Hyper-V disk failed.",
      `The disk '${unhealthy.path}' is a differencing disk or cannot be read.`,
    );
  const flaw = targetFlaw(look);
  if (flaw) return flaw;
  if (takes(440_000, look) === 'waiting') return 'waiting';
  for (const disk of item.disks) {
    if (!lab.estate.disks.exists(disk.seedFile)) lab.estate.disks.create(disk.seedFile, disk.bytes);
    putDiskResource(lab, item, disk, disk.seedName, disk.seedFile);
  }
  return 'done';
};

const targetFlaw = ({ lab, item }: Look): Outcome | null => {
  for (const disk of item.disks) {
    if (!resourceAt(lab, disk.container))
      return failed(
        code.target,
        `The storage container '${lastOf(disk.container)}' was not found.`,
        'It was deleted or never existed.',
      );
    if (freeBytes(lab, disk.container) <= 0)
      return failed(
        code.full,
        `The storage container '${lastOf(disk.container)}' is full.`,
        'There is no space left on the volume.',
      );
  }
  const lost = item.nics.find(
    (nic) => nic.selection !== 'NotSelected' && !(nic.network && resourceAt(lab, nic.network)),
  );
  if (lost)
    return failed(
      code.target,
      `The logical network '${lost.network ?? ''}' was not found.`,
      'It was deleted or never existed.',
    );
  const cluster = textAt(item.input, 'targetHciClusterId') ?? '';
  const location = textAt(item.input, 'targetArcClusterCustomLocationId') ?? '';
  if (!sameId(cluster, lab.names.cluster) || !sameId(location, lab.names.customLocation))
    return failed(
      code.target,
      'The target cluster or its custom location was not found.',
      'The ids do not belong to the target appliance.',
    );
  const region = textAt(item.input, 'customLocationRegion') ?? '';
  if (region.toLowerCase() !== lab.estate.scenario.azure.customLocationRegion.toLowerCase())
    return failed(
      code.target,
      `The custom location is not in the region '${region}'.`,
      'The region of the custom location differs from that of the project.',
    );
  return null;
};

const startReplication = (look: Look): Outcome => {
  if (takes(10_000, look) === 'waiting') return 'waiting';
  const fault = look.lab.estate.faults.at('arm.replication', look.item.vmId);
  if (fault?.kind === 'stuckProgress') look.item.stuckAt = Number(fault.detail.percent ?? 25);
  else if (fault)
    return failed(
      code.source,
      String(fault.detail.message ?? 'Replication could not be started.'),
      'A checkpoint of the machine could not be created.',
    );
  beginCopy(look.lab, look.item, 'initial', look.now);
  return 'done';
};

const ended = ({ lab, job, item }: Look, failedTask: string | null): void => {
  item.provisioningState = failedTask === null ? 'Succeeded' : 'Failed';
  item.protectionState = failedTask === null ? 'InitialReplicationInProgress' : 'EnablingFailed';
  if (failedTask !== null) {
    item.accepted = true;
    item.lastFailedEnable = job.name;
    item.health = {
      code: 'HyperVToAzStackHCIProtectionStateEnablingFailed',
      summary: 'Enable replication failed',
      message: `Protection could not be configured for the machine '${item.sourceName}'.`,
      causes: 'Check the failed Enable Protection job for more information.',
      recommendation:
        'Resolve the issue, stop replication on the machine and then retry the enable protection operation.',
    };
  }
  lab.tables.items.put(item.name.toLowerCase(), item);
};

export const enabling: Plan = { steps: [create, initialise, enable, startReplication], ended };
