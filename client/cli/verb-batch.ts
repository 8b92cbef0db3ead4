import { setTimeout as pause } from 'node:timers/promises';
import type { Verb } from '../../domain/verbs.ts';
import { kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Reached } from '../temporal.ts';
import { findBatch, type Target } from './answer-target.ts';
import { marked, say, sayJson } from './print.ts';

export interface BatchAsked extends Target {
  readonly by: string;
  readonly comment?: string;
  readonly json?: boolean;
}

/** What a batch takes too. */
export const OF_BATCH: readonly Verb[] = ['rollBack', 'pause', 'resume'];

/** What became of one member that was told to turn round. */
interface Turned {
  readonly id: string;
  readonly name: string;
  readonly refused: string | null;
}

/** A member hears by a signal of its batch: asked for at most this long what it made of it. */
const HEARD_WITHIN_MS = 10_000;

const madeOf = ({ commands, refused }: MigrationView, since: number): string | null | undefined => {
  if (commands.some(({ verb, at }) => verb === 'rollBack' && at >= since)) return null;
  return refused.findLast(({ what, at }) => what.startsWith('rollBack') && at >= since)?.why;
};

/** Each member by itself: what one refuses does not keep the others. */
const turned = async (reached: Reached, id: string, since: number): Promise<Turned> => {
  const { handleOf, viewMigration } = await import('../operations.ts');
  for (const deadline = Date.now() + HEARD_WITHIN_MS; ; await pause(200)) {
    const view = await reached.ask(() => viewMigration(handleOf(reached.client, id)));
    const refused = madeOf(view, since);
    if (refused !== undefined) return { id, name: view.vm.name, refused };
    if (Date.now() > deadline)
      return { id, name: view.vm.name, refused: `It has not said yet; \`tranship vm ${view.vm.name}\` shows it.` };
  }
};

const turnBack = async (reached: Reached, asked: BatchAsked): Promise<void> => {
  const { batch = '', group, programme, by, comment, json } = asked;
  const { turnGroupBack, viewBatch } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, programme);
  const { groups, members } = await reached.ask(() => viewBatch(handle));
  const runs = (each: string) => members.some((member) => member.group === each && member.status === 'running');
  // Those that cut over last go back first.
  const turning = group === undefined ? [...groups].reverse().filter(runs) : [group];
  // The clocks of here and of the server may differ by so much.
  const since = Date.now() - 60_000;
  const told: string[] = [];
  for (const each of turning) told.push(...(await reached.ask(() => turnGroupBack(handle, each, by, comment))));
  const answers = await Promise.all(told.map((id) => turned(reached, id, since)));
  if (answers.some(({ refused }) => refused !== null)) process.exitCode = 1;
  if (json) return sayJson({ batch, group: group ?? null, told, answers });
  const refusing = answers.filter(({ refused }) => refused !== null).length;
  say(
    marked(
      refusing > 0 ? '✗' : '✓',
      `${by} turns ${group ?? batch} round: ${answers.length - refusing} of ${answers.length} VMs turn`,
    ),
  );
  for (const { name, refused } of answers)
    say(`  ${refused === null ? marked('✓', `${name} turns round`) : marked('✗', `${name}: ${refused}`)}`);
};

/** New work stops or goes on, of those that run too; what they copy is not touched. */
const stopOrGoOn = async (reached: Reached, verb: Verb, asked: BatchAsked): Promise<void> => {
  const { batch = '', group, programme, by, comment, json } = asked;
  const { resumeWave, stopWave } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, programme);
  const why = comment ?? 'no reason was given';
  const part = { members: true, ...(group === undefined ? {} : { group }) };
  await reached.ask(() =>
    verb === 'pause' ? stopWave(handle, by, why, undefined, part) : resumeWave(handle, by, undefined, part),
  );
  if (json) return sayJson({ batch, ...(group === undefined ? {} : { group }), verb: kebab(verb), by });
  const called = group === undefined ? batch : `${group} of ${batch}`;
  say(
    marked(
      '✓',
      verb === 'pause'
        ? `${called} begins nothing new (${by}: ${why}); running copies go on`
        : `${called} goes on (${by})`,
    ),
  );
};

export const commandBatch = (reached: Reached, verb: Verb, asked: BatchAsked): Promise<void> =>
  verb === 'rollBack' ? turnBack(reached, asked) : stopOrGoOn(reached, verb, asked);
