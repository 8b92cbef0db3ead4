import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { isIrreversible } from '../../domain/gate.ts';
import { VERBS, type Verb } from '../../domain/verbs.ts';
import { explain, kebab } from './views.ts';

interface Answer {
  readonly by: string;
  readonly comment?: string;
  readonly seen?: string;
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

/** A gate that cannot be undone is opened only by someone who typed what they saw. */
const confirm = async (fingerprint: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const typed = await prompt.question(`This cannot be undone. Type ${fingerprint} to approve: `);
  prompt.close();
  return typed.trim() === fingerprint;
};

const answerGate = (program: Command, decision: 'approve' | 'reject'): void => {
  program
    .command(decision)
    .argument('<vm>', 'display name or id')
    .description(decision === 'approve' ? 'open the gate that waits' : 'refuse the gate that waits; it stays shut')
    .option('--by <who>', 'who decides', userInfo().username)
    .option('--comment <text>')
    .option('--seen <fingerprint>', 'what was seen; needed without a terminal for gates that cannot be undone')
    .action(async (vm: string, answer: Answer) => {
      const { reachTemporal } = await import('../temporal.ts');
      const { decideGate, findMigration, viewMigration } = await import('../operations.ts');
      const { client, close } = await reachTemporal();
      const handle = await findMigration(client, vm);
      const view = await viewMigration(handle);
      if (!view.gate) throw new Error(`No gate of ${vm} is open.\n${explain(view, Date.now())}`);
      const { gate } = view;
      if (decision === 'approve' && isIrreversible(gate.name) && answer.seen !== gate.fingerprint) {
        process.stdout.write(`${explain(view, Date.now())}\n`);
        if (!(await confirm(gate.fingerprint)))
          throw new Error(
            `Not approved. Look at what is shown, then: tranship approve ${vm} --seen ${gate.fingerprint}`,
          );
      }
      const decided = await decideGate(handle, gate, {
        decision,
        by: answer.by,
        ...(answer.comment ? { comment: answer.comment } : {}),
      });
      process.stdout.write(
        `${decided.by} ${decision}d ${decided.gate}, hop ${decided.hop}, of ${view.vm.name} (${decided.identity})\n`,
      );
      await close();
    });
};

export const answerCommands = (program: Command): void => {
  answerGate(program, 'approve');
  answerGate(program, 'reject');
  for (const verb of VERBS) {
    program
      .command(kebab(verb))
      .argument('<vm>', 'display name or id')
      .description(MEANS[verb])
      .option('--by <who>', 'who asks', userInfo().username)
      .option('--comment <text>')
      .action(async (vm: string, { by, comment }: Answer) => {
        const { reachTemporal } = await import('../temporal.ts');
        const { commandMigration, findMigration, viewMigration } = await import('../operations.ts');
        const { client, close } = await reachTemporal();
        const handle = await findMigration(client, vm);
        await commandMigration(handle, verb, by, comment);
        process.stdout.write(`${explain(await viewMigration(handle), Date.now())}\n`);
        await close();
      });
  }
};
