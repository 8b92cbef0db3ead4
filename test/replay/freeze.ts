import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findTemporalCli } from '../../tools/temporal/find-server.ts';
import { type Act, startTrialRun } from '../support/trial-run.ts';

/** The shapes of a journey that later versions must be able to replay. */
const SHAPES: readonly (readonly [
  file: string,
  vm: string,
  acts: readonly Act[],
  end: 'Decommissioned' | 'RolledBack',
])[] = [
  [
    'journey',
    'vm-1',
    [{ open: 'cutover' }, { open: 'go' }, { open: 'cutover' }, { open: 'signOff' }, { open: 'decommission' }],
    'Decommissioned',
  ],
  [
    'rolled-back-with-loss',
    'vm-2',
    [{ open: 'cutover' }, { atGate: 'go', say: 'rollBack' }, { open: 'rollBack' }, { open: 'discardStaged' }],
    'RolledBack',
  ],
  [
    'boundary-repaired',
    'vm-3',
    [
      ...([{ open: 'cutover' }, { open: 'go' }, { open: 'cutover' }] as const),
      { whenParkedAt: 'cut over', say: 'repair' },
      { open: 'forceRemove' },
      { open: 'signOff' },
      { open: 'decommission' },
    ],
    'Decommissioned',
  ],
];

const folder = resolve('test', 'histories');
mkdirSync(folder, { recursive: true });
const run = await startTrialRun({
  scenario: ['several', '--count', '3', '--speed', '60'],
  faults: [
    {
      id: 'boundary',
      kind: 'failoverFails',
      point: 'arm.failover',
      subject: 'vm-3',
      times: 1,
      detail: { task: 'Preparing protected entities' },
    },
  ],
});
const cli = await findTemporalCli();
try {
  await Promise.all(
    SHAPES.map(async ([file, vm, acts, end]) => {
      const { handle } = await run.play(vm, acts, end);
      const shown = spawnSync(
        cli,
        ['workflow', 'show', '--address', run.trial.address, '--workflow-id', handle.workflowId, '--output', 'json'],
        { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
      );
      if (shown.status !== 0) throw new Error(shown.stderr);
      // Who polled is of no use to a replay, and names a machine.
      const history = shown.stdout.replace(/"(identity|workerInstanceKey)": "[^"]*"/g, '"$1": "worker"');
      writeFileSync(join(folder, `${file}.json`), history);
      process.stdout.write(`${file}: ${(JSON.parse(history) as { events: unknown[] }).events.length} events\n`);
    }),
  );
} finally {
  await run.stop();
}
