import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Program } from '../estate/process.ts';
import { note } from './notes.ts';

const LOOK_MS = 50;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Starts a program that outlives this process, waits until it says that it works, and notes it below `home`. Throws with the end of
 * its output when it does not come up.
 */
export const startInBackground = async (program: Program, home: string, withinMs = 60_000): Promise<number> => {
  mkdirSync(dirname(program.log), { recursive: true });
  const from = sizeOf(program.log);
  const log = openSync(program.log, 'a');
  const child = spawn(program.command, program.args, {
    env: { ...process.env, ...program.env },
    stdio: ['ignore', log, log],
    detached: true,
    windowsHide: true,
  });
  closeSync(log);
  const failed = new Promise<never>((_, fail) => child.once('error', fail));
  const said = (): string => readFileSync(program.log).subarray(from).toString();
  const ready = async (): Promise<void> => {
    const deadline = Date.now() + withinMs;
    while (!said().includes(program.ready)) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (ended || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(
          `${program.name} ${ended ? `ended (${child.signalCode ?? child.exitCode})` : `was not ready within ${withinMs / 1_000} s`}; its log is ${program.log}.\n${said().slice(-2_000)}`,
        );
      }
      await new Promise((again) => setTimeout(again, LOOK_MS));
    }
  };
  await Promise.race([ready(), failed]);
  const pid = child.pid ?? 0;
  child.unref();
  note(home, {
    name: program.name,
    pid,
    args: program.args,
    log: program.log,
    startedAt: new Date().toISOString(),
  });
  return pid;
};
