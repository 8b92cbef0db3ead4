import { describeProgramme } from '../../domain/programme-text.ts';
import { each } from '../../workers/each.ts';
import { batchHandle, viewBatch } from '../batches.ts';
import { explanationOf, explanationText } from '../explain/explanation.ts';
import { surroundingsOf } from '../explain/surroundings.ts';
import { type Waiting, waveOf } from '../inbox.ts';
import type { DeskItem } from '../inbox-desk-items.ts';
import { handleOf, viewMigration } from '../operations.ts';
import { findProgramme, viewProgramme } from '../programme.ts';
import type { Reached } from '../temporal.ts';
import { groupText } from './gates-text.ts';
import { headOf } from './inbox-text.ts';
import { gateText } from './vm-text.ts';

export interface Shown {
  /** As it is now: what is shown is of this. */
  readonly item: DeskItem;
  readonly lines: readonly string[];
}

type Of<K extends Waiting['kind']> = Waiting & { readonly kind: K };

const ofVm = async (reached: Reached, item: DeskItem, waiting: Of<'vm'>): Promise<Shown> => {
  const { listed, called } = waiting;
  const [view, around] = await Promise.all([
    reached.ask(() => viewMigration(handleOf(reached.client, listed.workflowId))),
    surroundingsOf(reached, listed),
  ]);
  const now = Date.now();
  const text = [explanationText(explanationOf(view, called, around, now), now), '', ...gateText(view)].join('\n');
  return { item: { ...item, waiting: { ...waiting, view } }, lines: text.split('\n') };
};

const ofGroup = async (reached: Reached, item: DeskItem, waiting: Of<'group'>): Promise<Shown> => {
  const { programme, batch, gate: before } = waiting;
  const { gates } = await reached.ask(() => viewBatch(batchHandle(reached.client, programme, batch)));
  const gate = gates.find(({ group }) => group === before.group);
  if (!gate) throw new Error('it does not wait any more.');
  const views = await each(gate.waiting, ({ id }) => reached.ask(() => viewMigration(handleOf(reached.client, id))));
  // Its fingerprint is of what its VMs told it: what is read out must be just that.
  const other = gate.waiting.find((one, index) => views[index]?.gate?.fingerprint !== one.gate.fingerprint);
  if (other) throw new Error(`${other.vm.name} shows something else by now. Look again in a moment.`);
  return {
    item: { ...item, waiting: { ...waiting, gate } },
    lines: [...groupText(gate, views).split('\n'), '', ...item.costs],
  };
};

const ofWave = async (reached: Reached, item: DeskItem, { programme }: Of<'wave'>): Promise<Shown> => {
  const handle = await findProgramme(reached.client, programme);
  const view = await reached.ask(() => viewProgramme(handle));
  const waiting = waveOf(view);
  if (!waiting) throw new Error('it does not wait any more.');
  return { item: { ...item, waiting }, lines: [...describeProgramme(view).split('\n'), '', ...item.costs] };
};

/** What one thing that waits shows, read anew. Throws in words where it cannot be read, or waits no more. */
export const evidenceOf = (reached: Reached, item: DeskItem): Promise<Shown> => {
  const { waiting } = item;
  if (waiting.kind === 'vm') return ofVm(reached, item, waiting);
  if (waiting.kind === 'group') return ofGroup(reached, item, waiting);
  if (waiting.kind === 'wave') return ofWave(reached, item, waiting);
  const why = waiting.kind === 'silent' ? waiting.why.split('\n') : [];
  return Promise.resolve({ item, lines: [headOf(waiting), ...why] });
};
