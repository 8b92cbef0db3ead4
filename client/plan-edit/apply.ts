import type { Client } from '@temporalio/client';
import type { EditTaken } from '../../domain/batch.ts';
import type { BatchEdit, BatchEditing } from '../../domain/batch-edit.ts';
import { fingerprintOf } from '../../domain/gate.ts';
import { editBatch } from '../../workflows/batch-messages.ts';
import type { BatchHandle } from '../batches.ts';
import { handleOf } from '../operations.ts';
import type { Reached } from '../temporal.ts';
import type { Change } from './changes.ts';
import type { LiveBatch } from './live.ts';

export interface Applied extends EditTaken {
  readonly batch: string;
}

export interface Applying {
  readonly by: string;
  readonly comment?: string;
  /** Told before a wait for a VM that leaves one batch for another. */
  readonly waits?: (name: string, from: string) => void;
}

const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 500;

const isRunning = async (client: Client, id: string): Promise<boolean> =>
  (await handleOf(client, id).describe()).status.name === 'RUNNING';

/** An eject removes what was made in the mover: it takes as long as the product does. */
const untilOut = async (client: Client, id: string): Promise<boolean> => {
  const deadline = Date.now() + PATIENCE_MS;
  while (await isRunning(client, id)) {
    if (Date.now() > deadline) return false;
    await new Promise((again) => setTimeout(again, LOOK_EVERY_MS));
  }
  return true;
};

const joins = ({ edit }: Change, id: string): boolean => edit.kind === 'add' && edit.member.id === id;

const idOf = (edit: BatchEdit): string | null => (edit.kind === 'add' ? edit.member.id : 'id' in edit ? edit.id : null);

/** Asks a batch for all of it or nothing. The same person asking for the same twice changes it once. */
export const sendEdits = (
  handle: BatchHandle,
  editing: BatchEditing,
  updateId = `edit/${editing.by}/${editing.seen}/${fingerprintOf({ edits: editing.edits })}`,
): Promise<EditTaken> => handle.executeUpdate(editBatch, { args: [editing], updateId });

const send = (batch: LiveBatch, changes: readonly Change[], { by, comment }: Applying): Promise<EditTaken> =>
  sendEdits(batch.handle, {
    ...{ by, seen: batch.edition ?? '', edits: changes.map(({ edit }) => edit) },
    ...(comment === undefined ? {} : { comment }),
  });

/** Batches that VMs leave come before those that they join. Throws where they leave for one another. */
const inTurn = (live: readonly LiveBatch[], changes: readonly Change[]): readonly LiveBatch[] => {
  const left = live.filter(({ name }) => changes.some(({ batch }) => batch === name));
  const turn: LiveBatch[] = [];
  while (left.length > 0) {
    const next = left.findIndex(
      ({ name }) =>
        !changes.some(
          ({ batch, edit }) =>
            edit.kind === 'remove' && edit.to === name && batch !== name && left.some((one) => one.name === batch),
        ),
    );
    const [batch] = left.splice(next, next === -1 ? 0 : 1);
    if (!batch)
      throw new Error(
        `VMs of ${left.map(({ name }) => name).join(' and ')} change places: do it in two steps, one way and then the other.`,
      );
    turn.push(batch);
  }
  return turn;
};

/**
 * Sends what was found, batch by batch: each takes all of its own or nothing. A VM that leaves one batch for another is waited for. Throws
 * with what was refused; what was taken before stays, and a new diff shows what is left.
 */
export const applyDiff = async (
  { client, ask }: Pick<Reached, 'client' | 'ask'>,
  live: readonly LiveBatch[],
  changes: readonly Change[],
  applying: Applying,
): Promise<readonly Applied[]> => {
  const applied: Applied[] = [];
  for (const batch of inTurn(live, changes)) {
    const own = changes.filter((change) => change.batch === batch.name);
    for (const from of changes) {
      const id = from.edit.kind === 'remove' && from.batch !== batch.name ? idOf(from.edit) : null;
      if (id === null || !own.some((change) => joins(change, id))) continue;
      const runs = live.some(({ members }) => members.some((m) => m.member.id === id && m.member.status === 'running'));
      if (!runs) continue;
      const name = from.vm?.name ?? id;
      applying.waits?.(name, from.batch);
      if (!(await untilOut(client, id)))
        throw new Error(
          `${name} is still on its way out of ${from.batch}: ${batch.name} was not changed yet.\n    When it is out, diff and apply again.`,
        );
    }
    applied.push({ batch: batch.name, ...(await ask(() => send(batch, own, applying))) });
  }
  return applied;
};
