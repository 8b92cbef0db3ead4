import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../tools/background/alive.ts';
import { endBackground } from '../../tools/background/end.ts';
import { note, readNotes } from '../../tools/background/notes.ts';
import { startInBackground } from '../../tools/background/start.ts';
import { freePort } from '../../tools/temporal/start-server.ts';
import { cli, cliProcess } from '../support/cli.ts';

jest.setTimeout(120_000);

let home: string;
const strangers: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tranship-home-'));
});
afterEach(async () => {
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
  await endBackground(home);
  rmSync(home, { recursive: true });
});

const program = (script: string, ready = 'ready') => ({
  name: 'program',
  command: process.execPath,
  args: ['-e', script],
  env: {},
  ready,
  log: join(home, 'logs', 'program.log'),
});

const STAYS = "console.log('ready'); setInterval(() => {}, 1000)";

test('a program stays when its starter has gone, is noted, and is ended by its note', async () => {
  const pid = await startInBackground(program(STAYS), home);
  const [noted] = readNotes(home);
  expect(noted).toMatchObject({ name: 'program', pid });
  expect(noted && isAlive(noted)).toBe(true);
  expect(await endBackground(home)).toEqual([{ name: 'program', pid, how: 'ended' }]);
  expect(noted && isAlive(noted)).toBe(false);
  expect(readNotes(home)).toEqual([]);
});

test('a program that ends before it is ready is told with the end of its log', async () => {
  const broken = program("console.error('no such port'); process.exit(3)");
  await expect(startInBackground(broken, home)).rejects.toThrow(/program ended \(3\)[\s\S]*no such port/);
  expect(readNotes(home)).toEqual([]);
});

test('a process that got the id of ours since is left alone', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  strangers.push(stranger);
  await once(stranger, 'spawn');
  const noted = {
    name: 'agent',
    pid: stranger.pid ?? 0,
    args: ['client/cli/main.ts', 'worker'],
    log: '',
    startedAt: '',
  };
  note(home, noted);
  expect(await endBackground(home)).toEqual([{ name: 'agent', pid: noted.pid, how: 'was gone' }]);
  expect(stranger.exitCode).toBeNull();
  expect(stranger.signalCode).toBeNull();
});

test('up leaves a server with its address, later commands find it, and down ends it', async () => {
  const port = await freePort();
  const env = { TRANSHIP_HOME: home };
  const up = await cliProcess(['up', '--port', String(port), '--json'], env);
  expect({ code: up.code, err: up.err }).toEqual({ code: 0, err: '' });
  const told = JSON.parse(up.out) as { pid: number; address: string; ui: string; ran: boolean };
  expect(told).toMatchObject({ address: `127.0.0.1:${port}`, ui: `http://127.0.0.1:${port + 1_000}`, ran: false });
  expect(readFileSync(join(home, 'processes.json'), 'utf8')).toContain(told.address);

  expect(JSON.parse((await cli(['up', '--json'], env)).out)).toMatchObject({ pid: told.pid, ran: true });
  expect((await cli(['status'], env)).out).toBe('0 running · 0 waiting for you · 0 stalled · 0 failed\n');
  const doctor = await cli(['doctor'], env);
  expect(doctor.code).toBe(1);
  expect(doctor.out).toContain('✓ search attributes: all 8 are there');
  expect(doctor.out).toContain('✗ orchestrator: nobody serves it');

  expect(JSON.parse((await cli(['down', '--json'], env)).out)).toEqual([
    { name: 'temporal', pid: told.pid, how: 'ended' },
  ]);
  expect((await cli(['down'], env)).out).toBe(`Nothing was left running below ${home}.\n`);
});

test('up does not take a port that somebody else listens on', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { code, err } = await cli(['up', '--port', String(port)], { TRANSHIP_HOME: home });
  other.close();
  expect(code).toBe(1);
  expect(err).toContain(`--port  something else listens on 127.0.0.1:${port}`);
  expect(readNotes(home)).toEqual([]);
});
