import { mishap } from '../../activities/contracts/mishap.ts';
import { approve, openGate, parkedAt, reached, SERVES, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { mended, waiting } = troubleOf(products);

test('a cancel while the path is asked ejects the VM', async () => {
  waiting('veeam preflight');
  const handle = await start('cancel-checking');
  await reached(products, 'veeam preflight');
  await handle.cancel();
  const end = await handle.result();
  expect(end.phase).toBe('Ejected');
  expect(end.commands).toMatchObject([{ verb: 'eject', by: 'a cancel request' }]);
});

test('a cancel after the fence rolls back and still answers with the journey', async () => {
  products.before = (call) => {
    if (call === 'hyper-v reshape') throw mishap.vendor('no');
  };
  const handle = await start('cancel-cutting');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  mended();
  await handle.cancel();
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a cancel that comes too late is refused, told, and the journey ends as it would have', async () => {
  const handle = await start('cancel-late');
  for (const name of ['cutover', 'go', 'cutover', 'signOff'] as const) await approve(handle, name);
  await openGate(handle, 'decommission');
  await handle.cancel();
  const told = await seen(handle, 'a refusal', ({ refused }) => refused.length > 0);
  expect(told.refused[0]?.what).toBe('rollBack by a cancel request');
  await approve(handle, 'decommission');
  expect((await handle.result()).phase).toBe('Decommissioned');
});

test('a cancel during a rollback changes nothing', async () => {
  waiting('veeam settle');
  const handle = await start('cancel-rolling');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  await say(handle, 'rollBack');
  await reached(products, 'veeam settle');
  await handle.cancel();
  mended();
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  expect((await handle.result()).phase).toBe('RolledBack');
});
