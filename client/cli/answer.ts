import type { Command } from 'commander';
import type { Evidence } from '../../domain/gate.ts';
import type { GroupGate } from '../../domain/group-gate.ts';
import type { GateName } from '../../domain/plan.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { findBatch, refuseTarget, type Target, withBatch } from './answer-target.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { kebab, marked, say, sayJson, shellWord, tell } from './print.ts';
import { atTemporal } from './session.ts';
import { evidenceText, explain, gateText } from './vm-text.ts';

interface Answer extends Target {
  readonly by: string;
  readonly comment?: string;
  readonly seen?: string;
  readonly json?: boolean;
}

type Decision = 'approve' | 'reject';

const words = ({ by, comment }: Answer) => ({ by, ...(comment ? { comment } : {}) });

/** A gate that cannot be undone is opened only by someone who typed what they saw. */
const confirm = async (fingerprint: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await prompt.question(`This cannot be undone. Type ${fingerprint} to approve: `);
  prompt.close();
  return typed.trim() === fingerprint;
};

/** Whether what was seen may be approved: it is what is there now, and who cannot be asked back has said so beforehand. */
const heedSeen = async (
  gate: { readonly name: GateName; readonly fingerprint: string },
  { seen }: Answer,
  shown: string,
  again: string,
): Promise<void> => {
  const { isIrreversible } = await import('../../domain/gate.ts');
  if (seen !== undefined && seen !== gate.fingerprint)
    throw new Error(
      `What you saw (${seen}) is not what is there now (${gate.fingerprint}). Look again, then decide.\n    ${again} --seen ${gate.fingerprint}`,
    );
  if (seen !== undefined || !isIrreversible(gate.name)) return;
  tell(shown);
  if (!(await confirm(gate.fingerprint)))
    throw new Error(`Not approved. Look at what is shown, then:\n    ${again} --seen ${gate.fingerprint}`);
};

const answerVm = async (reached: Reached, decision: Decision, vm: string, answer: Answer): Promise<void> => {
  const { decideGate, findMigration, viewMigration } = await import('../operations.ts');
  const { handle } = await findMigration(reached.client, vm);
  const view = await reached.ask(() => viewMigration(handle));
  const { gate } = view;
  if (!gate) throw new Error(`No gate of ${vm} is open.\n${explain(view, Date.now())}`);
  if (decision === 'approve')
    await heedSeen(gate, answer, explain(view, Date.now()), `tranship approve ${shellWord(vm)}`);
  const decided = await reached.ask(() => decideGate(handle, gate, { decision, ...words(answer) }));
  if (answer.json) return sayJson({ vm: view.vm, ...decided });
  say(
    marked(
      '✓',
      `${decided.by} ${decision === 'approve' ? 'opened' : 'refused'} ${kebab(decided.gate)}, hop ${decided.hop}, of ${view.vm.name} (${decided.identity})`,
    ),
  );
};

/** The group's gate that is meant: the one named, or the only one there is. */
const gateOf = (gates: readonly GroupGate[], batch: string, group: string | undefined): GroupGate => {
  const fits = group === undefined ? gates : gates.filter((gate) => gate.group === group);
  const [only] = fits;
  if (!only)
    throw new Error(
      `Nobody of ${group ?? batch} waits at a cut-over gate of the batch.\n    \`tranship inbox\` shows who waits and where.`,
    );
  if (fits.length > 1)
    throw wrongInput(
      `--group  several groups of ${batch} wait: ${fits.map((gate) => gate.group).join(', ')}`,
      'Name the one that is meant: each is decided on for what it shows.',
    );
  return only;
};

const viewsOf = async (reached: Reached, gate: GroupGate): Promise<readonly MigrationView[]> => {
  const { handleOf, viewMigration } = await import('../operations.ts');
  return Promise.all(gate.waiting.map(({ id }) => reached.ask(() => viewMigration(handleOf(reached.client, id)))));
};

/** What every one of them shows alike, taken out of each. */
const sharedBy = (views: readonly MigrationView[]): Evidence => {
  const [first, ...others] = views.map(({ gate }) => gate?.evidence ?? {});
  if (!first || others.length === 0) return {};
  const alike = (key: string, value: unknown): boolean =>
    others.every((evidence) => JSON.stringify(evidence[key]) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => alike(key, value)));
};

const without = (view: MigrationView, shared: Evidence): Pick<MigrationView, 'gate'> => ({
  gate: view.gate && {
    ...view.gate,
    evidence: Object.fromEntries(Object.entries(view.gate.evidence).filter(([key]) => !(key in shared))),
  },
});

/** What a group's gate is opened for: each VM with what its own gate shows, and once what all of them show. */
export const groupText = (gate: GroupGate, views: readonly MigrationView[]): string => {
  const shared = sharedBy(views);
  return [
    `${gate.group}, hop ${gate.hop}, seen as ${gate.fingerprint}: ${gate.waiting.map(({ vm }) => vm.name).join(', ')}`,
    ...(gate.missing.length > 0 ? [`  not yet at the gate: ${gate.missing.map(({ name }) => name).join(', ')}`] : []),
    ...(gate.after.length > 0 ? [`  begins after: ${gate.after.map(({ name }) => name).join(', ')}`] : []),
    ...views.flatMap((view) => [`${view.vm.name} (${view.vm.id})`, ...gateText(without(view, shared))]),
    ...(Object.keys(shared).length > 0 ? ['all of them', ...evidenceText(shared)] : []),
  ].join('\n');
};

const answerBatch = async (reached: Reached, decision: Decision, batch: string, answer: Answer): Promise<void> => {
  const { answerGroup, viewBatch } = await import('../batches.ts');
  const handle = await findBatch(reached, batch, answer.programme);
  const { gates } = await reached.ask(() => viewBatch(handle));
  const gate = gateOf(gates, batch, answer.group);
  if (decision === 'approve')
    await heedSeen(
      { name: 'cutover', fingerprint: gate.fingerprint },
      answer,
      groupText(gate, await viewsOf(reached, gate)),
      `tranship approve --batch ${shellWord(batch)} --group ${shellWord(gate.group)}`,
    );
  const decided = await reached.ask(() => answerGroup(handle, gate, { decision, ...words(answer) }));
  if (answer.json) return sayJson({ batch, ...decided });
  say(
    marked(
      '✓',
      `${decided.by} ${decision === 'approve' ? 'opened' : 'refused'} the cut-over of ${decided.group}, hop ${decided.hop}: ${gate.waiting.map(({ vm }) => vm.name).join(', ')}`,
    ),
  );
  if (decision === 'approve' && gate.after.length > 0)
    say(`  It begins after ${gate.after.map(({ name }) => name).join(', ')}.`);
};

const answerCommand = (program: Command, decision: Decision): void => {
  const command = program
    .command(decision)
    .argument('[vm]', 'display name or id')
    .description(
      decision === 'approve'
        ? 'open the gate that waits, of a VM or of a group'
        : 'refuse the gate that waits; it stays shut',
    )
    .option('--seen <fingerprint>', 'what was seen; needed without a terminal for gates that cannot be undone');
  examples(
    withJson(withAsker(withBatch(command))),
    decision === 'approve'
      ? [
          'tranship approve web-03',
          'tranship approve web-03 --seen 3f9a0c1d2b4e5f60 --comment "change 4711"',
          'tranship approve --batch wave-01 --group db --seen 91c2aa0e7d3b4f58',
        ]
      : ['tranship reject web-03 --comment "owner is away"', 'tranship reject --batch wave-01 --group db'],
  ).action(async (vm: string | undefined, answer: Answer) => {
    refuseTarget(decision, vm, answer);
    await atTemporal((reached) =>
      vm === undefined
        ? answerBatch(reached, decision, answer.batch ?? '', answer)
        : answerVm(reached, decision, vm, answer),
    );
  });
};

export const answerCommands = (program: Command): void => {
  answerCommand(program, 'approve');
  answerCommand(program, 'reject');
};
