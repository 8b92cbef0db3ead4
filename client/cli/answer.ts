import type { Command } from 'commander';
import { kebab, shellWord } from '../../domain/words.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { type AnswerMany, answerMany } from './answer-many.ts';
import { refuseTarget, type Target, withBatch } from './answer-target.ts';
import { didText, saidOf } from './answer-words.ts';
import { examples, onlyGate, withAsker, withJson } from './command-line.ts';
import { marked, say, sayJson } from './print.ts';
import { heedSeen } from './seen.ts';
import { atTemporal } from './session.ts';
import { explain } from './vm-text.ts';

interface Answer extends Target, AnswerMany {
  readonly batch?: string;
  readonly seen?: string;
  readonly all?: boolean;
}

type Decision = 'approve' | 'reject';

const answerVm = async (reached: Reached, decision: Decision, vm: string, answer: Answer): Promise<void> => {
  const { isIrreversible } = await import('../../domain/ballot.ts');
  const { decideGate, findMigration, viewMigration } = await import('../operations.ts');
  const { handle } = await findMigration(reached.client, vm);
  const view = await reached.ask(() => viewMigration(handle));
  const { gate } = view;
  if (!gate || (answer.gate !== undefined && gate.name !== answer.gate))
    throw new Error(
      `No gate ${answer.gate ? `${kebab(answer.gate)} ` : ''}of ${vm} is open.\n${explain(view, Date.now())}`,
    );
  if (decision === 'approve')
    await heedSeen({
      fingerprint: gate.fingerprint,
      seen: answer.seen,
      isIrreversible: isIrreversible(gate.name),
      shown: () => explain(view, Date.now()),
      again: `tranship approve ${shellWord(vm)} --seen`,
    });
  const said = { decision, ...saidOf(answer) };
  const decided = await reached.ask(() => decideGate(handle, gate, said));
  if (answer.json) return sayJson({ vm: view.vm, ...decided });
  const { tally } = decided;
  const did = didText(decision, tally);
  const soFar = tally ? `${tally.have} of ${tally.of}, ` : '';
  say(
    marked(
      '✓',
      `${decided.by} ${did} ${kebab(decided.gate)}, hop ${decided.hop}, of ${view.vm.name} (${soFar}${decided.identity})`,
    ),
  );
};

const refuseAll = (decision: Decision, vms: readonly string[], { all, group, seen, seenAll }: Answer): void => {
  if (all && vms.length > 0)
    throw wrongInput(`${decision}  both --all and VMs (${vms.join(', ')})`, 'Name the VMs, or say --all.');
  if (all && group !== undefined)
    throw wrongInput('--group  a group is decided on as one, not VM by VM', 'Leave out --all, or --group.');
  if ((all || vms.length > 1) && seen !== undefined)
    throw wrongInput('--seen  is of one VM or group', 'Of several say --seen-all, with what stands above their list.');
  if (!all && vms.length < 2 && seenAll !== undefined)
    throw wrongInput('--seen-all  is of a list', 'Of one VM or group say --seen.');
};

const act = async (decision: Decision, vms: readonly string[], answer: Answer): Promise<void> => {
  refuseAll(decision, vms, answer);
  const [vm] = vms;
  const many = answer.all === true || vms.length > 1;
  if (!answer.all) refuseTarget(decision, vm, answer);
  const { answerBatch } = await import('./answer-group.ts');
  await atTemporal((reached) => {
    if (many) return answerMany(reached, decision, vms, answer);
    return vm === undefined
      ? answerBatch(reached, decision, answer.batch ?? '', answer)
      : answerVm(reached, decision, vm, answer);
  });
};

const answerCommand = (program: Command, decision: Decision): void => {
  const command = program
    .command(decision)
    .argument('[vms...]', 'display names or ids')
    .description(
      decision === 'approve'
        ? 'open the gates that wait: of VMs, of all that wait, of a group or of a batch'
        : 'refuse the gates that wait, or take back what waits for its turn; they stay shut',
    )
    .option('--seen <fingerprint>', 'what was seen; needed without a terminal for gates that cannot be undone')
    .option('--all', 'every VM that waits at a gate of its own; with --batch, of that batch')
    .addOption(onlyGate())
    .option('--seen-all <fingerprint>', 'what was seen of the whole list')
    .option('--ticket <reference>', 'of the change; kept with the record');
  examples(
    withJson(withAsker(withBatch(command))),
    decision === 'approve'
      ? [
          'tranship approve web-03',
          'tranship approve web-03 --seen 3f9a0c1d2b4e5f60 --comment "moved to Saturday" --ticket CHG-4711',
          'tranship approve web-01 web-02 web-03 --seen-all 5d0e4f60b2c19a37',
          'tranship approve --all --gate go --batch wave-01',
          'tranship approve --batch wave-01 --group db --seen 91c2aa0e7d3b4f58',
        ]
      : ['tranship reject web-03 --comment "owner is away"', 'tranship reject --batch wave-01 --group db'],
  ).action((vms: readonly string[], answer: Answer) => act(decision, vms, answer));
};

export const answerCommands = (program: Command): void => {
  answerCommand(program, 'approve');
  answerCommand(program, 'reject');
};
