import { type BatchHandle, batchOrder, startBatch } from '../../../client/batches.ts';
import {
  ensureCapacity,
  handleOf,
  initialiseMover,
  type MigrationHandle,
  moversToPrepare,
  startMigration,
} from '../../../client/operations.ts';
import { isIdentified, type Plan } from '../../../domain/plan.ts';
import type { TrialEstate } from '../../../tools/estate/estate.ts';
import { planOfTrial } from '../../../tools/estate/prepare.ts';
import { again } from './again.ts';

export interface Begun {
  readonly programme: Plan;
  readonly handles: readonly MigrationHandle[];
  /** Null where every VM was started by itself. */
  readonly batch: BatchHandle | null;
}

const asOne = async (trial: TrialEstate, programme: Plan, name: string): Promise<Begun> => {
  const { handle } = await again(`start ${name}`, () => startBatch(trial.client, programme, name));
  const handles = batchOrder(programme, name).members.map(({ id }) => handleOf(trial.client, id));
  return { programme, handles, batch: handle };
};

/** Prepares the mover and starts all VMs, as one batch or each by itself. What fails while a process is down is asked again. */
export const begin = async (trial: TrialEstate, asBatch: boolean): Promise<Begun> => {
  const programme = await planOfTrial(trial);
  await again('capacity', () => ensureCapacity(trial.client, programme));
  for (const to of moversToPrepare(programme)) await again('initialise', () => initialiseMover(trial.client, to));
  const [name] = Object.keys(programme.batches);
  if (asBatch && name) return asOne(trial, programme, name);
  const handles = await Promise.all(
    programme.vms
      .filter(isIdentified)
      .map((vm) => again(`start ${vm.name}`, () => startMigration(trial.client, programme, vm, trial.records))),
  );
  return { programme, handles, batch: null };
};
