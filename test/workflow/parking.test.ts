import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mishap } from '../../activities/contracts/mishap.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import {
  approve,
  oneUnderWay,
  openGate,
  parkedAt,
  reached,
  say,
  scriptedRun,
  seen,
  toHopTwo,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products, start } = run;
const { failing, holding, mended, waiting } = troubleOf(products);

test('a journey whose lease table does not run parks until it does', async () => {
  waiting('ahv preflight source');
  const handle = await start('no-table');
  await run.env.client.workflow.getHandle(capacityId('no-table')).terminate();
  mended();
  const stuck = await parkedAt(handle, 'ask for room');
  expect(stuck.legal).toContain('retry');
  await run.house('no-table');
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
});

test.each(['cancel', 'terminate'] as const)('a %s of the preflight parks the journey', async (how) => {
  waiting('veeam preflight');
  const handle = await start(`preflight-${how}`);
  await reached(products, 'veeam preflight');
  await run.env.client.workflow.getHandle(`${handle.workflowId}/preflight/1`)[how]();
  await parkedAt(handle, 'preflight');
  mended();
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
});

test('a record that cannot be written parks and is written on retry', async () => {
  const inTheWay = join(run.records, 'no-record');
  writeFileSync(inTheWay, 'a file where the folder belongs');
  const handle = await start('no-record');
  await openGate(handle, 'cutover');
  await say(handle, 'eject');
  const stuck = await parkedAt(handle, 'record');
  expect(stuck.legal).toEqual(['retry']);
  rmSync(inTheWay);
  await say(handle, 'retry');
  expect((await handle.result()).phase).toBe('Ejected');
});

test('a staged copy that cannot be deleted parks when the tidying beside it has ended', async () => {
  const handle = await start('not-deleted');
  await toHopTwo(handle);
  const { letGo } = holding('guest-l tidy');
  const hold = products.before;
  products.before = (call) => {
    if (call === 'hyper-v remove') throw mishap.vendor('The disk is in use.');
    return hold(call);
  };
  await approve(handle, 'signOff');
  await reached(products, 'hyper-v remove');
  await oneUnderWay(handle);
  letGo();
  await parkedAt(handle, 'delete staged');
  mended();
  await say(handle, 'retry');
  await openGate(handle, 'decommission');
});

test('a failed check does not hide that the source is on again', async () => {
  products.before = (call) => {
    if (call === 'guest-s check') throw mishap.vendor('no channel');
    if (call === 'hyper-v connect') products.vms.set('src-1', { power: 'on', connected: false, autostart: false });
  };
  const handle = await start('source-on');
  await approve(handle, 'cutover');
  const stuck = await parkedAt(handle, 'validate');
  expect(stuck.parked?.mishap.class).toBe('Unsafe');
  expect(stuck.legal).not.toContain('skip');
});

test('a source that cannot be read is no check that may be skipped', async () => {
  const handle = await start('source-unread');
  await approve(handle, 'cutover');
  products.before = (call) => {
    if (call === 'hyper-v connect') failing('ahv describe');
  };
  const stuck = await parkedAt(handle, 'validate');
  expect(stuck.legal).not.toContain('skip');
});

test('a mover that does not say how it cuts over is not begun with', async () => {
  products.kinds.set('veeam', null);
  const handle = await start('no-kind');
  const stuck = await parkedAt(handle, 'preflight');
  expect(stuck.parked?.mishap.message).toContain('Hop 1');
});

test('waiting adds nothing to the history', async () => {
  waiting('veeam synchronise 0');
  const handle = await start('polls');
  const polled = (times: number): Promise<unknown> =>
    eventually(() => products.calls.filter((call) => call === 'veeam synchronise 0').length > times, `${times} polls`);
  await polled(1);
  const { historyLength } = await handle.describe();
  await polled(20);
  expect((await handle.describe()).historyLength).toBe(historyLength);
});
