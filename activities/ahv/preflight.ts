import { ApplicationFailure } from '@temporalio/common';
import type { Finding } from '../../domain/finding.ts';
import type { Platform, PlatformPreflight } from '../contracts/platform.ts';
import type { PreflightReport } from '../contracts/reports.ts';
import { type JsonObject, listAt, textAt } from '../http/reading.ts';
import { findingsOfSite } from './findings-of-site.ts';
import { findingsOfVm, type Surroundings } from './findings-of-vm.ts';
import type { Ahv } from './parts.ts';

/** A side question that a narrow account or an older Prism refuses leaves a gap in the report, not a failure. */
const orNull = async <T>(ask: Promise<T>): Promise<T | null> => {
  try {
    return await ask;
  } catch (error) {
    if (
      error instanceof ApplicationFailure &&
      ['Missing', 'Refused', 'Configuration', 'Vendor'].includes(error.type ?? '')
    )
      return null;
    throw error;
  }
};

const clusterOf = (
  clusters: readonly JsonObject[],
  name: string | undefined,
  vm: JsonObject | null,
): JsonObject | null => {
  const id = textAt(vm, 'cluster.extId');
  const found = id
    ? clusters.find((one) => textAt(one, 'extId') === id)
    : clusters.find((one) => textAt(one, 'name') === name);
  const real = clusters.filter((one) => !JSON.stringify(one.config ?? null).includes('PRISM_CENTRAL'));
  return found ?? (id === null && name === undefined && real.length === 1 ? (real[0] ?? null) : null);
};

const WORKING = ['QUEUED', 'RUNNING', 'CANCELING'];

/** Filters are sent and checked again here: a server that does not know one answers everything. */
const surroundingsOf = async ({ prism }: Ahv, vm: string): Promise<Surroundings> => {
  const tasks = await orNull(
    prism.list({ namespace: 'prism', rest: '/config/tasks' }, `entitiesAffected/extId eq '${vm}'`),
  );
  const points = await orNull(
    prism.list({ namespace: 'vmm', rest: '/ahv/config/vm-recovery-points' }, `vmExtId eq '${vm}'`),
  );
  const touches = (task: JsonObject): boolean =>
    listAt(task, 'entitiesAffected').some((entity) => textAt(entity, 'extId') === vm);
  return {
    runningTasks:
      tasks
        ?.filter((task) => WORKING.includes(textAt(task, 'status') ?? '') && touches(task))
        .map((task) => textAt(task, 'operationDescription') ?? textAt(task, 'operation') ?? 'a task') ?? null,
    recoveryPoints: points?.filter((point) => textAt(point, 'vmExtId') === vm).length ?? null,
  };
};

const block = (id: string, subject: string, message: string, fix: string): Finding => ({
  id,
  severity: 'block',
  subject,
  message,
  fix,
});

const ofSite = async (
  ahv: Ahv,
  vm: JsonObject | null,
): Promise<{ version: string | null; findings: readonly Finding[] }> => {
  const { prism, instance, at } = ahv;
  const clusters = await orNull(prism.list({ namespace: 'clustermgmt', rest: '/config/clusters' }));
  const managers = await orNull(prism.list({ namespace: 'prism', rest: '/config/domain-managers' }));
  const version = textAt(managers?.[0], 'config.buildInfo.version');
  return { version, findings: findingsOfSite(at, clusterOf(clusters ?? [], instance.cluster, vm), version) };
};

/** PF-101 … PF-114, and of PF-2xx what the platform can answer. Changes nothing. U §2.2, §2.3, O E.11 */
export const preflight =
  (ahv: Ahv): Platform['preflight'] =>
  async (order: PlatformPreflight): Promise<PreflightReport> => {
    const { at, vms, agentVersion } = ahv;
    const found = order.vm ? await vms.find(order.vm.id) : null;
    const site = await ofSite(ahv, found?.data ?? null);
    const report = { productVersion: site.version ?? 'unknown', agentVersion };

    if (order.role === 'target')
      return {
        ...report,
        findings: [
          ...site.findings,
          block('PF-100', at, 'AHV is a source only.', 'Name another platform as the target of this hop.'),
        ],
      };
    if (!order.vm) return { ...report, findings: site.findings };
    if (!found) {
      const missing = block(
        'PF-100',
        order.vm.name,
        `Prism Central has no VM ${order.vm.id}.`,
        'Correct the id in the plan.',
      );
      return { ...report, findings: [...site.findings, missing] };
    }
    const description = await vms.describe(found.data);
    const around = await surroundingsOf(ahv, order.vm.id);
    return { ...report, description, findings: [...site.findings, ...findingsOfVm(found.data, description, around)] };
  };
