import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { batchHandle, resumeWave, startBatch } from '../../client/batches.ts';
import { commandMigration, type MigrationHandle } from '../../client/operations.ts';
import type { Recovered } from '../../client/recover.ts';
import type { Phase } from '../../domain/phase.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { memberOf, openGroup } from '../support/batch-trial.ts';
import { cli } from '../support/cli.ts';
import { chargesIn, judge } from '../support/oracle.ts';
import { seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';
import { type Act, startTrialRun, type TrialRun } from '../support/trial-run.ts';

const MINUTES = 60_000;
const LOOK = 'look after the loss';
const NAMES = ['vm-1', 'vm-2', 'vm-3', 'vm-4'];

let run: TrialRun;

beforeAll(async () => {
  run = await startTrialRun({
    scenario: ['several', '--count', '4', '--groups', '4', '--speed', '60'],
    faults: [
      { id: 'no mount', kind: 'refused', point: 'veeam.Start-VBRHvInstantRecovery', subject: 'vm-2', times: 1 },
      { id: 'no run', kind: 'refused', point: 'veeam.run', subject: 'vm-4', times: 1 },
    ],
  });
}, 3 * MINUTES);

afterAll(() => run.stop(), MINUTES);

const member = (name: string): MigrationHandle => memberOf(run, 'several', name);
const open = (group: string): Promise<void> =>
  openGroup(run, batchHandle(run.trial.client, run.plan.programme, 'several'), group);

/** What anybody asked of a product that changes something, and what became of VMs. What copies goes on copying by itself. */
const effects = (): readonly string[] =>
  readFileSync(join(run.trial.labState, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => /"(call|vm\.[a-z]+)"/.test(line));

const recover = async (...more: readonly string[]): Promise<Recovered> => {
  const { trial } = run;
  const env = {
    TEMPORAL_ADDRESS: trial.address,
    TEMPORAL_NAMESPACE: 'default',
    TRANSHIP_HOME: join(trial.folder, 'home'),
  };
  const said = await cli(['recover', '--plan', trial.plan, '--vms', trial.vms, '--json', ...more], env);
  if (said.code !== 0) throw new Error(`recover ended with ${said.code}: ${said.err}`);
  return JSON.parse(said.out) as Recovered;
};

const startedOf = ({ vms }: Recovered): readonly string[] =>
  vms.filter(({ started }) => started).map(({ name }) => name);

const lose = async (): Promise<void> => {
  const { trial } = run;
  await trial.kill('temporal');
  for (const end of ['', '-wal', '-shm']) rmSync(join(trial.folder, 'temporal', `temporal.db${end}`), { force: true });
  await trial.start('temporal');
};

const rest: readonly Act[] = [{ open: 'signOff' }, { open: 'decommission' }];
const end = (name: string, acts: readonly Act[], phase: Phase) => run.follow(member(name), acts, phase);

test(
  'the database is lost in mid-programme: nothing moves until people resume, nothing happens twice, the oracle agrees',
  async () => {
    await startBatch(run.trial.client, run.plan, 'several');
    await open('g1');
    await run.perform(member('vm-1'), { open: 'go' });
    await open('g2');
    await seen(member('vm-2'), 'in mid-cut-over', ({ parked }) => parked?.step === 'cut over', 2 * MINUTES);
    await seen(member('vm-3'), 'at its gate', ({ gate }) => gate?.name === 'cutover', 2 * MINUTES);
    await seen(member('vm-4'), 'seeding', ({ parked, phase }) => phase === 'Seeding' && parked !== null, 2 * MINUTES);
    await seen(
      member('vm-1'),
      'on its second hop',
      ({ hop, hops }) => hop === 2 && hops[1]?.item !== null,
      2 * MINUTES,
    );

    await lose();
    const before = effects();
    expect(startedOf(await recover('--dry-run'))).toEqual([]);
    const first = await recover();
    expect(startedOf(first)).toEqual(NAMES);
    expect(first.vms.map(({ from }) => from)).toEqual(NAMES.map(() => 'checkpoint'));
    for (const name of NAMES)
      await eventually(
        async () => (await member(name).describe()).raw.workflowExecutionInfo?.status === 1,
        `${name} runs`,
      );
    const second = await recover();
    expect(startedOf(second)).toEqual([]);
    expect(second.vms.map(({ from }) => from)).toEqual(NAMES.map(() => 'running'));
    for (const name of NAMES)
      await seen(member(name), 'waits for people', ({ flags }) => flags.includes('Paused'), MINUTES);
    const table = run.trial.client.workflow.getHandle(capacityId(run.plan.programme));
    expect((await table.query(leases)).held.map(({ purpose }) => purpose)).toEqual(NAMES.map(() => 'staging'));
    expect(effects()).toEqual(before);

    for (const name of NAMES) await commandMigration(member(name), 'resume', 'operator');
    await resumeWave(batchHandle(run.trial.client, run.plan.programme, 'several'), 'operator');
    await end('vm-2', [{ whenParkedAt: LOOK, say: 'rollBack' }], 'RolledBack');
    for (const group of ['g1', 'g3', 'g4']) await open(group);
    await Promise.all(['vm-3', 'vm-4'].map((name) => run.perform(member(name), { open: 'go' })));
    for (const group of ['g3', 'g4']) await open(group);
    await Promise.all(['vm-1', 'vm-3', 'vm-4'].map((name) => end(name, rest, 'Decommissioned')));

    await batchHandle(run.trial.client, run.plan.programme, 'several').result();
    expect((await table.query(leases)).held).toEqual([]);
    expect(chargesIn(await judge({ scenario: run.trial.scenario, state: run.trial.labState }))).toEqual([]);
    const third = await recover();
    expect(startedOf(third)).toEqual([]);
  },
  8 * MINUTES,
);
