import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Noted } from './notes.ts';

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** How a process was started, where the system tells; null where it does not. */
const commandLineOf = (pid: number): string | null => {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
    } catch {
      return null;
    }
  }
  if (process.platform === 'win32') return null;
  const told = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return told.status === 0 ? told.stdout : null;
};

/** Whether this very process still runs: an id that went to another process since counts as gone. */
export const isAlive = ({ pid, args }: Pick<Noted, 'pid' | 'args'>): boolean => {
  if (!exists(pid)) return false;
  const line = commandLineOf(pid);
  return line === null ? process.platform === 'win32' : line.includes(args.join(' '));
};
