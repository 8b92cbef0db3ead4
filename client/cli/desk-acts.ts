import type { Tally } from '../../domain/ballot.ts';
import { kebab } from '../../domain/words.ts';
import { each } from '../../workers/each.ts';
import { answerGroup, batchHandle } from '../batches.ts';
import type { Deed } from '../inbox-desk.ts';
import { calledOf, type DeskItem } from '../inbox-desk-items.ts';
import { commandMigration, decideGate, handleOf } from '../operations.ts';
import { findProgramme, resumeStoppedWave } from '../programme.ts';
import type { Reached } from '../temporal.ts';
import { didText, saidOf } from './answer-words.ts';
import { whyOf } from './failures.ts';

type Said = Pick<Deed, 'comment' | 'ticket'> & { readonly by: string };

const didSoFar = (act: 'approve' | 'reject', tally: Tally | undefined): string => {
  const did = didText(act, tally);
  return tally && did === 'approved' ? `${did}, ${tally.have} of ${tally.of}` : did;
};

const decided = async (reached: Reached, item: DeskItem, act: 'approve' | 'reject', said: Said): Promise<string> => {
  const { waiting } = item;
  if (waiting.kind === 'wave') {
    const handle = await findProgramme(reached.client, waiting.programme);
    const { fingerprint } = waiting.stopped;
    await reached.ask(() => resumeStoppedWave(handle, said.by, said.comment ?? '', fingerprint));
    return 'the wave goes on';
  }
  const answer = { decision: act, ...said };
  if (waiting.kind === 'vm' && waiting.view.gate) {
    const { gate } = waiting.view;
    const handle = handleOf(reached.client, waiting.listed.workflowId);
    // It names the opening that was seen: one that opened since is decided on anew.
    const taken = await reached.ask(() => decideGate(handle, gate, { ...answer, openedAt: gate.openedAt }));
    return `${didSoFar(act, taken.tally)} ${kebab(gate.name)}, hop ${gate.hop}`;
  }
  if (waiting.kind !== 'group' && waiting.kind !== 'turn') throw new Error('It waits at no gate.');
  const handle = batchHandle(reached.client, waiting.programme, waiting.batch);
  const seen = waiting.kind === 'group' ? waiting.gate : { ...waiting.decided, openedAt: waiting.decided.at };
  const taken = await reached.ask(() => answerGroup(handle, seen, answer));
  return waiting.kind === 'turn'
    ? 'took the approval back'
    : `${didSoFar(act, taken.tally)} the cut-over, hop ${seen.hop}`;
};

const commanded = async (
  reached: Reached,
  { waiting }: DeskItem,
  act: 'retry' | 'skip',
  said: Said,
): Promise<string> => {
  if (waiting.kind !== 'vm' || !waiting.view.parked) throw new Error('Nothing of it is parked.');
  const { step } = waiting.view.parked;
  const handle = handleOf(reached.client, waiting.listed.workflowId);
  const words = { step, ...(said.comment === undefined ? {} : { comment: said.comment }) };
  await reached.ask(() => commandMigration(handle, act, said.by, words));
  return `${act} of ${step} was taken`;
};

/** Does what was decided at the desk, for what was seen there; what one refuses does not keep the others. Answers in words. */
export const perform = async (reached: Reached, deed: Deed, by: string): Promise<string> => {
  const { act, items } = deed;
  const said = saidOf({ ...deed, by });
  const answers = await each(items, (item) =>
    (act === 'approve' || act === 'reject' ? decided(reached, item, act, said) : commanded(reached, item, act, said))
      .then((did) => `✓ ${calledOf(item)}: ${did}`)
      .catch((error: unknown) => `✗ ${calledOf(item)}: ${whyOf(error)}`),
  );
  const refused = answers.filter((line) => line.startsWith('✗'));
  if (answers.length <= 2) return answers.join(' · ');
  return [`${answers.length - refused.length} of ${answers.length} taken`, ...refused.slice(0, 2)].join(' · ');
};
