import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../client/cli/program.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process, as `main.ts` does. */
export const cli = async (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> => {
  const said = { out: '', err: '' };
  const before = { ...process.env };
  Object.assign(process.env, env);
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  try {
    return { code: await run(argv), ...said };
  } finally {
    out.mockRestore();
    err.mockRestore();
    for (const name of Object.keys(env)) {
      const was = before[name];
      if (was === undefined) delete process.env[name];
      else process.env[name] = was;
    }
  }
};

/** Processor time the child says it used, on the way out. */
const METER = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write('\\ncpu '+Math.round((user+system)/1000))})`;

/** Runs one command line as a process of its own. `cpuMs` is its processor time, `ms` what a person waits. */
export const cliProcess = (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said & { readonly ms: number; readonly cpuMs: number }> =>
  new Promise((done, fail) => {
    const began = performance.now();
    const child = spawn(process.execPath, ['--import', METER, 'client/cli/main.ts', ...argv], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    child.on('error', fail);
    child.on('close', (code) => {
      const [, cpu] = /\ncpu (\d+)$/.exec(err) ?? [];
      const ms = performance.now() - began;
      done({ code: code ?? -1, out, err: err.replace(/\ncpu \d+$/, ''), ms, cpuMs: Number(cpu ?? Number.NaN) });
    });
  });

/** Every file below a folder with a hash of what is in it: equal only when nothing was written, changed or removed. */
export const filesBelow = (folder: string): Readonly<Record<string, string>> =>
  existsSync(folder)
    ? Object.fromEntries(
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .sort()
          .map((name) => [name, hashOf(join(folder, name))]),
      )
    : {};

const hashOf = (path: string): string =>
  statSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder';
