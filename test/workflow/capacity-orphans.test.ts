import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import type { LeaseTable } from '../../domain/capacity.ts';
import { capacityId, leases, line } from '../../workflows/capacity-messages.ts';
import { approve, type Handle, openGate, scriptedRun, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products, start } = run;

const LOOKS = { stagingSeats: 1, reconcileMs: 100 };

const houseOf = (programme: string) => run.env.client.workflow.getHandle(capacityId(programme));

const table = (programme: string, what: string, wanted: (now: LeaseTable) => boolean): Promise<LeaseTable> =>
  eventually(async () => {
    const now = await houseOf(programme).query(leases);
    return wanted(now) && now;
  }, what);

const orphaned = (programme: string): Promise<LeaseTable> =>
  table(programme, 'an orphan', ({ held }) => held.some(({ orphanedAt }) => orphanedAt !== undefined));

/** A journey that was terminated with its staged VM standing. */
const dead = async (programme: string): Promise<Handle> => {
  await run.house(programme, LOOKS);
  const handle = await start(programme);
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  await handle.terminate();
  return handle;
};

const looks = (): number => products.calls.filter((call) => call === 'hyper-v standing').length;
const looked = (times: number): Promise<unknown> => {
  const before = looks();
  return eventually(() => looks() >= before + times, `${times} looks`);
};

/** Another journey of the same programme, under an id of its own. */
const another = (programme: string): Promise<Handle> => start(`${programme}-next`, { programme, name: 'next' });

test('the lease of a terminated journey counts until its staged VM is observed gone', async () => {
  await dead('terminated');
  await orphaned('terminated');
  const next = await another('terminated');
  const { waitingFor } = await seen(next, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));
  expect(waitingFor).toMatch(/^when it asked: 1st in line for staging: 0 of 1 seats free.*held by vm-1 \(ended\)$/);
  await looked(2);
  expect((await run.leases('terminated')).held.map(({ holder }) => holder)).toEqual(['vm/terminated']);
  products.vms.delete('staged-1');
  await openGate(next, 'cutover');
  expect((await run.leases('terminated')).held.map(({ holder }) => holder)).toEqual(['vm/terminated-next']);
});

test('a host that cannot be asked frees nothing', async () => {
  products.before = (call) => {
    if (call === 'hyper-v standing') throw mishap.vendor('no answer');
  };
  await dead('unasked');
  products.vms.delete('staged-1');
  await orphaned('unasked');
  await looked(3);
  expect((await run.leases('unasked')).held).toHaveLength(1);
  products.before = () => undefined;
  await table('unasked', 'an empty house', ({ held }) => held.length === 0);
});

test('the copy seat of a terminated journey counts while its mover still copies, its room on staging does not', async () => {
  await run.house('copying', { moverOperations: 1, reconcileMs: 100 });
  products.before = (call) => (call === 'veeam synchronise 0' ? notFinished('1 %') : undefined);
  const handle = await start('copying');
  await eventually(() => products.calls.includes('veeam synchronise 0'), 'a copy');
  await handle.terminate();
  products.before = () => undefined;
  await table('copying', 'a copy seat alone', ({ held }) => held.length === 1 && held[0]?.purpose === 'copy');
  const next = await another('copying');
  const { waitingFor } = await seen(next, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));
  expect(waitingFor).toMatch(
    /^when it asked: 1st in line for a copy at veeam@v: 0 of 1 seats free.*held by vm-1 \(ended\)$/,
  );
  const copy = products.carried.get('veeam');
  if (copy) copy.polls = Number.POSITIVE_INFINITY;
  await openGate(next, 'cutover');
});

test('a holder that is started again takes its orphan up', async () => {
  await dead('again');
  await orphaned('again');
  const handle = await start('again');
  await table('again', 'a lease with its holder', ({ held }) => held[0]?.orphanedAt === undefined);
  products.vms.delete('staged-1');
  await openGate(handle, 'cutover');
  expect((await run.leases('again')).held).toMatchObject([{ holder: 'vm/again', purpose: 'staging' }]);
});

test('who was terminated while it waited leaves the line to those behind it', async () => {
  await run.house('line', { stagingSeats: 1, reconcileMs: 100 });
  await openGate(await start('line'), 'cutover');
  const second = await start('line-2', { programme: 'line', name: 'second' });
  await seen(second, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));
  const third = await start('line-3', { programme: 'line', name: 'third' });
  await seen(third, 'behind', ({ waitingFor }) => waitingFor?.startsWith('when it asked: 2nd in line') ?? false);
  await second.terminate();
  await eventually(
    async () => (await houseOf('line').query(line)).every(({ holder }) => holder !== 'vm/line-2'),
    'a line',
  );
  expect(await houseOf('line').query(line)).toMatchObject([
    { holder: 'vm/line-3', purpose: 'staging', place: 1 },
    { holder: 'vm/line-3', purpose: 'copy', place: 1 },
  ]);
});

test('an empty house writes no events, however often it would look', async () => {
  for (const id of ['empty', 'clock']) await run.house(id, { reconcileMs: 50 });
  const ask = (id: string) =>
    houseOf(id).executeUpdate('requestLeases', {
      args: [{ holder: 'a', asks: [{ purpose: 'staging', amounts: { stagingSeats: 1 } }] }],
    });
  await ask('empty');
  await ask('clock');
  await houseOf('empty').signal('releaseLease', { holder: 'a' });
  const fired = async (id: string): Promise<number> =>
    ((await houseOf(id).fetchHistory()).events ?? []).filter((event) => event.timerFiredEventAttributes).length;
  const ticks = async (more: number): Promise<unknown> => {
    const now = await fired('clock');
    return eventually(async () => (await fired('clock')) >= now + more, `${more} looks`);
  };
  // The one that was under way when the house became empty.
  await ticks(2);
  const { historyLength } = await houseOf('empty').describe();
  await ticks(5);
  expect((await houseOf('empty').describe()).historyLength).toBe(historyLength);
});
