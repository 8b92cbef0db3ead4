import { capacityId, leases, requestLease } from '../../workflows/capacity-messages.ts';
import { scriptedRun } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();

test('a house that has lived long goes on in a new run, and loses nothing that comes meanwhile', async () => {
  await run.house('long', { stagingSeats: 1 });
  const at = run.env.client.workflow.getHandle(capacityId('long'));
  const ask = (holder: string): Promise<boolean> =>
    at.executeUpdate(requestLease, { args: [{ holder, amounts: { stagingSeats: 1 } }] });
  await ask('first');
  const { runId } = await at.describe();
  const limits = { stagingBytes: 2 ** 42, stagingSeats: 1 };
  for (let sent = 0; sent < 4_000; sent += 200)
    await Promise.all(Array.from({ length: 200 }, () => at.signal('setLimits', limits)));
  for (let asked = 0; (await at.describe()).runId === runId; asked += 1) {
    expect(await ask(`vm/${asked}`)).toBe(false);
    await at.signal('setLimits', limits);
  }
  const { held, waiting } = await at.query(leases);
  expect(held.map(({ holder }) => holder)).toEqual(['first']);
  expect(waiting.map(({ holder }) => holder)).toEqual(waiting.map((_, index) => `vm/${index}`));
  expect(waiting.length).toBeGreaterThan(0);
}, 180_000);

test('a house that goes on in a new run goes on looking for holders that have ended', async () => {
  await run.house('looks', { reconcileMs: 30 });
  const at = run.env.client.workflow.getHandle(capacityId('looks'));
  await at.executeUpdate(requestLease, { args: [{ holder: 'vm/gone', amounts: { stagingSeats: 1 } }] });
  const { runId } = await at.describe();
  for (let sent = 0; sent < 4_200; sent += 200)
    await Promise.all(Array.from({ length: 200 }, () => at.signal('releaseLease', { holder: 'nobody' })));
  const later = await eventually(async () => {
    const now = (await at.describe()).runId;
    return now !== runId && now;
  }, 'a new run');
  const fired = async (): Promise<number> =>
    ((await run.env.client.workflow.getHandle(capacityId('looks'), later).fetchHistory()).events ?? []).filter(
      (event) => event.timerFiredEventAttributes,
    ).length;
  await eventually(async () => (await fired()) >= 2, 'two looks of the new run');
  expect((await at.query(leases)).held).toMatchObject([{ holder: 'vm/gone', orphanedAt: expect.any(Number) }]);
}, 180_000);
