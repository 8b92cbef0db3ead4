import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { MemberSeen } from '../domain/batch-reports.ts';
import type { Phase } from '../domain/phase.ts';

const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);

/** Whether a migration still runs, as the server itself says. */
export const lookAt = async (client: Client, id: string): Promise<MemberSeen> => {
  try {
    const { status, typedSearchAttributes } = await client.workflow.getHandle(id).describe();
    const run = status.name === 'RUNNING' ? 'running' : status.name === 'COMPLETED' ? 'completed' : 'gone';
    return { id, run, phase: (typedSearchAttributes.get(PHASE) as Phase | undefined) ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { id, run: 'gone', phase: null };
    throw error;
  }
};
