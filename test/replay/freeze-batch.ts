import { startBatch } from '../../client/batches.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import { memberOf, openGroup } from '../support/batch-trial.ts';
import { startTrialRun } from '../support/trial-run.ts';
import { writeHistory } from './write-history.ts';

/** Two groups of one VM each: the second waits for its turn on both hops. */
const run = await startTrialRun({ scenario: ['several', '--count', '2', '--groups', '2', '--speed', '60'] });
const { trial, plan } = run;
try {
  const { handle } = await startBatch(trial.client, plan, 'several');
  const [first, second] = [memberOf(run, 'several', 'vm-1'), memberOf(run, 'several', 'vm-2')];
  for (const group of ['g2', 'g1']) await openGroup(run, handle, group);
  await Promise.all([first, second].map((member) => run.perform(member, { open: 'go' })));
  for (const group of ['g2', 'g1']) await openGroup(run, handle, group);
  await Promise.all(
    [first, second].map((member) =>
      run.follow(member, [{ open: 'signOff' }, { open: 'decommission' }], 'Decommissioned'),
    ),
  );
  await handle.result();
  await writeHistory(trial.address, handle.workflowId, 'batch-in-order');
  await writeHistory(trial.address, second.workflowId, 'member-of-a-batch');
  await writeHistory(trial.address, capacityId(plan.programme), 'lease-table-of-a-batch');
} finally {
  await run.stop();
}
