import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A line on standard output that says it works. */
  readonly ready: string;
  /** Everything it prints goes here. */
  readonly log: string;
}

export interface Running {
  readonly program: Program;
  readonly pid: number;
  /** Ends it at once, as a power cut would. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Asks it to end; resolves when it is gone. */
  readonly stop: () => Promise<void>;
  readonly hasEnded: () => boolean;
}

const gone = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once('exit', () => done()));

/** Starts a program and waits for its ready line. Throws with the end of its output when it ends before. */
export const startProgram = (program: Program, withinMs = 60_000): Promise<Running> =>
  new Promise((done, fail) => {
    const child = spawn(program.command, program.args, {
      env: { ...process.env, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(program.log, { flags: 'a' });
    let tail = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`${program.name} was not ready within ${withinMs / 1000} s.\n${tail}`));
    }, withinMs);
    const hear = (chunk: Buffer): void => {
      log.write(chunk);
      tail = (tail + chunk.toString()).slice(-4_000);
      if (!tail.includes(program.ready)) return;
      clearTimeout(late);
      done({
        program,
        pid: child.pid ?? 0,
        kill: () => {
          child.kill('SIGKILL');
          return gone(child);
        },
        stop: () => {
          child.kill('SIGTERM');
          return gone(child);
        },
        hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      clearTimeout(late);
      fail(new Error(`${program.name} ended (${signal ?? code}) before it was ready.\n${tail}`));
    });
  });
