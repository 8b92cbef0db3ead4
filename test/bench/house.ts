import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort, startTemporal } from '../../tools/temporal/start-server.ts';
import type { Role, Word } from './process.ts';

/** Everything that works in a bench: what uses CPU is told apart by process. `operators` is the process that measures. */
export type Part = 'server' | Role | 'operators';

export type Began = Extract<Word, { readonly call: string }>;

export interface House {
  readonly client: Client;
  /** CPU seconds of each process so far. */
  readonly cpu: () => Readonly<Partial<Record<Part, number>>>;
  /** Called for every verb that reaches an agent. */
  hear: (began: Began) => void;
  readonly stop: () => Promise<void>;
}

const TICKS_PER_SECOND = 100;

/** User and system time of a process, s. */
const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

const gone = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once('exit', () => done()));

/** A Temporal server on a file, as `tranship up` starts it, and a process for each role. */
export const openHouse = async (roles: readonly Role[]): Promise<House> => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-bench-'));
  const server = await startTemporal({ folder, port: await freePort(), uiPort: 0, namespace: 'default' });
  const pids = new Map<Part, number>([
    ['server', server.process.pid ?? 0],
    ['operators', process.pid],
  ]);
  const start = (role: Role): Promise<ChildProcess> =>
    new Promise((done, fail) => {
      const log = join(folder, `${role}.log`);
      const told = openSync(log, 'a');
      const child = fork(resolve(import.meta.dirname, 'process.ts'), [role, server.address, 'default'], {
        stdio: ['ignore', told, told, 'ipc'],
      });
      pids.set(role, child.pid ?? 0);
      child.once('exit', (code) => fail(new Error(`${role} ended with ${code}:\n${readFileSync(log, 'utf8')}`)));
      child.on('message', (word: Word) => {
        if ('ready' in word) done(child);
        else house.hear(word);
      });
    });
  // The processes of the roles end by themselves when this one is gone.
  process.once('exit', () => server.process.kill('SIGKILL'));
  const connection = await Connection.connect({ address: server.address });
  let children: readonly ChildProcess[] = [];
  const house: House = {
    client: new Client({ connection, namespace: 'default' }),
    cpu: () => Object.fromEntries([...pids].map(([part, pid]) => [part, cpuSeconds(pid)])),
    hear: () => undefined,
    stop: async () => {
      await connection.close();
      for (const child of children) child.disconnect();
      await Promise.all(children.map(gone));
      server.process.kill('SIGKILL');
      await gone(server.process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  children = await Promise.all(roles.map(start));
  return house;
};
