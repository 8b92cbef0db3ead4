import { ensureCapacity, startMigration } from '../../client/operations.ts';
import { outageOf } from '../../domain/ledger.ts';
import { isIdentified } from '../../domain/plan.ts';
import { readRecord } from '../../workers/records.ts';
import { scanCapture } from '../support/capture-scan.ts';
import { judge } from '../support/oracle.ts';
import { type ArgumentWatch, secretsIn, watchArguments } from '../support/secrets.ts';
import { type Act, capturesOf, type Played, startTrialRun, type TrialRun } from '../support/trial-run.ts';

let run: TrialRun;
let watching: ArgumentWatch;
let ends: readonly PromiseSettledResult<Played>[];

const fault = (
  id: string,
  kind: string,
  point: string,
  subject: string,
  detail: Record<string, unknown> = {},
  times = 1,
) => ({
  id,
  kind,
  point,
  subject,
  times,
  detail,
});

beforeAll(async () => {
  run = await startTrialRun({
    scenario: ['several', '--count', '7', '--speed', '60'],
    capture: true,
    faults: [
      fault('after-fence', 'refused', 'veeam.Start-VBRHvInstantRecovery', 'vm-2'),
      fault('mounted', 'refused', 'hyper-v.Start-VM', 'vm-3', {}, 99),
      fault('before-boundary', 'failoverFails', 'arm.failover', 'vm-5', { task: 'Starting failover' }),
      fault('after-boundary', 'failoverFails', 'arm.failover', 'vm-6', { task: 'Preparing protected entities' }),
    ],
  });
  // A seat for each: a journey's events are counted, and waits for others would be in them.
  const { policies } = run.plan;
  const seats = { ...policies.seats, moverOperations: 7, cutovers: 7 };
  await ensureCapacity(run.trial.client, { ...run.plan, policies: { ...policies, seats } });
  watching = watchArguments();
}, 120_000);

afterAll(async () => {
  watching.stop();
  await run.stop();
}, 60_000);

const hop1: readonly Act[] = [{ open: 'cutover' }, { open: 'go' }];

test('a VM comes back from every point, and the oracle finds nothing lost but what was stated', async () => {
  ends = await Promise.allSettled([
    run.play('vm-7', [...hop1, { open: 'cutover' }, { open: 'signOff' }, { open: 'decommission' }], 'Decommissioned'),
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

const played = (name: string): Played => {
  const end = ends.find((each) => each.status === 'fulfilled' && each.value.view.vm.name === name);
  if (end?.status !== 'fulfilled') throw new Error(`${name} has no end`);
  return end.value;
};

test('the whole two-hop journey is at most 300 history events', async () => {
  const { historyLength, historySize } = await played('vm-7').handle.describe();
  process.stdout.write(`two-hop journey: ${historyLength} events, ${historySize} bytes\n`);
  expect(historyLength).toBeLessThanOrEqual(300);
});

test('what is finished leaves a record with its decisions', async () => {
  const record = await readRecord(run.trial.records, run.plan.programme, played('vm-7').view.vm.id);
  expect(record).toMatchObject({ end: 'Decommissioned', name: 'vm-7' });
  expect(JSON.stringify(record)).toContain('"gate":"decommission"');
});

test('a VM that has moved is not started again', async () => {
  const vm = run.plan.vms.filter(isIdentified).find(({ name }) => name === 'vm-7');
  if (!vm) throw new Error('no vm-7');
  await expect(startMigration(run.trial.client, run.plan, vm, run.trial.records)).rejects.toThrow('has moved already');
});

test('no secret is in a history, a log, a record or a process list', async () => {
  const histories = await Promise.all(
    ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.handle.fetchHistory()] : [])),
  );
  expect(await secretsIn(run.trial, histories, watching.seen())).toEqual([]);
});

test('a capture of all this shows no secret and no name, and what every product said', () => {
  const { lines, betrayed } = scanCapture(run.trial, capturesOf(run.trial));
  expect(betrayed).toEqual([]);
  const heard = lines.flatMap(({ queue, medium }) => (queue ? [`${String(queue).split('@')[0]} ${medium}`] : []));
  expect([...new Set(heard)].sort()).toEqual([
    'ahv http',
    'azure-local http',
    'azure-migrate http',
    'guest cmdlets',
    'guest ssh',
    'hyper-v cmdlets',
    'veeam cmdlets',
    'veeam http',
  ]);
  process.stdout.write(
    `capture: ${lines.length} lines, ${lines.filter(({ withheld }) => withheld).length} of them withheld\n`,
  );
});
