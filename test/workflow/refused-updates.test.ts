import { answerGroup } from '../../client/batches.ts';
import { batchRun, groupGate } from '../support/batch-run.ts';
import { gatesWith } from '../support/gate-rules.ts';
import { refusal } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

const REMIND_MS = 1_000;

/** Of the events of a history: 5 is a workflow task that was scheduled, 7 one that was completed. */
const [SCHEDULED, COMPLETED] = [5, 7];

test('an update that is refused after a reminder was due makes a batch do nothing that could not be replayed', async () => {
  const rules = gatesWith({ cutover: { remindMs: REMIND_MS } });
  // The next look at the members comes long after the reminder is due.
  const order = { ...batches.order('refused-late', { db: ['db-1', 'db-2'] }, rules), reconcileMs: 60_000 };
  const handle = await batches.start(order);
  const gate = await groupGate(handle, 'db');
  const approve = () => answerGroup(handle, { ...gate, fingerprint: 'stale' }, { decision: 'approve', by: 'nobody' });
  await eventually(async () => {
    expect(await refusal(approve())).not.toBe('');
    return Date.now() > gate.openedAt + 2 * REMIND_MS;
  }, 'the reminder is overdue, and somebody was refused since');
  const { events } = await handle.fetchHistory();
  const kinds = (events ?? []).map(({ eventType }) => eventType);
  const without = kinds.filter((kind, n) => kind === SCHEDULED && kinds[n - 1] === COMPLETED);
  expect(kinds).toContain(COMPLETED);
  expect(without).toEqual([]);
});
