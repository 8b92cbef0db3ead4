import { type Command, InvalidArgumentError } from 'commander';
import { summaryLine } from '../summary.ts';
import type { Glimpse, Watched } from '../watch.ts';
import { examples, withJson } from './command-line.ts';
import { instant, say, sayJson, table, tell } from './print.ts';
import { atTemporal } from './session.ts';
import { pendingText } from './vm-text.ts';

interface Asked {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly every: number;
  readonly batch?: string;
}

const HEAD_AND_FOOT = 4;
const ROWS_WITHOUT_TERMINAL = 50;

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;

/** What it is at: how far the product is, in its own words, or what it waits for. */
const workText = (one: Watched): string => one.waitingFor ?? one.pending.map(pendingText).join(' · ');

export const watchText = ({ at, summary, shown, left }: Glimpse, columns: number): string => {
  const rows = shown.map((one) => [
    one.name,
    `${one.batch}/${one.group}`,
    `${one.run === 'failed' ? 'gone in ' : ''}${one.phase} ${one.hop}`,
    one.flags.join(' '),
    workText(one),
  ]);
  return [
    `${instant(at)}  ${summaryLine(summary)}`,
    '',
    ...table(['VM', 'BATCH/GROUP', 'PHASE, HOP', 'FLAGS', 'AT'], rows)
      .split('\n')
      .map((line) => cut(line, columns)),
    ...(left > 0 ? [`… and ${left} more: \`tranship status\` lists all`] : []),
  ].join('\n');
};

const seconds = (text: string): number => {
  const number = Number(text.replace(/s$/, ''));
  if (!(number >= 0.5 && number <= 3_600)) throw new InvalidArgumentError('Give seconds, from 0.5 to 3600.');
  return number;
};

/** The cursor goes home and what was there is wiped: no scroll, no flicker. */
const wipe = (): void => {
  if (process.stdout.isTTY && process.env.TERM !== 'dumb') process.stdout.write('\u001B[H\u001B[J');
};

const show = (seen: Glimpse, columns: number, json: boolean | undefined): void =>
  json ? sayJson(seen) : say(watchText(seen, columns));

const watch = async ({ once, json, every, ...filter }: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    const { glimpse } = await import('../watch.ts');
    let going = true;
    let wake: () => void = () => undefined;
    process.once('SIGINT', () => {
      going = false;
      wake();
    });
    if (!once && !json && process.stdout.isTTY) process.stdout.write('\u001B[2J');
    while (going) {
      const { rows = ROWS_WITHOUT_TERMINAL, columns = 200 } = process.stdout;
      const look = glimpse(reached, Math.max(1, rows - HEAD_AND_FOOT), filter);
      if (once) return show(await look, columns, json);
      // A server that is away for a moment is no reason to stop looking.
      const seen = await look.catch((error: Error) => error);
      if (!json) wipe();
      if (seen instanceof Error) tell(`no answer: ${seen.message}; looking again …`);
      else show(seen, columns, json);
      await new Promise<void>((again) => {
        wake = again;
        setTimeout(again, every * 1_000);
      });
    }
  });

export const watchCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('watch')
        .description('what runs, on one screen, again and again; Ctrl-C ends it')
        .option('--once', 'show it once')
        .option('--every <seconds>', 'pause between two looks', seconds, 2)
        .option('--batch <batch>', 'only of this batch'),
    ),
    ['tranship watch', 'tranship watch --batch wave-01 --every 10', 'tranship watch --once'],
  ).action(watch);
};
