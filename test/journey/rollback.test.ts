import { outageOf } from '../../domain/ledger.ts';
import { judge } from '../support/oracle.ts';
import { type Act, startTrialRun, type TrialRun } from '../support/trial-run.ts';

let run: TrialRun;

const fault = (id: string, kind: string, point: string, subject: string, detail: Record<string, unknown> = {}, times = 1) => ({
  id,
  kind,
  point,
  subject,
  times,
  detail,
});

beforeAll(async () => {
  run = await startTrialRun({
    scenario: ['several', '--count', '6', '--speed', '60'],
    faults: [
      fault('after-fence', 'refused', 'veeam.Start-VBRHvInstantRecovery', 'vm-2'),
      fault('mounted', 'refused', 'hyper-v.Start-VM', 'vm-3', {}, 99),
      fault('before-boundary', 'failoverFails', 'arm.failover', 'vm-5', { task: 'Starting failover' }),
      fault('after-boundary', 'failoverFails', 'arm.failover', 'vm-6', { task: 'Preparing protected entities' }),
    ],
  });
}, 120_000);

afterAll(async () => run.stop(), 60_000);

const hop1: readonly Act[] = [{ open: 'cutover' }, { open: 'go' }];

test('a VM comes back from every point, and the oracle finds nothing lost but what was stated', async () => {
  const ends = await Promise.allSettled([
    run.play('vm-1', [{ atGate: 'cutover', say: 'rollBack' }], 'RolledBack'),
    run.play('vm-2', [{ open: 'cutover' }, { whenParkedAt: 'cut over', say: 'rollBack' }], 'RolledBack'),
    run.play('vm-3', [{ open: 'cutover' }, { whenParkedAt: 'power on', say: 'rollBack' }], 'RolledBack'),
    run.play(
      'vm-4',
      [{ open: 'cutover' }, { atGate: 'go', say: 'rollBack' }, { open: 'rollBack' }, { open: 'discardStaged' }],
      'RolledBack',
    ),
    run.play(
      'vm-5',
      [
        ...hop1,
        { open: 'cutover' },
        { whenParkedAt: 'cut over', say: 'rollBack' },
        { whenParkedAt: 'after the rollback', say: 'rollBack' },
        { open: 'rollBack' },
        { open: 'discardStaged' },
      ],
      'RolledBack',
    ),
    run.play(
      'vm-6',
      [
        ...hop1,
        { open: 'cutover' },
        { whenParkedAt: 'cut over', say: 'rollBack' },
        { open: 'forceRemove' },
        { whenParkedAt: 'after the rollback', say: 'retry' },
        { open: 'cutover' },
        { open: 'signOff' },
        { open: 'decommission' },
      ],
      'Decommissioned',
    ),
  ]);
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  expect(failed).toEqual([]);
  const outages = ends.flatMap((end) =>
    end.status === 'fulfilled'
      ? [[end.value.view.vm.name, ...[1, 2].map((hop) => outageOf(end.value.view.ledger, hop, Date.now()))].join(' ')]
      : [],
  );
  process.stdout.write(`outages in ms, hop 1 and 2: ${outages.join(', ')}\n`);
  const verdict = await judge({ scenario: run.trial.scenario, state: run.trial.labState });
  expect(verdict.charges).toEqual([]);
}, 300_000);
