import { outageOf } from '../../domain/ledger.ts';
import { approve, openGate, parkedAt, reached, SERVES, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { failing, holding, losing, mended } = troubleOf(products);

test('a rollback asked while the guest is readdressed takes the mount away and asks nobody', async () => {
  const { letGo } = holding('guest-s readdress');
  const handle = await start('asked-before-commit');
  await approve(handle, 'cutover');
  await reached(products, 'guest-s readdress');
  await say(handle, 'rollBack');
  letGo();
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect(products.calls).not.toContain('veeam commit');
  expect(products.calls).toContain('veeam abandon');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a mount whose commit failed is still taken away by its mover', async () => {
  failing('veeam commit');
  const handle = await start('commit-failed');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'commit');
  mended();
  await say(handle, 'rollBack');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
  expect(products.carried.get('veeam')).toMatchObject({ item: false, stands: 'nothing' });
});

test('a commit whose answer was lost leaves a staged VM that goes behind its gate', async () => {
  losing('veeam commit');
  const handle = await start('commit-lost');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'commit');
  mended();
  await say(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
});

test('a rollback asked before the successor was connected loses nothing and says so', async () => {
  const handle = await start('asked-before-connect');
  let letGo = (): void => undefined;
  products.before = (call) => {
    if (call !== 'veeam commit') return;
    const held = holding('ahv describe');
    letGo = held.letGo;
  };
  await approve(handle, 'cutover');
  await seen(handle, 'the look before connect', ({ step }) => step === 'observe vm-1 off before connect');
  await say(handle, 'rollBack');
  letGo();
  const { gate } = await seen(handle, 'a gate', (now) => now.gate !== null);
  expect(gate).toMatchObject({ name: 'discardStaged', evidence: { does: 'deletes a copy that never served' } });
});

test('an exposed successor stays exposed when its mover has forgotten the operation', async () => {
  const handle = await start('forgotten');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  products.carried.set('veeam', { item: true, stands: 'nothing', polls: 5 });
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  const gate = await openGate(handle, 'discardStaged');
  expect(gate.evidence.does).toBe('deletes the only copy of the writes made there');
  expect(products.calls).toContain('hyper-v shutDown');
  expect(products.calls).not.toContain('hyper-v forceOff');
});

test('the outage ends with a rollback whose checks a person skipped', async () => {
  const handle = await start('skipped');
  failing('hyper-v reshape');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  failing('guest-a check');
  await say(handle, 'rollBack');
  await parkedAt(handle, 'validatePredecessor');
  await say(handle, 'skip');
  const { ledger } = await handle.result();
  expect(outageOf(ledger, 1, Number.MAX_SAFE_INTEGER)).toBeLessThan(60_000);
});
