import type { WorkflowHandle } from '@temporalio/client';
import type { Ask, LeaseTable } from '../../domain/capacity.ts';
import type { capacity } from '../../workflows/capacity.ts';
import { capacityId, leases, requestLeases } from '../../workflows/capacity-messages.ts';
import { openGate, parkedAt, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { start } = run;

type House = WorkflowHandle<typeof capacity>;

const house = async (programme: string, limits: Partial<LeaseTable['limits']>): Promise<House> => {
  await run.house(programme, limits);
  return run.env.client.workflow.getHandle<typeof capacity>(capacityId(programme));
};

/** True when nothing of it waits. */
const ask = async (at: House, holder: string): Promise<boolean> => {
  const asks: readonly Ask[] = [{ purpose: 'staging', amounts: { stagingSeats: 1 } }];
  return (await at.executeUpdate(requestLeases, { args: [{ holder, asks }] })).length === 0;
};

const table = (at: House, what: string, wanted: (now: LeaseTable) => boolean): Promise<LeaseTable> =>
  eventually(async () => {
    const now = await at.query(leases);
    return wanted(now) && now;
  }, what);

test('a journey in line goes on when room is given back', async () => {
  const at = await house('in-line', { stagingSeats: 1 });
  await ask(at, 'somebody else');
  const handle = await start('in-line');
  await seen(handle, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));
  await at.signal('releaseLease', { holder: 'somebody else' });
  await openGate(handle, 'cutover');
});

test('a VM too big for the whole house parks with the limit it breaks, and blocks nobody', async () => {
  const at = await house('too-big', { stagingBytes: 2 ** 30 });
  const handle = await start('too-big');
  const stuck = await parkedAt(handle, 'ask for room');
  expect(stuck.parked?.mishap).toMatchObject({
    class: 'Configuration',
    message: expect.stringContaining('stagingBytes'),
  });
  expect((await at.query(leases)).waiting).toEqual([]);
  await at.signal('setLimits', { stagingBytes: 2 ** 42, stagingSeats: 10 });
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
});

test('who ended while it waited leaves no lease behind', async () => {
  const at = await house('ended', { stagingSeats: 1 });
  await ask(at, 'first');
  expect(await ask(at, 'vm/nobody')).toBe(false);
  await at.signal('releaseLease', { holder: 'first' });
  await table(at, 'an empty house', ({ held, waiting }) => held.length === 0 && waiting.length === 0);
  expect(await ask(at, 'next')).toBe(true);
});

test('signals that say nothing leave the house as it is', async () => {
  const at = await house('nonsense', { stagingSeats: 2 });
  await ask(at, 'first');
  for (const args of [[], [null], [{}]]) {
    await at.signal('releaseLease', ...args);
    await at.signal('setLimits', ...args);
  }
  for (const name of ['requestLease', 'requestLeases'])
    await expect(at.executeUpdate(name, { args: [] })).rejects.toThrow();
  await at.signal('releaseLease', { holder: 'first', purposes: ['lunch'] } as never);
  expect(await ask(at, 'second')).toBe(true);
  expect(await at.query(leases)).toMatchObject({
    limits: { stagingSeats: 2 },
    held: [{ holder: 'first' }, { holder: 'second' }],
  });
});

test('a journey that was terminated and started again finds its lease', async () => {
  const handle = await start('again');
  await openGate(handle, 'cutover');
  await handle.terminate();
  const again = await start('again');
  await openGate(again, 'cutover');
  const { held } = await run.leases('again');
  expect(held.map(({ holder }) => holder)).toEqual(['vm/again']);
});
