import { type Act, startTrialRun } from '../support/trial-run.ts';
import { writeHistory } from './write-history.ts';

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
try {
  await Promise.all(
    SHAPES.map(async ([file, vm, acts, end]) => {
      const { handle } = await run.play(vm, acts, end);
      await writeHistory(run.trial.address, handle.workflowId, file);
    }),
  );
} finally {
  await run.stop();
}
