import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';

const EXE = process.platform === 'win32' ? '.exe' : '';

/** Where a built or downloaded server is kept between runs. */
export const cacheFolder = (): string =>
  join(process.env.TRANSHIP_CACHE ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tranship', 'temporal');

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (name: string): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name + EXE))
    .find(isExecutable) ?? null;

/** The CLI version that `tools/temporal-cli/go.mod` pins. */
const pinnedVersion = (module: string): string => {
  const match = /github\.com\/temporalio\/cli v(\S+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'));
  if (!match?.[1]) throw new Error(`${module}/go.mod names no version of github.com/temporalio/cli.`);
  return match[1];
};

const download = async (say: (line: string) => void): Promise<string | null> => {
  const folder = join(cacheFolder(), 'download');
  mkdirSync(folder, { recursive: true });
  say('Temporal server: trying the SDK’s own download …');
  try {
    const trial = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: folder, ttl: '365 days' } },
    });
    await trial.teardown();
  } catch {
    return null;
  }
  const found = ['temporal-sdk-typescript-1.24.0', 'temporal-sdk-typescript-1.24.0.exe']
    .map((name) => join(folder, name))
    .find(isExecutable);
  return found ?? null;
};

const buildWithGo = async (go: string, module: string, target: string, say: (line: string) => void): Promise<void> => {
  mkdirSync(cacheFolder(), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', part, 'github.com/temporalio/cli/cmd/temporal'];
  say('Temporal server: building it once with Go; this takes minutes …');
  const began = Date.now();
  const progress = setInterval(
    () => say(`Temporal server: still building, ${Math.round((Date.now() - began) / 1000)} s …`),
    20_000,
  );
  try {
    await new Promise<void>((done, fail) => {
      const child = spawn(go, args, {
        cwd: module,
        env: { ...process.env, CGO_ENABLED: '0' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let tail = '';
      child.stderr.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString()).slice(-2_000);
      });
      child.on('error', fail);
      child.on('close', (code) =>
        code === 0 ? done() : fail(new Error(`go build ended with ${code}: ${tail.trim()}`)),
      );
    });
  } finally {
    clearInterval(progress);
  }
  renameSync(part, target);
  say(`Temporal server: built in ${Math.round((Date.now() - began) / 1000)} s, kept in ${cacheFolder()}.`);
};

/**
 * The Temporal CLI to run the dev server with. In this order: `TRANSHIP_TEMPORAL_CLI`, `temporal` on PATH, our cache,
 * the SDK's own download, a build with Go from `tools/temporal-cli/go.mod`. Throws an error that lists these choices.
 */
export const findTemporalCli = async (
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<string> => {
  const named = process.env.TRANSHIP_TEMPORAL_CLI;
  if (named) {
    if (isExecutable(named)) return resolve(named);
    throw new Error(`TRANSHIP_TEMPORAL_CLI names ${named}, which is not an executable file.`);
  }
  const installed = onPath('temporal');
  if (installed) return installed;

  const module = resolve(import.meta.dirname, '..', 'temporal-cli');
  const built = join(cacheFolder(), `temporal-${pinnedVersion(module)}${EXE}`);
  if (existsSync(built)) return built;

  const downloaded = await download(say);
  if (downloaded) return downloaded;

  const go = onPath('go');
  if (go) {
    await buildWithGo(go, module, built, say);
    return built;
  }
  throw new Error(
    [
      'No Temporal server was found. Any one of these helps:',
      '  · set TRANSHIP_TEMPORAL_CLI to the path of a Temporal CLI',
      '  · install the Temporal CLI so that `temporal` is on PATH',
      `  · put a Temporal CLI at ${built}`,
      '  · let this machine reach temporal.download, where the SDK fetches it',
      '  · install Go 1.26 or newer: it is then built from tools/temporal-cli',
      `(scratch folder: ${tmpdir()})`,
    ].join('\n'),
  );
};
