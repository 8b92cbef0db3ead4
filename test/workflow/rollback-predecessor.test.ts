import { mishap } from '../../activities/contracts/mishap.ts';
import { view } from '../../workflows/messages.ts';
import {
  approve,
  oneUnderWay,
  openGate,
  parkedAt,
  reached,
  SERVES,
  say,
  scriptedRun,
  seen,
  toHopTwo,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { failing, holding, losing, mended } = troubleOf(products);

test('a VM that was off is not started by a rollback from the last look at it', async () => {
  products.vms.set('src-1', { power: 'off', connected: true, autostart: false });
  const handle = await start('was-off');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
  await approve(handle, 'go');
  await openGate(handle, 'cutover');
  failing('azure-migrate lag');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'last preflight');
  await say(handle, 'rollBack');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')?.power).toBe('off');
});

test('a predecessor whose isolation lost its answer gets its restart back', async () => {
  const handle = await start('autostart');
  losing('hyper-v isolate autostart');
  await toHopTwo(handle);
  await parkedAt(handle, 'last preflight');
  mended();
  await say(handle, 'rollBack');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('a step that failed waits for the other half of it before anything else is done to the VM', async () => {
  const { letGo } = holding('ahv isolate full');
  const hold = products.before;
  products.before = (call) => {
    if (call === 'veeam markFinal') throw mishap.vendor('no');
    return hold(call);
  };
  const handle = await start('half-a-step');
  await approve(handle, 'cutover');
  await reached(products, 'veeam markFinal');
  await oneUnderWay(handle);
  await say(handle, 'rollBack');
  expect((await handle.query(view)).phase).toBe('CuttingOver');
  letGo();
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a staged VM is not started again while its source is on', async () => {
  const handle = await start('source-on');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  products.vms.set('src-1', { power: 'on', connected: true, autostart: false });
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  const stuck = await seen(handle, 'parked', ({ parked }) => parked !== null);
  expect(stuck.parked?.mishap.class).toBe('Unsafe');
  expect(products.vms.get('staged-1')?.power).toBe('off');
});

test('a pause holds a rollback before its next step', async () => {
  const handle = await start('paused-rollback');
  failing('hyper-v reshape');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  const { letGo } = holding('veeam settle');
  await say(handle, 'rollBack');
  await reached(products, 'veeam settle');
  await say(handle, 'pause');
  letGo();
  await seen(handle, 'paused', ({ waitingFor }) => waitingFor === 'resume');
  expect(products.calls).not.toContain('veeam abandon');
  await say(handle, 'resume');
  expect((await handle.result()).phase).toBe('RolledBack');
});
