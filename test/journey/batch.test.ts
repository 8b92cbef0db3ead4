import { type BatchHandle, startBatch, turnGroupBack } from '../../client/batches.ts';
import type { MigrationHandle } from '../../client/operations.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { memberOf, openGroup } from '../support/batch-trial.ts';
import { judge } from '../support/oracle.ts';
import { seen } from '../support/scripted-run.ts';
import { type Act, startTrialRun, type TrialRun } from '../support/trial-run.ts';

const MINUTES = 60_000;

let run: TrialRun;

beforeAll(async () => {
  run = await startTrialRun({
    scenario: ['several', '--count', '4', '--groups', '2', '--speed', '60'],
    // Keeps the second group in mid-cut-over for as long as it takes to turn it round.
    faults: ['vm-2', 'vm-4'].map((subject) => ({
      ...{ id: `slow ${subject}`, kind: 'slow', point: 'veeam.Start-VBRHvInstantRecovery', subject },
      ...{ times: 1, detail: { ms: 300_000 } },
    })),
  });
}, 2 * MINUTES);

afterAll(() => run.stop(), MINUTES);

const member = (name: string): MigrationHandle => memberOf(run, 'several', name);
const open = (batch: BatchHandle, group: string): Promise<void> => openGroup(run, batch, group);

const inCutOver = (name: string): Promise<unknown> =>
  seen(member(name), 'in mid-cut-over', ({ step, hop }) => hop === 1 && step === 'cut over', 2 * MINUTES);

const onwards: readonly Act[] = [{ open: 'signOff' }, { open: 'decommission' }];

test(
  'a group is turned round in mid-cut-over while the other goes on to its end, and the oracle agrees',
  async () => {
    const { handle } = await startBatch(run.trial.client, run.plan, 'several');
    await open(handle, 'g2');
    await open(handle, 'g1');
    await Promise.all(['vm-2', 'vm-4'].map(inCutOver));
    await turnGroupBack(handle, 'g2', 'operator');

    const back = ['vm-2', 'vm-4'].map((name) => run.follow(member(name), [], 'RolledBack'));
    await Promise.all(['vm-1', 'vm-3'].map((name) => run.perform(member(name), { open: 'go' })));
    await open(handle, 'g1');
    await Promise.all([
      ...back,
      ...['vm-1', 'vm-3'].map((name) => run.follow(member(name), onwards, 'Decommissioned')),
    ]);

    const { members } = await handle.result();
    expect(members.map(({ vm, end }) => `${vm.name} ${end}`).sort()).toEqual([
      'vm-1 Decommissioned',
      'vm-2 RolledBack',
      'vm-3 Decommissioned',
      'vm-4 RolledBack',
    ]);
    const { historyLength } = await member('vm-1').describe();
    process.stdout.write(`two-hop journey in a batch: ${historyLength} events\n`);
    expect(historyLength).toBeLessThanOrEqual(300);
    const table = await run.trial.client.workflow.getHandle(capacityId(run.plan.programme)).query(leases);
    expect(table.held).toEqual([]);
    expect((await judge({ scenario: run.trial.scenario, state: run.trial.labState })).charges).toEqual([]);
  },
  5 * MINUTES,
);
