import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { FencedSource, Surveyor } from '../activities/contracts/daily-check.ts';
import type { LeaseTable } from '../domain/capacity.ts';
import {
  type CheckFinding,
  isFenced,
  judge,
  type MigrationSeen,
  type StepSeen,
  vanished,
} from '../domain/daily-check.ts';
import type { Listed } from '../domain/listed.ts';
import { hasBegun } from '../domain/refuse-edit.ts';
import { flaggedInLine, tangled, tangleFinding } from '../domain/tangle.ts';
import { capacityId, leases } from '../workflows/capacity-messages.ts';
import { flagged, type MigrationView, view } from '../workflows/messages.ts';
import { writeCheck } from './check-file.ts';
import { each } from './each.ts';
import { heartbeatOf } from './heartbeat.ts';
import { listMigrations } from './listing.ts';
import { unpolled } from './pollers.ts';

const AT_ONCE = 10;
const ANSWER_MS = 10_000;
/** As the server numbers it. */
const STARTED = 2;

const msOf = (time: { seconds?: unknown } | null | undefined): number => Number(time?.seconds ?? 0) * 1_000;

/** Who keeps its room until all of them have had theirs; null for one that is decided on by itself, or is past that. */
const teamOf = ({ view: { reports, hops, batch, group } }: Seen): string | null => {
  const first = hops.find(({ n }) => n === 1);
  if (!first || first.arrived || hasBegun(first)) return null;
  return { group: `${group} of ${batch}`, batch, vm: null }[reports?.scope ?? 'vm'];
};

interface Seen extends MigrationSeen {
  readonly view: MigrationView;
}

/**
 * Looks at migrations one by one: what they say, and what the server knows of their steps. A step moves while an attempt of it is in
 * hand or its waits report progress; the agents note in the heartbeat since when they do not.
 */
export const surveyor = (options: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly records: string;
}): Surveyor => {
  const { connection, namespace, records } = options;
  const client = new Client({ connection, namespace });

  const stepsOf = async (workflowId: string, depth = 0): Promise<readonly StepSeen[]> => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const own = await Promise.all(
      (raw.pendingActivities ?? []).map(async (one): Promise<StepSeen> => {
        const watch = await heartbeatOf<{ readonly since?: number | null }>(client, one);
        const lastTry = Math.max(msOf(one.lastStartedTime), msOf(one.scheduledTime));
        const inHand = one.state === STARTED;
        return {
          verb: one.activityType?.name ?? 'a step',
          queue: one.activityOptions?.taskQueue?.name ?? 'orchestrator',
          unmovedSince: watch?.since ?? (inHand ? null : lastTry),
          said: one.lastFailure?.message ?? null,
        };
      }),
    );
    const children = depth > 1 ? [] : (raw.pendingChildren ?? []).flatMap(({ workflowId: id }) => (id ? [id] : []));
    const below = await Promise.all(children.map((id) => stepsOf(id, depth + 1).catch(() => [])));
    return [...own, ...below.flat()];
  };

  const lookAt = async (listed: Listed): Promise<Seen | null> => {
    const handle = client.workflow.getHandle(listed.workflowId);
    try {
      const [now, steps] = await Promise.all([
        client.withDeadline(Date.now() + ANSWER_MS, () => handle.query(view)),
        stepsOf(listed.workflowId),
      ]);
      return {
        listed: { ...listed, phase: now.phase, hop: now.hop, waitingFor: now.waitingFor },
        ...{ step: now.step, gate: now.gate, hops: now.hops, orders: now.orders ?? [], steps, view: now },
        ...{ isParked: now.parked !== null, isPaused: now.flags.includes('Paused') },
      };
    } catch {
      return null;
    }
  };

  const silent = ({ name, batch, owner }: Listed): CheckFinding => ({
    ...{ id: 'DC-03', severity: 'block', subject: `${name} · ${batch}`, owner: owner === '' ? null : owner },
    message: 'its migration gives no answer',
    fix: 'Look at it in the Temporal UI, and at the log of the orchestrator.',
  });

  const sourceOf = ({ listed, view: now }: Seen): readonly FencedSource[] => {
    const [first] = now.orders ?? [];
    const { name, batch, owner } = listed;
    return first && isFenced(now.phase, now.hops) ? [{ to: first.from, vm: now.vm, name, batch, owner }] : [];
  };

  const tableOf = async (programme: string): Promise<LeaseTable | null> => {
    try {
      return await client.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflow.getHandle(capacityId(programme)).query(leases),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };

  return {
    survey: async ({ programme, noProgressMs }) => {
      const running = await listMigrations(client, 'running', { programme });
      const looked = await each(running, lookAt, AT_ONCE);
      const seen = looked.filter((one) => one !== null);
      const queues = [...new Set(seen.flatMap(({ steps }) => steps.map(({ queue }) => queue)))];
      const dead = await unpolled(connection, namespace, queues);
      const at = Date.now();
      const table = await tableOf(programme);
      const teams = new Map(seen.map((one) => [one.listed.workflowId, teamOf(one)]));
      const stuck = table ? tangled(table, (holder) => teams.get(holder) ?? null) : [];
      const knot = tangleFinding(stuck);
      const inLine = new Set(stuck.flatMap(({ waiting }) => waiting));
      const judged = seen.map((one) => {
        const found = judge(one, noProgressMs, at, dead);
        const isStuck = knot && inLine.has(one.listed.workflowId);
        return { one, ...found, flagged: isStuck ? flaggedInLine(knot, one.step) : found.flagged };
      });
      await Promise.all(
        judged.flatMap(({ one, flagged: told }) =>
          // One that ended meanwhile needs no flag.
          told
            ? [
                client.workflow
                  .getHandle(one.listed.workflowId)
                  .signal(flagged, told)
                  .catch(() => undefined),
              ]
            : [],
        ),
      );
      const mute = running.filter((_, index) => looked[index] === null).map(silent);
      return {
        at,
        vms: running.length,
        findings: [
          ...vanished(seen, dead),
          ...(knot ? [knot] : []),
          ...mute,
          ...judged.flatMap(({ findings }) => findings),
        ],
        fenced: seen.flatMap(sourceOf),
      };
    },
    keepCheck: async (report) => ({ kept: await writeCheck(records, report) }),
  };
};
