import { approve, openGate, parkedAt, reject, SERVES, say, scriptedRun, toHopTwo } from '../support/scripted-run.ts';

const { products, start } = scriptedRun();

test('hop 2 goes back, is tried again under new tokens, goes back again, and then hop 1 goes back too', async () => {
  const handle = await start('back-and-forth');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  for (const round of [0, 1]) {
    await say(handle, 'rollBack');
    await approve(handle, 'rollBack');
    await approve(handle, 'discardStaged');
    await parkedAt(handle, 'after the rollback');
    expect(products.vms.get('staged-1')).toEqual(SERVES);
    if (round === 1) break;
    await say(handle, 'retry');
    const gate = await openGate(handle, 'cutover');
    expect(gate).toMatchObject({ hop: 2, round: 1 });
    await approve(handle, 'cutover');
    await openGate(handle, 'signOff');
  }
  await say(handle, 'rollBack');
  const gate = await openGate(handle, 'rollBack');
  expect(gate).toMatchObject({ hop: 1, round: 0 });
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
  for (const mover of ['veeam', 'azure-migrate']) expect(products.carried.get(mover)?.item).toBe(false);
});

test('a person who does not accept the loss stays where the VM is, and the journey goes on', async () => {
  const handle = await start('taken-back');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  await say(handle, 'rollBack');
  await reject(handle, 'rollBack');
  await approve(handle, 'signOff');
  await openGate(handle, 'decommission');
  expect(products.vms.get('target-1')?.power).toBe('on');
  expect(products.calls).not.toContain('azure-local shutDown');
});

test('on staging a person may take back the way back too', async () => {
  const handle = await start('stays-on-staging');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  await parkedAt(handle, 'after the rollback');
  await say(handle, 'rollBack');
  await reject(handle, 'rollBack');
  const still = await parkedAt(handle, 'after the rollback');
  expect(still.phase).toBe('OnStaging');
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});
