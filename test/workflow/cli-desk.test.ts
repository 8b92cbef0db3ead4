import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cli } from '../support/cli.ts';
import { openGate, scriptedRun, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

jest.setTimeout(120_000);

const run = scriptedRun();
const { start } = run;

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[\\d*m`);

const HAS_TERMINAL = spawnSync('script', ['--version']).status === 0;

const environment = () => ({
  TEMPORAL_ADDRESS: run.env.server.address,
  TEMPORAL_NAMESPACE: 'test',
  TRANSHIP_HOME: run.records,
  NO_COLOR: '1',
  TERM: 'xterm',
});

const running: ChildProcess[] = [];

/** The inbox in a terminal of its own. `text` is all that it wrote. */
const desk = (...argv: string[]) => {
  const line = ['stty rows 40 cols 200;', process.execPath, 'client/cli/main.ts', 'inbox', ...argv].join(' ');
  const child = spawn('script', ['-qec', `${line}; stty -a`, '/dev/null'], {
    env: { ...process.env, ...environment() },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return {
    type: (keys: string) => child.stdin.write(keys),
    until: (words: string) => eventually(() => text.includes(words), `${words} on the screen: ${text}`, 60_000),
    ended: once(child, 'close'),
    text: () => text,
  };
};

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

const listed = (id: string): Promise<boolean> =>
  eventually(async () => (await cli(['status'], environment())).out.includes(id), `${id} in visibility`);

(HAS_TERMINAL ? test : test.skip)(
  'a gate is read and opened by keys, and the terminal is given back as it was',
  async () => {
    const handle = await start('cli-desk');
    const gate = await openGate(handle, 'cutover');
    await listed('cli-desk');
    const sitting = desk('--by', 'ops');
    await sitting.until('cli-desk · ');
    expect(sitting.text()).toContain('waiting for you');
    sitting.type('a');
    await sitting.until('look at what it shows first');
    sitting.type('\r');
    await sitting.until('Waits    a decision: cutover');
    sitting.type(`${ESCAPE}[F`);
    sitting.type('a');
    await sitting.until('this cannot be undone');
    sitting.type(`${gate.fingerprint.slice(0, 4)}\r`);
    const { decisions } = await seen(handle, 'the decision', (now) => now.decisions.length === 1);
    expect(decisions[0]).toMatchObject({ by: 'ops', decision: 'approve', fingerprint: gate.fingerprint });
    await sitting.until('opened cutover, hop 1');
    sitting.type('q');
    await sitting.ended;
    const after = sitting.text().slice(sitting.text().indexOf(`${ESCAPE}[?1049l`));
    expect(after).toMatch(/[ ;]icanon\s[\s\S]*[ ;]echo\s/);
    expect(sitting.text()).not.toMatch(COLOUR);
  },
);

test('without a terminal the list is printed with its commands, and nothing steers a terminal', async () => {
  const handle = await start('cli-plain');
  await openGate(handle, 'cutover');
  await listed('cli-plain');
  for (const argv of [['inbox'], ['watch', '--once'], ['explain', 'cli-plain'], ['ledger', 'cli-plain']]) {
    const { code, out } = await cli(argv, environment());
    expect(code).toBe(0);
    expect(out).toMatch(/cli-plain|vm-1/);
    expect(out).not.toContain(ESCAPE);
  }
});

test('a VM explains why it waits and what comes next, for programs too', async () => {
  const handle = await start('cli-explain');
  const gate = await openGate(handle, 'cutover');
  await listed('cli-explain');
  const { out } = await cli(['explain', 'cli-explain', '--json'], environment());
  expect(JSON.parse(out)).toMatchObject({ kind: 'gate', since: gate.openedAt, costs: ['it serves; no outage yet'] });
});
