import { AsyncLocalStorage } from 'node:async_hooks';
import { type Sweep, sweepOf } from '../../activities/contracts/sweep.ts';

/** Readings that end when the test says so; each answers its own number. */
const bench = (forMs = 1_000) => {
  const ends: { readonly done: () => void; readonly fail: (why: Error) => void }[] = [];
  const time = { now: 0 };
  let running = 0;
  let most = 0;
  const sweep: Sweep<number> = sweepOf(
    forMs,
    () => time.now,
    () => {
      running += 1;
      most = Math.max(most, running);
      const mine = ends.length + 1;
      return new Promise<number>((resolve, reject) => {
        ends.push({ done: () => resolve(mine), fail: reject });
      }).finally(() => {
        running -= 1;
      });
    },
  );
  const begun = async (n: number): Promise<void> => {
    for (let turn = 0; ends.length < n; turn += 1) {
      if (turn === 1_000) throw new Error(`reading ${n} never began`);
      await new Promise((soon) => setImmediate(soon));
    }
  };
  return { sweep, ends, time, begun, most: () => most };
};

test('all who glance while a reading is under way share it, and only who began it has a fresh one', async () => {
  const { sweep, ends } = bench();
  const glances = Array.from({ length: 50 }, () => sweep.glance());
  await Promise.resolve();
  ends[0]?.done();
  const seen = await Promise.all(glances);
  expect(ends).toHaveLength(1);
  expect(seen.map(({ value }) => value)).toEqual(seen.map(() => 1));
  expect(seen.filter(({ isFresh }) => isFresh)).toHaveLength(1);
});

test('an answer serves glances for its time, counted from the answer, and no longer', async () => {
  const { sweep, ends, time, begun } = bench();
  const first = sweep.glance();
  await begun(1);
  time.now = 5_000;
  ends[0]?.done();
  await first;
  time.now = 5_999;
  expect(await sweep.glance()).toMatchObject({ value: 1, isFresh: false });
  time.now = 6_000;
  const second = sweep.glance();
  await begun(2);
  ends[1]?.done();
  expect(await second).toMatchObject({ value: 2, isFresh: true });
});

test('a reading slower than its time is still the only one', async () => {
  const { sweep, ends, time, begun, most } = bench();
  const first = sweep.glance();
  await begun(1);
  time.now = 60_000;
  const second = sweep.glance();
  ends[0]?.done();
  expect((await second).value).toBe(1);
  await first;
  expect(most()).toBe(1);
});

test('who asks for a fresh one is never given a reading that began before the question', async () => {
  const { sweep, ends, begun, most } = bench();
  const glance = sweep.glance();
  await begun(1);
  const fresh = Array.from({ length: 50 }, () => sweep.fresh());
  ends[0]?.done();
  await begun(2);
  ends[1]?.done();
  expect(await Promise.all(fresh)).toEqual(fresh.map(() => 2));
  expect((await glance).value).toBe(1);
  expect([ends.length, most()]).toEqual([2, 1]);
});

test('what began before a write is no answer after it, whether it has ended or not', async () => {
  const { sweep, ends, begun } = bench();
  const early = sweep.glance();
  await begun(1);
  sweep.spoil();
  const late = sweep.glance();
  ends[0]?.done();
  await early;
  await begun(2);
  ends[1]?.done();
  expect(await late).toMatchObject({ value: 2, isFresh: true });
  sweep.spoil();
  const last = sweep.glance();
  await begun(3);
  ends[2]?.done();
  expect((await last).value).toBe(3);
});

test('a moment lies after every reading that has begun and before every one to come', async () => {
  const { sweep, ends, begun } = bench(0);
  const first = sweep.glance();
  await begun(1);
  const between = sweep.moment();
  ends[0]?.done();
  const { began } = await first;
  const second = sweep.glance();
  await begun(2);
  ends[1]?.done();
  expect([began < between, between < (await second).began]).toEqual([true, true]);
});

test('a reading that failed is not kept, and the next one may be made at once', async () => {
  const { sweep, ends, begun } = bench();
  const failed = Promise.allSettled([sweep.glance(), sweep.glance()]);
  await begun(1);
  const waiting = sweep.fresh();
  ends[0]?.fail(new Error('no'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await begun(2);
  ends[1]?.done();
  expect(await waiting).toBe(2);
  expect(await sweep.glance()).toMatchObject({ value: 2, isFresh: false });
});

test('a reading belongs to nobody: it runs outside of the activity that asked', async () => {
  const activity = new AsyncLocalStorage<string>();
  const sweep = sweepOf(
    1_000,
    () => 0,
    async () => activity.getStore() ?? 'nobody',
  );
  expect(await activity.run('web-01', () => sweep.fresh())).toBe('nobody');
});
