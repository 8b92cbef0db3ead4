import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { type Listed, standingOf, summaryLine, summaryOf } from '../domain/listed.ts';
import {
  type BatchRun,
  mattersOfBatch,
  mattersOfBreach,
  mattersOfGone,
  mattersOfRun,
  mattersOfVm,
  type VmSeen,
} from '../domain/matter.ts';
import type { Matter } from '../domain/notice.ts';
import { batchView } from '../workflows/batch-messages.ts';
import { view } from '../workflows/messages.ts';
import { programmeId, programmeView } from '../workflows/programme-messages.ts';
import { each } from './each.ts';
import { listMigrations } from './listing.ts';
import { clause } from './query.ts';

/** All that people are told of, as it is now. */
export interface Looked {
  readonly matters: readonly Matter[];
  readonly summary: string;
}

const BATCH = defineSearchAttributeKey('Batch', SearchAttributeType.KEYWORD);
const PROGRAMME = defineSearchAttributeKey('Programme', SearchAttributeType.KEYWORD);

const AT_ONCE = 20;
const ANSWER_MS = 5_000;
/** Reminders change no attribute: who waits at a gate is asked again now and then, so many a look. */
const AGAIN_MS = 60_000;
const AGAIN_AT_MOST = 50;

/** Batches of a programme, of each its newest run. */
const runsOf = async (client: Client, programme: string): Promise<readonly BatchRun[]> => {
  const query = [`WorkflowType = 'batch'`, ...clause('Programme', programme)].join(' AND ');
  const newest = new Map<string, BatchRun>();
  for await (const one of client.workflow.list({ query, pageSize: 1_000 })) {
    const { workflowId, startTime, closeTime, status, typedSearchAttributes: shown } = one;
    const startedAt = startTime.getTime();
    const known = newest.get(workflowId);
    if (shown.get(PROGRAMME) !== programme || (known && known.startedAt >= startedAt)) continue;
    const overAt = status.name === 'COMPLETED' ? (closeTime?.getTime() ?? startedAt) : null;
    newest.set(workflowId, { workflowId, batch: shown.get(BATCH) ?? workflowId, startedAt, overAt });
  }
  return [...newest.values()];
};

interface Kept {
  readonly shown: string;
  readonly at: number;
  readonly seen: VmSeen;
}

const shownOf = ({ phase, hop, flags, waitingFor, startedAt }: Listed): string =>
  JSON.stringify([phase, hop, flags, waitingFor, startedAt]);

/**
 * Looks at a programme as the inbox does: one visibility list, and a question to each migration that waits and shows something else than
 * when it was asked last. Who does not answer is asked again with the next look.
 */
export const looker = (client: Client) => {
  const kept = new Map<string, Kept>();

  const ask = async (listed: Listed, now: number): Promise<void> => {
    const handle = client.workflow.getHandle(listed.workflowId);
    const seen = await client.withDeadline(Date.now() + ANSWER_MS, () => handle.query(view)).catch(() => null);
    if (seen) kept.set(listed.workflowId, { shown: shownOf(listed), at: now, seen });
  };

  const askThese = async (waiting: readonly Listed[], now: number): Promise<void> => {
    const isNew = (one: Listed): boolean => kept.get(one.workflowId)?.shown !== shownOf(one);
    const old = waiting
      .filter((one) => !isNew(one) && now - (kept.get(one.workflowId)?.at ?? 0) > AGAIN_MS)
      .slice(0, AGAIN_AT_MOST);
    await each([...waiting.filter(isNew), ...old], (one) => ask(one, now), AT_ONCE);
  };

  const ofBatches = async (runs: readonly BatchRun[]): Promise<readonly Matter[]> => {
    const running = runs.filter(({ overAt }) => overAt === null);
    const found = await each(
      running,
      async ({ workflowId }) => {
        const handle = client.workflow.getHandle(workflowId);
        const state = await client
          .withDeadline(Date.now() + ANSWER_MS, () => handle.query(batchView))
          .catch(() => null);
        return state ? mattersOfBatch(workflowId, state) : [];
      },
      AT_ONCE,
    );
    return found.flat();
  };

  const ofProgramme = async (programme: string): Promise<readonly Matter[]> => {
    const handle = client.workflow.getHandle(programmeId(programme));
    try {
      const { stopped, stopWave } = await client.withDeadline(Date.now() + ANSWER_MS, () =>
        handle.query(programmeView),
      );
      return mattersOfBreach(programme, stopped, stopWave?.approvers ?? []);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return [];
      throw error;
    }
  };

  return async (programme: string, now: number): Promise<Looked> => {
    const [listed, runs] = await Promise.all([
      listMigrations(client, 'open', { programme }),
      runsOf(client, programme),
    ]);
    const waiting = listed.filter((one) => one.run === 'running' && standingOf(one) !== 'running');
    await askThese(waiting, now);
    for (const id of kept.keys()) if (!waiting.some(({ workflowId }) => workflowId === id)) kept.delete(id);
    const [ofGroups, ofWave] = await Promise.all([ofBatches(runs), ofProgramme(programme)]);
    const ledBy = new Set(runs.filter(({ overAt }) => overAt === null).map(({ batch }) => batch));
    const ofVms = waiting.flatMap((one) => {
      const seen = kept.get(one.workflowId)?.seen;
      if (!seen) return [];
      // The batch tells of those it decides on together.
      const alone = seen.gate?.together && ledBy.has(one.batch) ? { ...seen, gate: null } : seen;
      const isShared = listed.some(({ name, id }) => name === one.name && id !== one.id);
      return mattersOfVm(one, alone, { isShared, now });
    });
    const gone = listed.filter(({ run }) => run === 'failed').flatMap((one) => mattersOfGone(one, now));
    return {
      matters: [...ofWave, ...gone, ...ofVms, ...ofGroups, ...runs.flatMap(mattersOfRun)],
      summary: summaryLine(summaryOf(listed)),
    };
  };
};
