import { spawnSync } from 'node:child_process';
import { fitting, openScreen } from '../../client/cli/screen.ts';

const ESC = '\u001B';

const terminal = (rows = 3, columns = 20) => {
  const written: string[] = [];
  return { rows, columns, written, write: (text: string) => written.push(text) };
};

test('only lines that are others than before are written', () => {
  const out = terminal();
  const screen = openScreen(out);
  screen.draw(['one', 'two', 'three']);
  out.written.length = 0;
  screen.draw(['one', 'TWO', 'three']);
  expect(out.written).toEqual([`${ESC}[2;1HTWO${ESC}[K`]);
  out.written.length = 0;
  screen.draw(['one', 'TWO', 'three']);
  expect(out.written).toEqual([]);
});

test('at another size all of it is drawn anew, cut to the width', () => {
  const out = terminal();
  const screen = openScreen(out);
  screen.draw(['a long line indeed', 'two']);
  Object.assign(out, { rows: 2, columns: 6 });
  out.written.length = 0;
  screen.forget();
  screen.draw(['a long line indeed', 'two']);
  expect(out.written.join('')).toContain(`${ESC}[2J`);
  expect(out.written.join('')).toContain('a lon…');
});

test('the terminal is given back once, and nothing is drawn on it afterwards', () => {
  const out = terminal();
  const screen = openScreen(out);
  screen.leave();
  screen.leave();
  screen.draw(['late']);
  expect(out.written.filter((text) => text.includes(`${ESC}[?1049l`))).toHaveLength(1);
  expect(out.written.join('')).not.toContain('late');
});

test('a name that would steer the terminal is shown, not obeyed', () => {
  expect(fitting(`web${ESC}[2J\u0007\r1`, 80)).toBe('web\uFFFD\uFFFD1');
});

/** What a process writes that draws on a screen and then ends in this way. */
const ending = (how: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { beforeLeaving, openScreen } from './client/cli/screen.ts';
       const screen = openScreen(process.stdout);
       beforeLeaving(screen.leave);
       screen.draw(['here']);
       setTimeout(() => {}, 20_000);
       ${how}`,
    ],
    { encoding: 'utf8' },
  );

test.each([
  ['an exit', 'process.exit(3)', 3, null],
  [
    'a crash',
    `process.on('uncaughtException', () => process.exit(1)); setTimeout(() => { throw new Error('broken') })`,
    1,
    null,
  ],
  [
    'a promise that nobody caught',
    `process.on('unhandledRejection', () => process.exit(1)); Promise.reject(new Error('broken'))`,
    1,
    null,
  ],
  ['SIGTERM', `process.kill(process.pid, 'SIGTERM')`, null, 'SIGTERM'],
  ['SIGHUP', `process.kill(process.pid, 'SIGHUP')`, null, 'SIGHUP'],
  ['SIGINT', `process.kill(process.pid, 'SIGINT')`, null, 'SIGINT'],
] as const)('on %s the terminal is given back, and it ends as it would have', (_name, how, status, signal) => {
  const ended = ending(how);
  expect(ended).toMatchObject({ status, signal });
  expect(ended.stdout.endsWith(`${ESC}[?25h${ESC}[?1049l`)).toBe(true);
});
