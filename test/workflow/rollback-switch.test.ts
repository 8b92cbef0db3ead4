import { mishap } from '../../activities/contracts/mishap.ts';
import { approve, openGate, parkedAt, SERVES, say, scriptedRun, toHopTwo } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { failing, losing, mended } = troubleOf(products);

test('writes on a successor whose switch lost its answer are given up only behind the gate', async () => {
  const handle = await start('lost-switch');
  losing('azure-migrate cutOver');
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  const gate = await openGate(handle, 'rollBack');
  expect(gate.evidence.lossFrom).toEqual(expect.any(String));
  expect(products.vms.get('target-1')?.power).toBe('on');
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')).toEqual(SERVES);
  expect(products.vms.has('target-1')).toBe(false);
});

test('a switch that failed before its boundary is taken back without asking anybody', async () => {
  const handle = await start('before-boundary');
  failing('azure-migrate cutOver', { boundary: 'before' });
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  await say(handle, 'rollBack');
  const back = await parkedAt(handle, 'after the rollback');
  expect(back.decisions.map(({ gate }) => gate)).toEqual(['cutover', 'go', 'cutover']);
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('what a switch that failed past its boundary left is removed behind its gate, and no loss is claimed', async () => {
  const handle = await start('after-boundary');
  products.before = (call) => {
    if (call !== 'azure-migrate cutOver') return;
    products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
    products.vms.set('target-1', { power: 'off', connected: false, autostart: false });
    products.carried.set('azure-migrate', { item: true, stands: 'halfMade', polls: 5 });
    throw mishap.vendor('no', { facts: { boundary: 'after' } });
  };
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  await approve(handle, 'forceRemove');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.has('target-1')).toBe(false);
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('a half-made VM that runs may have been written to: its writes are given up behind the gate', async () => {
  const handle = await start('half-made-runs');
  products.before = (call) => {
    if (call !== 'azure-migrate cutOver') return;
    products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
    products.vms.set('target-1', { power: 'on', connected: true, autostart: false });
    products.carried.set('azure-migrate', { item: true, stands: 'halfMade', polls: 5 });
    throw mishap.vendor('no', { facts: { boundary: 'after' } });
  };
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  await openGate(handle, 'rollBack');
  expect(products.vms.get('target-1')?.power).toBe('on');
});

test('a replication that was made and could not be enabled goes with the way back', async () => {
  const handle = await start('enabling-failed');
  products.after = (call) => {
    if (call === 'azure-migrate protect')
      throw mishap.vendor('no', { facts: { protection: 'azure-migrate-item', adopted: false } });
  };
  await approve(handle, 'cutover');
  await approve(handle, 'go');
  await parkedAt(handle, 'protect');
  await say(handle, 'rollBack');
  await parkedAt(handle, 'after the rollback');
  expect(products.carried.get('azure-migrate')?.item).toBe(false);
  mended();
});
