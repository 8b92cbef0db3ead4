import type { Client } from '@temporalio/client';
import { mayHaveTouched } from '../activities/contracts/checkpoint.ts';
import { lookAt } from './look.ts';
import { readCheckpoint } from './records.ts';

/**
 * Why a VM must not begin at the beginning, or null: a run of it touched its service and is gone without an end, by a hand in the
 * Temporal UI or with the database. Its source, off and fenced, would be taken for a VM that was off all the time.
 */
export const whyGone = async (
  client: Client,
  records: string,
  programme: string,
  vm: string,
): Promise<string | null> => {
  const checkpoint = await readCheckpoint(records, programme, vm);
  if (!checkpoint || !mayHaveTouched(checkpoint)) return null;
  const { run } = await lookAt(client, checkpoint.id);
  return run === 'gone'
    ? `Its service was touched in ${checkpoint.phase}, hop ${checkpoint.hop}, and that run is gone: \`tranship recover\` takes it up where it stands.`
    : null;
};
