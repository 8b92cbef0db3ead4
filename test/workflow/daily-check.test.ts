import type { DailyCheckOrder } from '../../activities/contracts/daily-check.ts';
import { lastCheck, scheduleCheck, unscheduleCheck } from '../../client/daily-check.ts';
import { checkLines } from '../../client/doctor/check.ts';
import { endNotices, startNotices } from '../../client/notices.ts';
import type { Reached } from '../../client/temporal.ts';
import { CONTRACT } from '../../domain/address.ts';
import type { CheckReport } from '../../domain/daily-check.ts';
import type { JourneyOrder, Plan } from '../../domain/plan.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { capacityId, setLimits } from '../../workflows/capacity-messages.ts';
import type { dailyCheck } from '../../workflows/daily-check.ts';
import { flagged } from '../../workflows/messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { migrationStart } from '../../workflows/start-order.ts';
import { hookServer } from '../support/hook-server.ts';
import { scriptedOrder } from '../support/order.ts';
import { approve, type Handle, openGate, reached, scriptedRun, seen, toHopTwo } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { waiting, mended } = troubleOf(run.products);

const begin = async (programme: string, change: Partial<JourneyOrder> = {}): Promise<Handle> => {
  await run.house(programme);
  const order = scriptedOrder({ programme, ...change });
  const handle = await run.env.client.workflow.start<typeof migration>('migration', {
    ...migrationStart(order),
    taskQueue: 'orchestrator',
    args: [order],
  });
  const { client } = run.env;
  const listed = async (): Promise<boolean> => {
    const query = `WorkflowType = 'migration' AND ExecutionStatus = 'Running' AND Programme = '${programme}'`;
    return (await client.workflow.count(query)).count > 0;
  };
  await eventually(listed, 'listed');
  return handle;
};

const check = async (programme: string, change: Partial<DailyCheckOrder> = {}) => {
  const handle = await run.env.client.workflow.start<typeof dailyCheck>('dailyCheck', {
    workflowId: `check/${programme}/${Math.random()}`,
    taskQueue: 'orchestrator',
    args: [{ programme, noProgressMs: 60_000, questions: [], ...change }],
    typedSearchAttributes: migrationStart(scriptedOrder({ programme })).typedSearchAttributes.slice(0, 1),
  });
  const report = await handle.result();
  return { report, historyLength: (await handle.describe()).historyLength };
};

const idsOf = ({ findings }: CheckReport) => findings.map(({ id, subject }) => `${id} ${subject}`);

test('where all is well nothing is found, at the price of a few events', async () => {
  await openGate(await begin('well'), 'cutover');
  const { report, historyLength } = await check('well');
  expect(report).toMatchObject({ programme: 'well', vms: 1, findings: [] });
  expect(historyLength).toBeLessThan(20);
});

test('a source that an admin starts during the second hop is found, and told to doctor', async () => {
  const handle = await begin('came-back');
  await toHopTwo(handle).catch(() => undefined);
  await seen(handle, 'the source fenced', ({ hops }) => hops[0]?.fence === 'held');
  const off = run.products.vms.get('src-1');
  if (!off) throw new Error('no src-1');
  await seen(handle, 'past the first cut-over', ({ phase }) => phase !== 'CuttingOver' && phase !== 'Validating');
  run.products.vms.set('src-1', { ...off, power: 'on' });
  const { report } = await check('came-back');
  expect(idsOf(report)).toContain('DC-01 vm-1 · b1');
  const lines = await eventually(async () => {
    const said = await checkLines({ client: run.env.client } as Reached, 'came-back');
    return said.length > 0 && said;
  }, 'a check that visibility shows');
  expect(lines.map(({ standing }) => standing)).toContain('wrong');
  run.products.vms.set('src-1', off);
});

test('a migration whose step waits for nobody and does not move is flagged, until it moves on', async () => {
  waiting('veeam synchronise 0');
  const handle = await begin('stands-still');
  await reached(run.products, 'veeam synchronise 0');
  const found = await eventually(async () => {
    const { report } = await check('stands-still', { noProgressMs: 500 });
    return idsOf(report).includes('DC-03 vm-1 · b1') && report;
  }, 'the stall found');
  expect(found.findings[0]).toMatchObject({
    owner: 'owner@example.org',
    message: expect.stringContaining('synchronise'),
  });
  const stands = await seen(handle, 'flagged', ({ flags }) => flags.includes('Stalled'));
  expect(stands.parked).toBeNull();
  mended();
  await openGate(handle, 'cutover');
  await seen(handle, 'the flag gone', ({ flags }) => !flags.includes('Stalled'));
});

test('a flag of another step, or that is nonsense, changes nothing', async () => {
  const handle = await begin('other-step');
  const { openedAt } = await openGate(handle, 'cutover');
  await handle.signal(flagged, { flag: 'Stalled', why: 'old', step: 'protect', openedAt: null });
  await handle.signal('flagged', 'nonsense');
  const { step } = await seen(handle, 'at its gate', ({ gate }) => gate !== null);
  expect((await seen(handle, 'no flag', () => true)).flags).toEqual([]);
  await handle.signal(flagged, { flag: 'NeedsReverify', why: 'too old', step, openedAt });
  await seen(handle, 'flagged', ({ flags }) => flags.includes('NeedsReverify'));
  await approve(handle, 'cutover');
  await seen(handle, 'the flag gone', ({ flags }) => !flags.includes('NeedsReverify'));
});

test('groups that hold the room of each other are found, and those in line are flagged until they move on', async () => {
  await run.house('knot', { stagingSeats: 2 });
  const { gates } = scriptedOrder();
  const member = (name: string, batch: string): Promise<Handle> => {
    run.products.vms.set(name, { power: 'on', connected: true, autostart: true });
    return begin('knot', {
      ...{ name, batch, batchId: batchId('knot', batch), source: { id: name, name } },
      gates: { ...gates, cutover: { ...gates.cutover, scope: 'group' } },
    });
  };
  for (const [name, batch] of [
    ['db-1', 'b1'],
    ['db-2', 'b2'],
  ] as const)
    await seen(await member(name, batch), `${name} at its gate`, ({ gate }) => gate !== null);
  const inLine = [await member('web-1', 'b1'), await member('web-2', 'b2')];
  for (const each of inLine) await seen(each, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));

  const { report } = await check('knot');
  expect(report.findings).toMatchObject([
    { id: 'DC-07', message: expect.stringContaining('g1 of b1 (1 VM there, 1 in line), g1 of b2') },
  ]);
  for (const each of inLine) await seen(each, 'flagged', ({ flags }) => flags.includes('Stalled'));
  await run.env.client.workflow
    .getHandle(capacityId('knot'))
    .signal(setLimits, { stagingBytes: 2 ** 42, stagingSeats: 4 });
  for (const each of inLine)
    await seen(each, 'at its gate, the flag gone', ({ gate, flags }) => gate !== null && !flags.includes('Stalled'));
  expect((await check('knot')).report.findings).toEqual([]);
});

test('a product that cannot be asked stands in the report', async () => {
  const to = { product: 'hyper-v', instance: 's', contract: CONTRACT } as const;
  const order = {
    to,
    token: 'check',
    role: 'target',
    vm: null,
    landing: null,
    bytesNeeded: 0,
    journey: 'check',
  } as const;
  const questions: DailyCheckOrder['questions'] = [{ to, inquiry: { of: 'platform', order }, borrowed: [] }];
  run.products.before = (call) => {
    if (call === 'hyper-v preflight target') throw new Error('the licence has expired');
  };
  const { report } = await check('products', { questions });
  expect(report.findings).toMatchObject([
    { id: 'DC-05', subject: 'hyper-v@s', message: expect.stringContaining('licence') },
  ]);
  mended();
});

test('the check is told to who wants it, with what it found', async () => {
  const server = await hookServer();
  process.env.TRANSHIP_TEST_DAILY = server.url;
  const { client } = run.env;
  await startNotices(client, {
    ...{ programme: 'told', policies: scriptedOrder().policies },
    notices: [
      { name: 'daily', kind: 'webhook', url: 'env:TRANSHIP_TEST_DAILY', for: 'all', kinds: ['daily'], batchMs: 0 },
    ],
  } as unknown as Plan);
  try {
    await check('told');
    await eventually(() => server.requests.length > 0, 'told');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      entries: [{ kind: 'daily', says: 'daily check of 0 running: nothing found' }],
    });
  } finally {
    await endNotices(client, 'told');
    await server.stop();
  }
});

test('a schedule checks every day at an hour of a zone, and is changed by giving it again', async () => {
  const { client } = run.env;
  const plan = { programme: 'daily', policies: scriptedOrder().policies, paths: {}, vms: [] } as unknown as Plan;
  const six = await scheduleCheck(client, plan, { hour: 6, minute: 0, zone: 'Europe/Vienna' });
  const seven = await scheduleCheck(client, plan, { hour: 7, minute: 30, zone: 'Europe/Vienna' });
  const minuteOf = (at: number | null) => new Date(at ?? 0).getUTCMinutes();
  expect([minuteOf(six), minuteOf(seven)]).toEqual([0, 30]);
  await client.schedule.getHandle('check/daily').trigger();
  const report = await eventually(async () => (await lastCheck(client, 'daily')) ?? false, 'a check by schedule');
  expect(report).toMatchObject({ programme: 'daily', vms: 0 });
  expect([await unscheduleCheck(client, 'daily'), await unscheduleCheck(client, 'daily')]).toEqual([true, false]);
});
