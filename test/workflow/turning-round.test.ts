import { requestLease } from '../../workflows/capacity-messages.ts';
import { type Handle, openGate, parkedAt, reached, SERVES, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products, start, leases } = run;
const { holding, losing, mended, waiting } = troubleOf(products);

/** A journey that waits for the one seat on staging, which somebody else holds. */
const queued = async (id: string): Promise<Handle> => {
  await run.house(id, { stagingSeats: 1 });
  await run.env.client.workflow
    .getHandle(`capacity/${id}`)
    .executeUpdate(requestLease, { args: [{ holder: 'somebody else', amounts: { stagingSeats: 1 } }] });
  const handle = await start(id);
  await seen(handle, 'in line', ({ phase }) => phase === 'Queued');
  return handle;
};

const lineIsEmpty = (id: string): Promise<unknown> =>
  eventually(async () => {
    const { held, waiting: line } = await leases(id);
    return held.every(({ holder }) => holder === 'somebody else') && line.length === 0;
  }, 'an empty line');

test('a rollback while the path is asked ends at once', async () => {
  waiting('veeam preflight');
  const handle = await start('asked-in-checking');
  await reached(products, 'veeam preflight');
  await say(handle, 'rollBack');
  expect((await handle.result()).phase).toBe('RolledBack');
});

test.each(['rollBack', 'eject'] as const)(
  'a %s while it waits for room gives its place in the line up',
  async (verb) => {
    const id = `${verb}-in-line`;
    const handle = await queued(id);
    await say(handle, verb);
    expect((await handle.result()).phase).toBe(verb === 'eject' ? 'Ejected' : 'RolledBack');
    await lineIsEmpty(id);
  },
);

test('an eject before the fence gives room back, takes our job away and leaves the VM alone', async () => {
  const handle = await start('ejected');
  await openGate(handle, 'cutover');
  products.calls.length = 0;
  await say(handle, 'eject');
  expect((await handle.result()).phase).toBe('Ejected');
  expect(products.vms.get('src-1')).toEqual(SERVES);
  expect(products.calls.filter((call) => call.startsWith('ahv'))).toEqual(['ahv describe']);
  expect(products.carried.get('veeam')?.item).toBe(false);
  await lineIsEmpty('ejected');
});

test('what a protect makes while a rollback is asked is taken away again', async () => {
  const { letGo } = holding('veeam protect');
  const handle = await start('protect-under-way');
  await reached(products, 'veeam protect');
  await say(handle, 'rollBack');
  letGo();
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.carried.get('veeam')?.item).toBe(false);
});

test('what a protect made whose answer was lost is taken away again', async () => {
  losing('veeam protect');
  const handle = await start('protect-lost');
  await parkedAt(handle, 'protect');
  mended();
  await say(handle, 'rollBack');
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.carried.get('veeam')?.item).toBe(false);
});

test.each(['rollBack', 'eject'] as const)('a %s goes on although the journey was paused', async (verb) => {
  const handle = await start(`${verb}-paused`);
  await openGate(handle, 'cutover');
  await say(handle, 'pause');
  await say(handle, verb);
  expect((await handle.result()).flags).not.toContain('Paused');
});

test('a rollback and an approval that come together turn round and stop nothing', async () => {
  const handle = await start('together');
  const gate = await openGate(handle, 'cutover');
  await run.atOnce(async () => {
    const { name, hop, round, fingerprint } = gate;
    await handle.signal('decide', { gate: name, hop, round, fingerprint, decision: 'approve', by: 'ops' });
    await handle.signal('command', { verb: 'rollBack', by: 'ops' });
  });
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.calls).not.toContain('ahv shutDown');
});
