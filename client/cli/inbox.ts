import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { examples, someone, withJson } from './command-line.ts';
import { commandFor, inboxText } from './inbox-text.ts';
import { say, sayJson } from './print.ts';
import { isScreen } from './screen.ts';
import { atTemporal } from './session.ts';

interface Asked {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly by: string;
}

const isDesk = ({ json, plain }: Asked): boolean =>
  !json && !plain && process.stdin.isTTY === true && isScreen(process.stdout);

const inbox = async (asked: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    if (isDesk(asked)) {
      const { sitAtDesk } = await import('./desk.ts');
      return sitAtDesk(reached, asked.by, process.stdin, process.stdout);
    }
    const { inboxOf } = await import('../inbox.ts');
    const all = await inboxOf(reached);
    if (asked.json) return sayJson(all.map((one) => ({ ...one, command: commandFor(one) })));
    say(all.length > 0 ? inboxText(all, Date.now()) : 'Nothing waits for a person.');
  });

export const inboxCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('inbox')
        .description(
          'what waits for a person, oldest first; on a terminal it is answered by keys, elsewhere each comes with its command',
        )
        .option('--plain', 'the list, on a terminal too')
        .option('--by <who>', 'who decides by keys', someone, userInfo().username),
    ),
    ['tranship inbox', 'tranship inbox --by anna', 'tranship inbox --plain', 'tranship inbox --json'],
  ).action(inbox);
};
