import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** In the environment of every process of one list, so that also those are found whose parent has died. Not the nonce of the envelope. */
export const MARK = 'TRANSHIP_PROCESS';

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** `ps` is on every POSIX system; no arguments are asked for. */
const running = async (): Promise<readonly Process[]> => {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']).catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid && parent !== undefined ? [{ pid, parent }] : [];
  });
};

const below = (root: number, all: readonly Process[]): readonly number[] => {
  const children = all.filter(({ parent }) => parent === root).map(({ pid }) => pid);
  return [...children, ...children.flatMap((child) => below(child, all))];
};

const marked = async (mark: string): Promise<readonly number[]> => {
  const names = await readdir('/proc').catch(() => []);
  const hits = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
        return environment.split('\0').includes(`${MARK}=${mark}`) ? Number(name) : 0;
      }),
  );
  return hits.filter((pid) => pid > 0 && pid !== process.pid);
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the look and the kill.
  }
};

const MOST_ROUNDS = 5;

/**
 * Ends a process and all it started. `node-powershell` starts its shell in our own process group, so the group cannot be signalled;
 * descendants are found by parent and by mark, in rounds, until a look finds none. V §6.2 no. 11, 17
 */
export const killTree = async (root: number | undefined, mark: string): Promise<void> => {
  if (platform() === 'win32') {
    if (root !== undefined) await run('taskkill', ['/T', '/F', '/PID', String(root)]).catch(() => undefined);
    return;
  }
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const descendants = root === undefined ? [] : below(root, await running());
    const found = new Set([
      ...(round === 0 && root !== undefined ? [root] : []),
      ...descendants,
      ...(await marked(mark)),
    ]);
    if (found.size === 0) return;
    for (const pid of found) kill(pid);
  }
};
