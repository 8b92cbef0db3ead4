import type { Client } from '@temporalio/client';
import { type Address, queueOf } from '../domain/address.ts';
import type { Finding } from '../domain/finding.ts';
import { journeyOrder, type Plan } from '../domain/plan.ts';
import type { ListedVm, VmRef } from '../domain/vm.ts';
import { checkLiveAddresses } from '../plan/live/addresses.ts';
import { findIdentities } from '../plan/live/identities.ts';
import { type Asked, placeFindings } from '../plan/live/path-findings.ts';
import { checkQueues, queuesOfPaths, queuesOfPlan } from '../plan/live/queues.ts';
import { placed, type Said } from '../plan/live/said.ts';
import { checkShapes } from '../plan/live/shapes.ts';
import type { PlanPlaces } from '../plan/read-plan.ts';
import { inOrder, type Refusal } from '../plan/refusal.ts';
import { each } from '../workers/each.ts';
import { unpolled } from '../workers/pollers.ts';
import type { preflight } from '../workflows/preflight.ts';
import { troubleOf } from './failed-run.ts';
import { demandOrchestrator, listableSources, readInventory } from './inventory.ts';
import { pendingOf } from './pending.ts';
import type { Reached } from './temporal.ts';

/** VMs whose whole path is asked at once: an agent takes eight calls, and migrations go on meanwhile. */
const AT_ONCE = 4;
const PATIENCE_MS = 120_000;
/** A product that is asked again while somebody waits is asked soon. */
const SOON_MS = 2_000;

export interface LiveAsk {
  readonly plan: Plan;
  readonly places: PlanPlaces;
  /** Only VMs of this batch are asked about; all when absent. */
  readonly batch?: string;
  readonly progress?: (done: number, of: number) => void;
}

export interface LiveAnswer {
  /** Errors and warnings in order of file and line. */
  readonly refusals: readonly Refusal[];
  /** Warnings of rows whose id was found and is not written yet; among none of the above. */
  readonly unwritten: readonly Refusal[];
  /** What those rows lack, by the line at which they begin, with the name it was found by. */
  readonly ids: ReadonlyMap<number, VmRef>;
  /** Queues whose VMs were listed, and how many VMs had their whole path asked. */
  readonly sources: readonly string[];
  readonly vms: number;
}

interface Listed {
  readonly sources: ReadonlyMap<string, readonly ListedVm[]>;
  readonly said: readonly Said[];
}

/** The VMs of every source that is served; one that gives none is told at its instance. */
const listSources = async (client: Client, sources: readonly Address[]): Promise<Listed> => {
  const found = new Map<string, readonly ListedVm[]>();
  const said: Said[] = [];
  await Promise.all(
    sources.map(async (of) => {
      const at = { plan: ['estate', of.product, of.instance] };
      try {
        const { vms, whole } = await readInventory(client, of);
        found.set(queueOf(of), vms);
        if (!whole)
          said.push({
            at,
            severity: 'warning',
            message: `VMs of ${queueOf(of)} came and went while they were read`,
            fix: 'Check again when it is quiet: one may have been missed.',
          });
      } catch (error) {
        const { message, fix } = troubleOf(error);
        said.push({ at, severity: 'error', message: `${queueOf(of)} gave no list of its VMs: ${message}`, fix });
      }
    }),
  );
  return { sources: found, said };
};

/** What its steps last said of a path that gave no answer in time. */
const silenceOf = async (client: Client, workflowId: string): Promise<readonly Finding[]> => {
  const pending = await pendingOf(client, workflowId);
  const waited = pending.length > 0 ? pending : [{ queue: null, said: null }];
  return waited.map(({ queue, said }) => ({
    id: 'PF-002',
    severity: 'block',
    subject: queue ?? 'the path',
    message: `No answer within ${PATIENCE_MS / 1000} s${said === null ? '' : `: ${said}`}`,
    fix: 'Look at the agent of this queue and at its product, then check again.',
  }));
};

/** The whole path of one VM, as its migration would ask it first. */
const askPath = async (client: Client, plan: Plan, index: number, own: ListedVm): Promise<readonly Finding[]> => {
  const vm = plan.vms[index];
  if (!vm) return [];
  const order = journeyOrder(plan, { ...vm, id: own.ref.id });
  const policies = { ...order.policies, pollMs: Math.min(order.policies.pollMs, SOON_MS) };
  const handle = await client.workflow.start<typeof preflight>('preflight', {
    workflowId: `plan-check/${plan.programme}/${own.ref.id}`,
    taskQueue: 'orchestrator',
    args: [{ ...order, policies }],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    workflowExecutionTimeout: 2 * PATIENCE_MS,
    staticSummary: `whole path of ${vm.name}, for plan check`,
  });
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), PATIENCE_MS);
  try {
    const report = await Promise.race([handle.result(), late.promise]);
    if (report !== 'late') return report.findings;
    const findings = await silenceOf(client, handle.workflowId);
    await handle.terminate('plan check waited long enough');
    return findings;
  } catch (error) {
    const { message, fix } = troubleOf(error);
    return [{ id: 'PF-005', severity: 'block', subject: vm.name, message, fix }];
  } finally {
    clearTimeout(timer);
  }
};

/** Holds the plan against the live estate, through its agents. Changes nothing. Throws in words when no orchestrator is there. */
export const checkLive = async (reached: Reached, { plan, places, batch, progress }: LiveAsk): Promise<LiveAnswer> => {
  const { client, connection, namespace } = reached;
  await demandOrchestrator(reached);
  const unserved = await unpolled(connection, namespace, [...queuesOfPlan(plan).keys()]);
  const listable = listableSources(plan.paths).filter(
    (of) => queuesOfPlan(plan).has(queueOf(of)) && !unserved.includes(queueOf(of)),
  );
  const listed = await listSources(client, listable);
  const { found, said, unwritten } = findIdentities(plan, listed.sources);

  const sure = found.flatMap((own, index) => {
    const vm = plan.vms[index];
    const asked = own && vm && (batch === undefined || vm.batch === batch);
    const served = vm && [...queuesOfPaths(plan, [vm.path]).keys()].every((queue) => !unserved.includes(queue));
    return asked && served ? [{ own, index }] : [];
  });
  let done = 0;
  const askOne = async ({ own, index }: (typeof sure)[number]): Promise<Asked> => {
    const findings = await askPath(client, plan, index, own);
    done += 1;
    progress?.(done, sure.length);
    return { vm: index, findings };
  };
  const paths = await each(sure, askOne, AT_ONCE);

  const all: readonly Said[] = [
    ...checkQueues(plan, unserved),
    ...listed.said,
    ...said,
    ...checkLiveAddresses(plan, found, listed.sources),
    ...checkShapes(plan, found),
    ...placeFindings(plan, paths),
  ];
  const isAsked = ({ at }: Said): boolean => batch === undefined || 'plan' in at || plan.vms[at.vm]?.batch === batch;
  const ids = found.flatMap((own, index): (readonly [number, VmRef])[] =>
    own && plan.vms[index]?.id === null ? [[places.line(index), own.ref]] : [],
  );
  return {
    refusals: inOrder(all.filter(isAsked).map((one) => placed(one, places))),
    unwritten: inOrder(unwritten.filter(isAsked).map((one) => placed(one, places))),
    ids: new Map(ids),
    sources: [...listed.sources.keys()],
    vms: sure.length,
  };
};
