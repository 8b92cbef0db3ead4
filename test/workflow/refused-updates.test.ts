import { resolve } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { answerGroup } from '../../client/batches.ts';
import { batchRun, groupGate } from '../support/batch-run.ts';
import { gatesWith } from '../support/gate-rules.ts';
import { refusal } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

const REMIND_MS = 1_000;

test('a batch whose clock has moved on while an update is refused can be replayed', async () => {
  const rules = gatesWith({ cutover: { remindMs: REMIND_MS } });
  // The next look at the members comes long after the reminder is due.
  const order = { ...batches.order('refused-replay', { db: ['db-1', 'db-2'] }, rules), reconcileMs: 60_000 };
  const handle = await batches.start(order);
  const gate = await groupGate(handle, 'db');
  const refused = () =>
    refusal(answerGroup(handle, { ...gate, fingerprint: 'stale' }, { decision: 'approve', by: 'nobody' }));
  await eventually(async () => {
    await refused();
    return Date.now() > gate.openedAt + 2 * REMIND_MS;
  }, 'the reminder is overdue, and somebody was refused since');
  await handle.signal('resumeBatch', { by: 'anna' });
  await refused();
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: resolve('workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), handle.workflowId);
});
