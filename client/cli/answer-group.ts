import { type GroupGate, WHOLE } from '../../domain/group-gate.ts';
import { shellWord } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { findBatch, type Target } from './answer-target.ts';
import { didText, saidOf } from './answer-words.ts';
import { calledAs, groupText } from './gates-text.ts';
import { marked, say, sayJson } from './print.ts';
import { heedSeen } from './seen.ts';

interface Answer extends Target {
  readonly by: string;
  readonly comment?: string;
  readonly ticket?: string;
  readonly seen?: string;
  readonly json?: boolean;
}

/** What is answered: a gate that waits, or an approval that waits for its turn, which can only be taken back. */
type Meant = Pick<GroupGate, 'group' | 'hop' | 'fingerprint' | 'openedAt'> & { readonly gate: GroupGate | null };

/** The group's gate that is meant: the one named, or the only one there is. */
const gateOf = (gates: readonly GroupGate[], batch: string, group: string | undefined): Meant => {
  const fits = group === undefined ? gates : gates.filter((gate) => gate.group === group || gate.group === WHOLE);
  const [only] = fits;
  if (!only)
    throw new Error(
      `Nobody of ${group ?? batch} waits at a cut-over gate of the batch.\n    \`tranship inbox\` shows who waits and where.`,
    );
  if (fits.length > 1) throw several(batch, fits);
  return { ...only, gate: only };
};

const several = (batch: string, fits: readonly { readonly group: string }[]): Error =>
  wrongInput(
    `--group  several groups of ${batch} wait: ${fits.map(({ group }) => group).join(', ')}`,
    'Name the one that is meant: each is decided on for what it shows.',
  );

const viewsOf = async (reached: Reached, { waiting }: GroupGate): Promise<readonly MigrationView[]> => {
  const { handleOf, viewMigration } = await import('../operations.ts');
  return Promise.all(waiting.map(({ id }) => reached.ask(() => viewMigration(handleOf(reached.client, id)))));
};

/** The gate of a group, or the approval of it that is taken back. */
const meantBy = async (
  reached: Reached,
  handle: Awaited<ReturnType<typeof findBatch>>,
  decision: 'approve' | 'reject',
  batch: string,
  group: string | undefined,
): Promise<Meant> => {
  const { turnsOf, viewBatch } = await import('../batches.ts');
  const view = await reached.ask(() => viewBatch(handle));
  const turns = turnsOf(view).filter((turn) => group === undefined || turn.group === group || turn.group === WHOLE);
  const named = view.gates.some((gate) => group === undefined || gate.group === group || gate.group === WHOLE);
  const [turn] = turns;
  if (decision === 'approve' || !turn || (named && group === undefined)) return gateOf(view.gates, batch, group);
  if (turns.length > 1) throw several(batch, turns);
  return { ...turn, openedAt: turn.at, gate: null };
};

/** Answers for a group, or for the whole batch where the plan decides on it as one. */
export const answerBatch = async (
  reached: Reached,
  decision: 'approve' | 'reject',
  batch: string,
  answer: Answer,
): Promise<void> => {
  const { answerGroup } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, answer.programme);
  const meant = await meantBy(reached, handle, decision, batch, answer.group);
  const { gate, group, hop, fingerprint } = meant;
  const target = group === WHOLE ? '' : ` --group ${shellWord(group)}`;
  if (decision === 'approve' && gate)
    await heedSeen({
      fingerprint,
      seen: answer.seen,
      isIrreversible: true,
      shown: async () => groupText(gate, await viewsOf(reached, gate)),
      again: `tranship approve --batch ${shellWord(batch)}${target} --seen`,
    });
  const said = { decision, ...saidOf(answer) };
  const decided = await reached.ask(() => answerGroup(handle, meant, said));
  if (answer.json) return sayJson({ batch, ...decided });
  const names = gate ? `: ${gate.waiting.map(({ vm }) => vm.name).join(', ')}` : '';
  const { tally } = decided;
  const did = gate ? didText(decision, tally) : 'took back';
  say(
    marked(
      '✓',
      `${decided.by} ${did} the cut-over of ${calledAs(group)}, hop ${hop}${tally ? ` (${tally.have} of ${tally.of})` : ''}${names}`,
    ),
  );
  if (decision === 'approve' && gate && gate.after.length > 0)
    say(`  It begins after ${gate.after.map(({ name }) => name).join(', ')}.`);
};
