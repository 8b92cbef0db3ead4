import type { Command } from 'commander';
import { VERBS, type Verb } from '../../domain/verbs.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Reached } from '../temporal.ts';
import { findBatch, refuseTarget, type Target, withBatch } from './answer-target.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { kebab, marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';
import { explain } from './vm-text.ts';

interface Asked extends Target {
  readonly by: string;
  readonly comment?: string;
  readonly step?: string;
  readonly json?: boolean;
}

const MEANS: Readonly<Record<Verb, string>> = {
  retry: 'try the parked step again',
  repair: 'put right what the failed step left, then try again',
  skip: 'go on without the parked step, where that is safe',
  forceOff: 'turn the VM off without its guest; opens a gate first',
  rollBack: 'go back to the platform before; asks at a gate when writes would be lost',
  eject: 'take the VM out before it was touched',
  pause: 'start nothing new; running copies go on',
  resume: 'go on after a pause',
};

const TYPED: Readonly<Record<Verb, readonly string[]>> = {
  retry: ['tranship retry web-03', 'tranship retry web-03 --step "cut over"'],
  repair: ['tranship repair web-03'],
  skip: ['tranship skip web-03 --comment "no rehearsal network tonight"'],
  forceOff: ['tranship force-off web-03 --comment "guest hangs, owner agrees"'],
  rollBack: ['tranship roll-back web-03', 'tranship roll-back --batch wave-01 --group db'],
  eject: ['tranship eject web-03 --comment "moves in wave 4"'],
  pause: ['tranship pause web-03', 'tranship pause --batch wave-01 --comment "storage is slow"'],
  resume: ['tranship resume web-03', 'tranship resume --batch wave-01'],
};

/** What answers a parked step: sent with the step that was seen, so that an answer to another one is refused. */
const ANSWERS: readonly Verb[] = ['retry', 'repair', 'skip', 'forceOff'];
/** What a batch takes too. */
const OF_BATCH: readonly Verb[] = ['rollBack', 'pause', 'resume'];

const seenStep = (verb: Verb, { step }: Asked, view: MigrationView): string | undefined =>
  step ?? (ANSWERS.includes(verb) || verb === 'rollBack' ? view.parked?.step : undefined);

const commandVm = async (reached: Reached, verb: Verb, vm: string, asked: Asked): Promise<void> => {
  const { commandMigration, findMigration, viewMigration } = await import('../operations.ts');
  const { handle } = await findMigration(reached.client, vm);
  const step = seenStep(verb, asked, await reached.ask(() => viewMigration(handle)));
  const { by, comment } = asked;
  const taken = await reached.ask(() =>
    commandMigration(handle, verb, by, { ...(comment ? { comment } : {}), ...(step === undefined ? {} : { step }) }),
  );
  const after = await reached.ask(() => viewMigration(handle));
  if (asked.json) return sayJson({ taken, view: after });
  say(marked('✓', `${by} said ${kebab(verb)}${step === undefined ? '' : ` at ${step}`}`));
  say(explain(after, Date.now()));
};

/** Each member of a group by itself; what one refuses does not keep the others. */
const commandGroup = async (reached: Reached, verb: Verb, { batch = '', group, by, comment }: Asked) => {
  const { commandMigration, handleOf } = await import('../operations.ts');
  const { listMigrations } = await import('../overview.ts');
  const members = (await listMigrations(reached.client, 'running', { batch })).filter((one) => one.group === group);
  if (members.length === 0) throw new Error(`No VM of the group ${group} of ${batch} runs.`);
  return Promise.all(
    members.map(async ({ workflowId, name }) => ({
      id: workflowId,
      name,
      refused: await reached
        .ask(() => commandMigration(handleOf(reached.client, workflowId), verb, by, comment ? { comment } : {}))
        .then(() => null)
        .catch((error: Error) => (error.cause instanceof Error ? error.cause : error).message),
    })),
  );
};

const turnBack = async (
  reached: Reached,
  { batch = '', group, programme, by, comment }: Asked,
): Promise<readonly string[]> => {
  const { turnGroupBack, viewBatch } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, programme);
  if (group !== undefined) return reached.ask(() => turnGroupBack(handle, group, by, comment));
  const { groups, members } = await reached.ask(() => viewBatch(handle));
  const told: string[] = [];
  // Those that cut over last go back first.
  for (const each of [...groups].reverse())
    if (members.some((member) => member.group === each && member.status === 'running'))
      told.push(...(await reached.ask(() => turnGroupBack(handle, each, by, comment))));
  return told;
};

const commandBatch = async (reached: Reached, verb: Verb, asked: Asked): Promise<void> => {
  const { batch = '', group, programme, by, comment, json } = asked;
  if (verb === 'rollBack') {
    const told = await turnBack(reached, asked);
    if (json) return sayJson({ batch, group: group ?? null, told });
    return say(
      marked('✓', `${by} turns ${group ?? batch} round: ${told.length} VMs\n${told.map((id) => `  ${id}`).join('\n')}`),
    );
  }
  if (group !== undefined) {
    const told = await commandGroup(reached, verb, asked);
    if (told.some(({ refused }) => refused !== null)) process.exitCode = 1;
    if (json) return sayJson({ batch, group, told });
    for (const { name, refused } of told)
      say(marked(refused ? '✗' : '✓', refused ? `${name}: ${refused}` : `${name}: ${verb}d`));
    return;
  }
  const { resumeWave, stopWave } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, programme);
  const why = comment ?? 'no reason was given';
  await reached.ask(() => (verb === 'pause' ? stopWave(handle, by, why) : resumeWave(handle, by)));
  if (json) return sayJson({ batch, verb, by });
  say(
    marked(
      '✓',
      verb === 'pause' ? `${batch} begins nothing new (${by}: ${why}); what runs goes on` : `${batch} goes on (${by})`,
    ),
  );
};

const verbCommand = (program: Command, verb: Verb): void => {
  const ofBatch = OF_BATCH.includes(verb);
  const command = program
    .command(kebab(verb))
    .argument(ofBatch ? '[vm]' : '<vm>', 'display name or id')
    .description(MEANS[verb])
    .option('--step <step>', 'the parked step that was seen; it is refused when another one is parked now');
  examples(withJson(withAsker(ofBatch ? withBatch(command) : command)), TYPED[verb]).action(
    async (vm: string | undefined, asked: Asked) => {
      refuseTarget(kebab(verb), vm, asked);
      await atTemporal((reached) =>
        vm === undefined ? commandBatch(reached, verb, asked) : commandVm(reached, verb, vm, asked),
      );
    },
  );
};

export const verbCommands = (program: Command): void => {
  for (const verb of VERBS) verbCommand(program, verb);
};
