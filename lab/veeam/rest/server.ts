import { randomUUID } from 'node:crypto';
import { type Answer, type Ask, objectIn } from '../../wire/exchange.ts';
import { revoke } from '../backup/licence.ts';
import { freeBytes, usedBytes } from '../backup/repository.ts';
import { idFrom, repositoryId } from '../names.ts';
import type { ThrottlingUnit, TrafficRule, Workload } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { badRequest } from './errors.ts';
import { skipping } from './paging.ts';

const GB = 1024 ** 3;

export const serverInfo = ({ estate }: Veeam): Answer => {
  const { veeam } = estate.scenario;
  return {
    status: 200,
    body: {
      vbrId: idFrom('vbr', veeam.instance),
      name: veeam.server,
      buildVersion: veeam.version,
      patches: [],
      platform: 'Windows',
      databaseVendor: 'PostgreSQL',
    },
  };
};

/** The one place that tells the repository's free space: PowerShell has it behind a method only. */
export const repositoryStates = (veeam: Veeam, ask: Ask): Answer => {
  const { scenario } = veeam.estate;
  return skipping(ask, [scenario.veeam], ({ repository, repositoryBytes }) => ({
    id: repositoryId(scenario),
    name: repository,
    type: 'WinLocal',
    description: '',
    path: `D:\\${repository}`,
    capacityGB: repositoryBytes / GB,
    freeGB: freeBytes(veeam) / GB,
    usedSpaceGB: usedBytes(veeam) / GB,
    isOnline: true,
    isOutOfDate: false,
  }));
};

/** That a workload's instance id is the VM's own id is inferred from the sample of the OpenAPI document. */
const workloadBody = (veeam: Veeam, workload: Workload, used = 1): Record<string, unknown> => ({
  platformType: 'NutanixAhv',
  name: workload.name,
  displayName: 'VM',
  hostName: veeam.estate.scenario.prism.cluster,
  usedInstancesNumber: used,
  type: 'VM',
  instanceId: workload.vmId,
  canBeRevoked: used > 0,
});

export const licence = (veeam: Veeam): Answer => {
  const held = valuesOf(veeam.workloads);
  return {
    status: 200,
    body: {
      status: 'Valid',
      type: 'Subscription',
      edition: 'EnterprisePlus',
      licensedTo: veeam.estate.scenario.name,
      supportId: '0',
      autoUpdateEnabled: false,
      freeAgentInstanceConsumptionEnabled: false,
      cloudConnect: 'Disabled',
      IsMultiSection: false,
      proactiveSupportEnabled: false,
      instanceLicenseSummary: {
        package: 'Backup',
        licensedInstancesNumber: veeam.estate.scenario.veeam.licences,
        usedInstancesNumber: held.length,
        newInstancesNumber: 0,
        rentalInstancesNumber: 0,
        objects: [{ type: 'Virtual Machines', count: held.length, multiplier: 1, usedInstancesNumber: held.length }],
        workload: held.map((each) => workloadBody(veeam, each)),
      },
    },
  };
};

export const licenceInstances = (veeam: Veeam, ask: Ask): Answer =>
  skipping(ask, valuesOf(veeam.workloads), (each) => workloadBody(veeam, each));

/** There is no cmdlet for this: a licence is revoked by REST or by hand. */
export const revokeInstance = (veeam: Veeam, instanceId: string): Answer => {
  const held = veeam.workloads.get(instanceId);
  if (!held) throw badRequest(`There is no licensed workload with the ID ${instanceId}.`);
  revoke(veeam, held);
  return { status: 200, body: workloadBody(veeam, held, 0) };
};

/** REST misspells this unit in every revision. V §1.8.2 */
const toRest = (unit: ThrottlingUnit): string => (unit === 'MbitPerSec' ? 'MbitPerSpec' : unit);
const fromRest = (unit: unknown): ThrottlingUnit => {
  if (unit === 'MbitPerSpec') return 'MbitPerSec';
  if (unit === 'MbytePerSec' || unit === 'KbytePerSec') return unit;
  throw badRequest('throttlingUnit must be MbitPerSpec, MbytePerSec or KbytePerSec.');
};

/** Whether restores are throttled does not show here: PowerShell only. V §2.5 */
export const trafficRules = (veeam: Veeam): Answer => ({
  status: 200,
  body: {
    useMultipleStreamsPerJob: true,
    uploadStreamsCount: 5,
    trafficRules: valuesOf(veeam.rules).map(({ restoreThrottlingAllowed, ...rule }) => ({
      ...rule,
      throttlingUnit: toRest(rule.throttlingUnit),
      throttlingWindowEnabled: false,
    })),
    preferredNetworks: { isEnabled: false, networks: [] },
  },
});

/** Replaces the whole document. V §1.8.2 */
export const replaceTrafficRules = (veeam: Veeam, ask: Ask): Answer => {
  const sent = objectIn(ask)?.trafficRules;
  if (!Array.isArray(sent)) throw badRequest('trafficRules must be an array.');
  const rules = sent.map((each: Record<string, unknown>): TrafficRule => {
    const id = typeof each.id === 'string' ? each.id : randomUUID();
    return {
      id,
      name: String(each.name ?? ''),
      sourceIPStart: String(each.sourceIPStart ?? ''),
      sourceIPEnd: String(each.sourceIPEnd ?? ''),
      targetIPStart: String(each.targetIPStart ?? ''),
      targetIPEnd: String(each.targetIPEnd ?? ''),
      encryptionEnabled: each.encryptionEnabled === true,
      throttlingEnabled: each.throttlingEnabled === true,
      throttlingUnit: fromRest(each.throttlingUnit ?? 'MbitPerSpec'),
      throttlingValue: Number(each.throttlingValue ?? 1),
      restoreThrottlingAllowed: veeam.rules.get(id)?.restoreThrottlingAllowed ?? false,
    };
  });
  veeam.together(() => {
    for (const { key } of veeam.rules.list()) veeam.rules.delete(key);
    for (const rule of rules) veeam.rules.put(rule.id, rule);
  });
  return trafficRules(veeam);
};
