import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findTemporalCli } from '../../tools/temporal/find-server.ts';

const folder = resolve('test', 'histories');

/** Freezes the history of a workflow as test/histories/FILE.json. */
export const writeHistory = async (address: string, workflowId: string, file: string): Promise<void> => {
  const shown = spawnSync(
    await findTemporalCli(),
    ['workflow', 'show', '--address', address, '--workflow-id', workflowId, '--output', 'json'],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  if (shown.status !== 0) throw new Error(shown.stderr);
  // Who polled is of no use to a replay, and names a machine.
  const history = shown.stdout.replace(/"(identity|workerInstanceKey)": "[^"]*"/g, '"$1": "worker"');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${file}.json`), history);
  process.stdout.write(`${file}: ${(JSON.parse(history) as { events: unknown[] }).events.length} events\n`);
};
