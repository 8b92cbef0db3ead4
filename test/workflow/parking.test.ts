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
  toHopTwo,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const run = scriptedRun();
const { products, start } = run;
const { holding, mended, waiting } = troubleOf(products);

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
