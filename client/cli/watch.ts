import { type Command, InvalidArgumentError } from 'commander';
import { instant } from '../../domain/words.ts';
import type { Reached } from '../temporal.ts';
import type { Glimpse } from '../watch.ts';
import { examples, withJson } from './command-line.ts';
import { whyOf } from './failures.ts';
import { say, sayJson, tell } from './print.ts';
import { beforeLeaving, isScreen, openScreen } from './screen.ts';
import { atTemporal } from './session.ts';
import { watchText } from './watch-text.ts';
import { within } from './within.ts';

interface Asked {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly every: number;
  readonly batch?: string;
}

/** The summary line, an empty one, the titles, and the line that tells how many more there are. */
const FRAME = 4;
const ROWS_WITHOUT_TERMINAL = 50;
const COLUMNS_WITHOUT_TERMINAL = 200;
/** A look that takes longer is told to be without an answer; what was seen last stays. */
const ANSWER_MS = 10_000;

const seconds = (text: string): number => {
  const number = Number(text.replace(/s$/, ''));
  if (!(number >= 0.5 && number <= 3_600)) throw new InvalidArgumentError('Give seconds, from 0.5 to 3600.');
  return number;
};

const look = async (reached: Reached, { batch }: Asked): Promise<Glimpse> => {
  const { glimpse } = await import('../watch.ts');
  const { rows = ROWS_WITHOUT_TERMINAL } = process.stdout;
  return glimpse(reached, Math.max(1, rows - FRAME), batch === undefined ? {} : { batch });
};

/** What can be interrupted: a pause between two looks. */
interface Clock {
  going: boolean;
  wake: () => void;
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((again) => {
    const timer = setTimeout(again, ms);
    clock.wake = () => {
      clearTimeout(timer);
      again();
    };
    if (!clock.going) clock.wake();
  });

/** Looks again and again until told to stop. A server that is away for a moment is no reason to stop looking. */
const again = async (
  reached: Reached,
  asked: Asked,
  clock: Clock,
  show: (seen: Glimpse | Error) => void,
): Promise<void> => {
  const stop = (): void => {
    clock.going = false;
    clock.wake();
  };
  process.once('SIGINT', stop);
  try {
    while (clock.going) {
      const seen = await within(look(reached, asked), ANSWER_MS).catch((error: Error) => error);
      if (clock.going) show(seen);
      await pause(clock, asked.every * 1_000);
    }
  } finally {
    process.off('SIGINT', stop);
  }
};

const noAnswer = (error: Error): string => `no answer: ${whyOf(error).split('\n')[0]}; looking again …`;

/** On a terminal only what changes is written, and the last look stays when it ends. */
const onScreen = async (reached: Reached, asked: Asked): Promise<void> => {
  const screen = openScreen(process.stdout);
  const clock: Clock = { going: true, wake: () => undefined };
  let last: Glimpse | null = null;
  let trouble: string | null = null;
  const lines = (): readonly string[] => {
    const { columns = COLUMNS_WITHOUT_TERMINAL } = process.stdout;
    const text = last ? watchText(last, columns).split('\n') : ['looking …'];
    return trouble === null ? text : [`${instant(Date.now())}  ${trouble}`, ...text];
  };
  const resize = (): void => {
    screen.forget();
    screen.draw(lines());
    clock.wake();
  };
  const stop = beforeLeaving(screen.leave, ['SIGTERM', 'SIGHUP', 'SIGQUIT']);
  process.stdout.on('resize', resize);
  screen.draw(lines());
  try {
    await again(reached, asked, clock, (seen) => {
      trouble = seen instanceof Error ? noAnswer(seen) : null;
      last = seen instanceof Error ? last : seen;
      screen.draw(lines());
    });
  } finally {
    process.stdout.off('resize', resize);
    screen.leave();
    stop();
  }
  if (last) say(lines().join('\n'));
};

const watch = async (asked: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    const { columns = COLUMNS_WITHOUT_TERMINAL } = process.stdout;
    const print = (seen: Glimpse): void => (asked.json ? sayJson(seen) : say(watchText(seen, columns)));
    if (asked.once) return print(await look(reached, asked));
    if (!asked.json && isScreen(process.stdout)) return onScreen(reached, asked);
    const clock: Clock = { going: true, wake: () => undefined };
    await again(reached, asked, clock, (seen) => (seen instanceof Error ? tell(noAnswer(seen)) : print(seen)));
  });

export const watchCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('watch')
        .description('what runs, batch by batch on one screen, again and again; Ctrl-C ends it')
        .option('--once', 'show it once')
        .option('--every <seconds>', 'pause between two looks', seconds, 2)
        .option('--batch <batch>', 'only of this batch'),
    ),
    ['tranship watch', 'tranship watch --batch wave-01 --every 10', 'tranship watch --once'],
  ).action(watch);
};
