import { noticeLines } from '../../client/doctor/notices.ts';
import { endNotices, noticesStanding, startNotices, testReceivers } from '../../client/notices.ts';
import type { Reached } from '../../client/temporal.ts';
import type { Receiver, WebReceiver } from '../../domain/notice.ts';
import type { JourneyOrder, Plan } from '../../domain/plan.ts';
import { shellWord } from '../../domain/words.ts';
import type { migration } from '../../workflows/migration.ts';
import { noticesId } from '../../workflows/notices-messages.ts';
import { migrationStart } from '../../workflows/start-order.ts';
import { type HookServer, hookServer } from '../support/hook-server.ts';
import { scriptedOrder } from '../support/order.ts';
import { approve, type Handle, openGate, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { failing } = troubleOf(run.products);

let good: HookServer;
let bad: HookServer;
beforeAll(async () => {
  [good, bad] = await Promise.all([hookServer(), hookServer()]);
  Object.assign(process.env, { TRANSHIP_TEST_GOOD: good.url, TRANSHIP_TEST_BAD: bad.url });
});
beforeEach(() => [good, bad].map((server) => server.reset()));
afterAll(() => Promise.all([good.stop(), bad.stop()]));

const web = (name: string, change: Partial<WebReceiver> = {}): WebReceiver => ({
  ...{
    name,
    kind: 'webhook',
    url: `env:TRANSHIP_TEST_${name.toUpperCase()}`,
    for: 'all',
    kinds: ['decision', 'parked'],
  },
  batchMs: 0,
  ...change,
});

const planOf = (programme: string, notices: readonly Receiver[]): Plan =>
  ({ programme, notices, policies: scriptedOrder().policies }) as unknown as Plan;

/** Tells these receivers for as long as a test lasts. */
const telling = async (programme: string, notices: readonly Receiver[], work: () => Promise<void>): Promise<void> => {
  const { client } = run.env;
  await startNotices(client, planOf(programme, notices));
  try {
    await work();
  } finally {
    await endNotices(client, programme);
  }
};

const begin = async (programme: string, change: Partial<JourneyOrder> = {}): Promise<Handle> => {
  await run.house(programme);
  const order = scriptedOrder({ programme, ...change });
  return run.env.client.workflow.start<typeof migration>('migration', {
    ...migrationStart(order),
    taskQueue: 'orchestrator',
    args: [order],
  });
};

interface Told {
  readonly key: string;
  readonly summary: string;
  readonly entries: readonly { readonly kind: string; readonly subject: string; readonly command: string }[];
}

const lettersAt = (server: HookServer): readonly Told[] => server.requests.map(({ body }) => JSON.parse(body) as Told);
const entriesAt = (server: HookServer) => lettersAt(server).flatMap(({ entries }) => entries);

const looks = async (programme: string): Promise<number> => (await noticesStanding(run.env.client, programme))?.at ?? 0;

/** Waits until so many more looks were made: what was to be told was told. */
const looksOn = async (programme: string, times = 3): Promise<void> => {
  for (let n = 0; n < times; n += 1) {
    const before = await looks(programme);
    await eventually(async () => (await looks(programme)) > before, 'another look');
  }
};

test('a gate that opens is told once, and a step that parks too, whatever goes on', async () => {
  await telling('told-once', [web('good')], async () => {
    const handle = await begin('told-once');
    await openGate(handle, 'cutover');
    await eventually(() => good.requests.length > 0, 'the gate told');
    await looksOn('told-once');
    expect(entriesAt(good)).toMatchObject([
      { kind: 'decision', subject: 'vm-1 · b1/g1', command: 'tranship approve vm-1' },
    ]);
    expect(lettersAt(good)[0]?.summary).toBe('0 running · 1 waiting for you · 0 stalled · 0 failed');
    failing('ahv shutDown');
    await approve(handle, 'cutover');
    const { parked } = await seen(handle, 'parked', (now) => now.parked !== null);
    await eventually(() => good.requests.length > 1, 'the parked step told');
    const command = expect.stringContaining(`--step ${shellWord(parked?.step ?? '')}`);
    expect(entriesAt(good)[1]).toMatchObject({ kind: 'parked', command });
  });
});

test('a dead receiver is tried again under the same key while another one gets its own', async () => {
  bad.answer = () => 503;
  await telling('one-dead', [web('good'), web('bad')], async () => {
    await openGate(await begin('one-dead'), 'cutover');
    await eventually(() => bad.requests.length >= 3, 'three tries');
    expect(good.effects).toHaveLength(1);
    const said = await noticeLines(
      { client: run.env.client } as Reached,
      planOf('one-dead', [web('good'), web('bad')]),
    );
    expect(said.map(({ standing, subject }) => [standing, subject])).toEqual([
      ['well', 'notices to good'],
      ['wrong', 'notices to bad'],
    ]);
    expect(said[1]?.says).toContain('answered 503');
    bad.answer = () => 204;
    await eventually(() => bad.effects.length > 0, 'the dead one told');
    await looksOn('one-dead');
    expect(new Set(bad.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect([good.effects.length, bad.effects.length]).toEqual([1, 1]);
  });
});

test('an orchestrator that ends and comes back repeats nothing and forgets nothing', async () => {
  bad.answer = () => 'cut';
  await telling('restarted', [web('good'), web('bad')], async () => {
    await openGate(await begin('restarted'), 'cutover');
    await eventually(() => good.requests.length > 0 && bad.requests.length > 0, 'both tried');
    await run.atOnce(async () => {
      bad.answer = () => 204;
    });
    await looksOn('restarted');
    await eventually(
      async () => (await noticesStanding(run.env.client, 'restarted'))?.standings?.[1]?.sent === 1,
      'taken',
    );
    expect(good.requests).toHaveLength(1);
    // It took the first, and its answer was lost: the same again, by its key.
    expect(bad.effects).toHaveLength(1);
  });
});

test('what opens within the pause comes in one message', async () => {
  await telling('batched', [web('good', { batchMs: 1_500 })], async () => {
    const source = (n: number) => ({ source: { id: `src-${n}`, name: `vm-${n}` }, name: `vm-${n}` });
    await openGate(await begin('batched', source(1)), 'cutover');
    failing('ahv preflight source');
    await begin('batched', source(2));
    await eventually(() => good.requests.length > 0, 'one message');
    await looksOn('batched');
    expect(lettersAt(good).map(({ entries }) => entries.map(({ kind }) => kind))).toEqual([['parked', 'decision']]);
  });
});

test('however long it looks, its history stays as it was, and other receivers make a new run', async () => {
  const { client } = run.env;
  const handle = client.workflow.getHandle(noticesId('small'));
  await telling('small', [web('good')], async () => {
    await looksOn('small', 5);
    const { historyLength, runId } = await handle.describe();
    expect(historyLength).toBeLessThan(10);
    await startNotices(client, planOf('small', [web('good')]));
    await looksOn('small', 2);
    expect((await handle.describe()).runId).toBe(runId);
    await startNotices(client, planOf('small', [web('good'), web('bad')]));
    await eventually(async () => (await noticesStanding(client, 'small'))?.standings?.length === 2, 'both known');
    expect((await handle.describe()).runId).not.toBe(runId);
  });
  await eventually(async () => (await handle.describe()).status.name === 'COMPLETED', 'ended');
});

test('a test message says of each receiver whether it was taken', async () => {
  bad.answer = () => 404;
  const receivers = [web('good'), web('bad'), web('none')];
  const answers = await testReceivers(run.env.client, planOf('tried', receivers), receivers);
  expect(answers).toMatchObject([
    { receiver: 'good', why: null },
    { receiver: 'bad', why: expect.stringContaining('answered 404') },
    { receiver: 'none', why: expect.stringContaining('env:TRANSHIP_TEST_NONE') },
  ]);
  expect(lettersAt(good)[0]).toMatchObject({ headline: 'tried: test message, nothing is asked', entries: [] });
});
