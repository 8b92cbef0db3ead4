import type { Command } from 'commander';
import { homeFolder } from '../home.ts';
import { examples, port, withJson } from './command-line.ts';
import { marked, say, sayJson } from './print.ts';

interface Up {
  readonly port: number;
  readonly foreground?: boolean;
  readonly json?: boolean;
}

const up = async (options: Up): Promise<void> => {
  const { leaveServerRunning, runServer } = await import('../../tools/background/server.ts');
  const home = homeFolder();
  if (options.foreground) {
    await runServer(home, options.port, ({ pid, address, uiAddress }) =>
      options.json
        ? sayJson({ pid, address, ui: uiAddress })
        : say(`Temporal answers at ${address} (process ${pid}); its UI is ${uiAddress}`),
    );
    return;
  }
  const { noted, ran } = await leaveServerRunning(home, options.port);
  const { pid, address, uiAddress, log } = noted;
  if (options.json) return sayJson({ pid, address, ui: uiAddress ?? null, log, ran });
  say(
    marked(
      '✓',
      `Temporal ${ran ? 'runs already' : 'runs'} at ${address} (process ${pid}), on a file below ${home}; its log is ${log}`,
    ),
  );
  say(`  Its UI is ${uiAddress}`);
  say('  `tranship worker orchestrator` works off its queues; `tranship down` ends it, the file stays.');
};

const down = async ({ json }: { readonly json?: boolean }): Promise<void> => {
  const { endBackground } = await import('../../tools/background/end.ts');
  const ended = await endBackground(homeFolder());
  if (json) return sayJson(ended);
  for (const { name, pid, how } of ended)
    say(marked(how === 'was gone' ? '–' : '✓', `${name} (process ${pid}) ${how}`));
  if (ended.length === 0) say(`Nothing was left running below ${homeFolder()}.`);
};

export const serverCommands = (program: Command): void => {
  examples(
    withJson(
      program
        .command('up')
        .description('start a Temporal server for a trial, in the background, on a file below .tranship')
        .option('--port <port>', 'of the server; its UI answers 1000 above', port, 7233)
        .option('--foreground', 'stay with it and end with it'),
    ),
    ['tranship up', 'tranship up --port 7300', 'tranship up --foreground'],
  ).action(up);
  examples(withJson(program.command('down').description('end what `up` and `lab up` left running; all data stays')), [
    'tranship down',
  ]).action(down);
};
