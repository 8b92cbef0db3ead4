import { readFileSync, writeFileSync } from 'node:fs';
import { type BatchHandle, startBatch, viewBatch } from '../../client/batches.ts';
import { handleOf, viewMigration } from '../../client/operations.ts';
import { applyEdits } from '../../domain/apply-edits.ts';
import { newBatch } from '../../domain/batch.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import { approveGroup, batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { cli, type Said } from '../support/cli.ts';
import { type LivePlan, livePlan, type PlannedVm, vmName } from '../support/live-plan.ts';
import { approve } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

const client = () => batches.run.env.client;

const idOf = ({ plan, vmId }: LivePlan, n: number): string => `vm/${plan.programme}/a/${vmId(n)}`;

const begun: { terminate: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const handle of begun.splice(0)) await handle.terminate().catch(() => undefined);
});

const start = async (live: LivePlan, batch = 'wave-01'): Promise<BatchHandle> => {
  const { handle } = await startBatch(client(), live.plan, batch);
  begun.push(handle, ...Array.from({ length: 12 }, (_, n) => handleOf(client(), idOf(live, n + 1))));
  await eventually(async () => {
    const listed = client().workflow.list({ query: `WorkflowId = '${handle.workflowId}'` });
    for await (const _ of listed) return true;
    return false;
  }, 'the batch in visibility');
  return handle;
};

const tranship = ({ planPath }: LivePlan, ...argv: readonly string[]): Promise<Said> =>
  cli(argv[0] === 'plan' ? [...argv, '--plan', planPath] : argv, {
    TEMPORAL_ADDRESS: batches.run.env.server.address,
    TEMPORAL_NAMESPACE: 'test',
    TRANSHIP_HOME: batches.run.records,
    NO_COLOR: '1',
  });

const eventsOf = async (live: LivePlan, n: number): Promise<number> =>
  (await handleOf(client(), idOf(live, n)).fetchHistory()).events?.length ?? 0;

/** Exports what runs, lets `change` edit the text, and answers with the file and what a diff of it shows. */
const edited = async (
  live: LivePlan,
  change: (csv: string) => string,
): Promise<{ readonly file: string; readonly shown: Said; readonly seen: string }> => {
  const file = live.file('running.csv');
  expect(await tranship(live, 'plan', 'export', '--out', file, '--force')).toMatchObject({ code: 0, err: '' });
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  const shown = await tranship(live, 'plan', 'diff', '--vms', file);
  return { file, shown, seen: /Seen as ([0-9a-f]{16})/.exec(shown.out)?.[1] ?? '' };
};

const onLine = (csv: string, n: number, change: (line: string) => string): string =>
  csv
    .split('\n')
    .map((line) => (line.includes(`,${vmName(n)},`) ? change(line) : line))
    .join('\n');

const without = (csv: string, n: number): string =>
  csv
    .split('\n')
    .filter((line) => !line.includes(`,${vmName(n)},`))
    .join('\n');

/** New rows in the columns of the exported sheet. */
const withRows = ({ sheet }: LivePlan, csv: string, vms: readonly PlannedVm[]): string => {
  const columns = csv.replace('\uFEFF', '').split('\n')[0]?.split(',') ?? [];
  const [head = '', ...rows] = sheet(vms).trim().split('\n');
  const names = head.split(',');
  const lines = rows.map((row) => columns.map((column) => row.split(',')[names.indexOf(column)] ?? '').join(','));
  return `${csv}${lines.join('\n')}\n`;
};

/** Opens this gate of each of them, in turn. */
const approveEach = async (live: LivePlan, vms: readonly number[], gate: GateName): Promise<void> => {
  for (const n of vms) await approve(handleOf(client(), idOf(live, n)), gate);
};

test('two VMs are added to a batch of ten, one moved, one re-addressed and one taken out, and the others’ histories show nothing', async () => {
  const ten = Array.from({ length: 10 }, (_, i) => ({ n: i + 1, group: i < 3 ? 'db' : 'web' }));
  const live = await livePlan('edit-ten', ten);
  const handle = await start(live);
  for (const group of ['db', 'web']) await groupGate(handle, group);
  const others = [1, 2, 3, 7, 8, 9, 10];
  const before = await Promise.all(others.map((n) => eventsOf(live, n)));

  const { file, shown, seen } = await edited(live, (csv) =>
    withRows(
      live,
      without(
        onLine(
          onLine(csv, 4, (line) => line.replace(',web,', ',db,')),
          5,
          (line) => line.replace('0:lnet-app/keep', '0:lnet-app/10.1.20.5/24/gw=10.1.20.1'),
        ),
        6,
      ),
      [
        { n: 11, group: 'web' },
        { n: 12, group: 'web' },
      ],
    ),
  );
  expect(shown).toMatchObject({ code: 0, err: expect.stringMatching(/^!.*has 11 VMs/) });
  expect(shown.out.split('\n').slice(0, 7)).toEqual([
    'wave-01',
    '  − vm-06  taken out: it is ejected',
    '  ~ vm-04  moved from web to db',
    '  ~ vm-05  re-addressed: hop2.nics 0:lnet-app/keep → 0:lnet-app/10.1.20.5/24/gw=10.1.20.1',
    '  + vm-11  added to web',
    '  + vm-12  added to web',
    '5 changes, 7 VMs unchanged.',
  ]);

  const taken = await tranship(live, 'plan', 'apply', '--vms', file, '--seen', seen, '--by', 'ops');
  expect(taken).toMatchObject({ code: 0 });
  const now = await batchSeen(handle, 'the edited groups at their gates', ({ gates, members }) => {
    const whole = gates.filter(({ missing }) => missing.length === 0);
    return whole.map(({ waiting }) => waiting.length).join() === '4,7' && members[5]?.status === 'ended';
  });
  expect(now.edited).toMatchObject([{ by: 'ops', channel: 'update' }]);
  expect(now.members.filter(({ group }) => group === 'db').map(({ vm }) => vm.name)).toEqual([1, 2, 3, 4].map(vmName));
  expect(now.members[5]).toMatchObject({ status: 'ended', end: 'Ejected' });
  const landing = (await viewMigration(handleOf(client(), idOf(live, 5)))).orders?.[1]?.landing;
  expect(landing?.nics[0]?.address).toMatchObject({ ip: '10.1.20.5' });
  expect(await Promise.all(others.map((n) => eventsOf(live, n)))).toEqual(before);
  expect((await tranship(live, 'plan', 'diff', '--vms', file)).out).toContain(
    'Nothing would change: 11 VMs as it runs.',
  );

  const groups = { db: [1, 2, 3, 4], web: [5, 7, 8, 9, 10, 11, 12] };
  for (const [group, vms] of Object.entries(groups)) {
    await approveGroup(handle, group);
    await approveEach(live, vms, 'go');
  }
  for (const group of Object.keys(groups)) await approveGroup(handle, group);
  for (const gate of ['signOff', 'decommission'] as const) await approveEach(live, Object.values(groups).flat(), gate);
  const end = await batchSeen(handle, 'the end of the batch', ({ isOver }) => isOver);
  expect(end.members.map((m) => m.end)).toEqual(
    end.members.map(({ vm }) => (vm.name === 'vm-06' ? 'Ejected' : 'Decommissioned')),
  );
}, 240_000);

const FOUR = [1, 2].map((n) => ({ n, group: 'db' })).concat([3, 4].map((n) => ({ n, group: 'web' })));

test('an apply is for what was seen, and sends nothing otherwise', async () => {
  const live = await livePlan('edit-seen', FOUR);
  const handle = await start(live);
  for (const group of ['db', 'web']) await groupGate(handle, group);
  const { file, seen } = await edited(live, (csv) => onLine(csv, 3, (line) => line.replace(',web,', ',mail,')));
  const apply = (...more: readonly string[]) => tranship(live, 'plan', 'apply', '--vms', file, '--by', 'ops', ...more);

  expect(await tranship(live, 'plan', 'export', '--out', file)).toMatchObject({
    ...{ code: 2, out: '', err: expect.stringContaining('is there already') },
  });
  expect(await apply('--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('moved from web to mail') });
  const unseen = await apply('--yes');
  expect([unseen.code, unseen.err]).toEqual([1, expect.stringContaining(`--seen ${seen}`)]);

  await approveGroup(handle, 'db');
  await batchSeen(handle, 'db let through', ({ members }) => members[0]?.through === 1);
  const stale = await apply('--seen', seen);
  expect([stale.code, stale.err]).toEqual([1, expect.stringContaining(`What you saw (${seen})`)]);
  expect((await viewBatch(handle)).edited).toBeUndefined();

  writeFileSync(
    file,
    onLine(readFileSync(file, 'utf8'), 1, (line) => line.replace(',db,', ',mail,')),
  );
  const illegal = await apply('--seen', seen);
  expect(illegal.code).toBe(1);
  expect(illegal.err).toMatch(/running\.csv:2:\d+ {2}vm-01 was let through to its cut-over\./);
  expect(illegal.err).toContain('1 error. Nothing was sent.');
  const json = await tranship(live, 'plan', 'diff', '--vms', file, '--batch', 'wave-01', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ refusals: [{ line: 2 }], unchanged: 2 });
  const none = await tranship(live, 'plan', 'diff', '--vms', file, '--batch', 'wave-07');
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('Running: wave-01.')]);
  expect((await viewBatch(handle)).edited).toBeUndefined();
}, 60_000);

test('an approval that waits for its turn lapses when its group changes, and the moved VM is let through with its new group', async () => {
  const live = await livePlan('edit-lapse', FOUR);
  const handle = await start(live);
  for (const group of ['db', 'web']) await groupGate(handle, group);
  await approveGroup(handle, 'web');
  const { file, seen } = await edited(live, (csv) => onLine(csv, 3, (line) => line.replace(',web,', ',db,')));
  expect((await tranship(live, 'plan', 'apply', '--vms', file, '--seen', seen, '--by', 'ops')).code).toBe(0);
  const { cleared, refused } = await viewBatch(handle);
  expect([cleared, refused.map(({ what }) => what)]).toEqual([[], ['approval of web, hop 1, by ops']]);

  await eventually(async () => {
    const { out } = await tranship(live, 'status', '--json');
    return /"name":"vm-03"[^}]*"group":"db"/.test(out);
  }, 'vm-03 listed in db');
  await batchSeen(handle, 'db of three', ({ gates }) => gates.find((g) => g.group === 'db')?.waiting.length === 3);
  await approveGroup(handle, 'db');
  const landed = await batchSeen(handle, 'db landed', (now) =>
    now.members.every((m) => m.landed === (m.group === 'db' ? 1 : 0)),
  );
  expect(landed.members.filter(({ group }) => group === 'web').map(({ vm }) => vm.name)).toEqual(['vm-04']);
}, 60_000);

test('who has not begun is taken out, or begins as the sheet has it by then', async () => {
  const live = await livePlan('edit-planned', FOUR);
  batches.script.before = (call) => {
    if (call.startsWith(live.vmId(1)) && call.includes('describe')) throw new Error('not yet');
  };
  const handle = await start(live);
  await handle.executeUpdate('stopBatch', { args: [{ by: 'ops', why: 'the sheet is wrong' }] });
  const waiting = (await viewBatch(handle)).members
    .filter(({ status }) => status === 'planned')
    .map(({ vm }) => vm.name);
  expect(waiting).toEqual(['vm-03', 'vm-04']);
  const { file, shown, seen } = await edited(live, (csv) =>
    without(
      onLine(csv, 3, (line) => line.replace(',web,team,', ',web,shop,')),
      4,
    ),
  );
  expect(shown.out).toContain('vm-04  taken out: it never begins');
  expect(shown.out).toContain('vm-03  planned anew: owner team → shop');
  expect((await tranship(live, 'plan', 'apply', '--vms', file, '--seen', seen, '--by', 'ops')).code).toBe(0);
  batches.script.before = () => undefined;
  await handle.executeUpdate('resumeBatch', { args: [{ by: 'ops' }] });
  const now = await batchSeen(handle, 'vm-03 at its gate', ({ members }) => members[2]?.gate !== null);
  expect((await viewMigration(handleOf(client(), idOf(live, 3)))).owner).toBe('shop');
  expect(now.members[3]).toMatchObject({ status: 'refused', removed: true, note: expect.stringContaining('ops') });
}, 60_000);

test('a VM is deferred from one running batch to another, and a new window is told to those before their cut-over', async () => {
  const both = { 'wave-01': '{ groups: [] }', 'wave-02': '{ groups: [] }' };
  const live = await livePlan('edit-defer', [...FOUR, { n: 5, group: 'all', batch: 'wave-02' }], both);
  const [first, second] = [await start(live), await start(live, 'wave-02')];
  for (const group of ['db', 'web']) await groupGate(first, group);
  await groupGate(second, 'all');
  await live.rewrite({
    ...both,
    'wave-02': '{ groups: [], windows: [{ opens: 2090-03-09 20:00, closes: 2090-03-10 04:00, zone: Europe/Vienna }] }',
  });
  const { file, shown, seen } = await edited(live, (csv) =>
    onLine(csv, 4, (line) => line.replace(',wave-01,web,', ',wave-02,all,')),
  );
  expect(shown.out).toContain('  → vm-04  deferred to wave-02: it is ejected here');
  expect(shown.out).toContain('  ~ the batch  window hop 1 any time → 2090-03-09 20:00');
  const applied = await tranship(live, 'plan', 'apply', '--vms', file, '--seen', seen, '--by', 'ops');
  expect(applied).toMatchObject({ code: 0, err: expect.stringContaining('vm-04 leaves wave-01') });
  await batchSeen(first, 'vm-04 out', ({ members }) => members[3]?.status === 'ended');
  const later = await batchSeen(second, 'both at their gate', ({ gates }) => gates[0]?.waiting.length === 2);
  expect(later.windows[0]?.text).toBe('2090-03-09 20:00 – 2090-03-10 04:00 Europe/Vienna');
  for (const n of [4, 5]) {
    const { orders } = await viewMigration(handleOf(client(), idOf(live, n)));
    expect(orders?.[0]?.window?.text).toBe(later.windows[0]?.text);
  }
}, 90_000);

test('what was added is carried into the next run of the batch', async () => {
  const order = batches.order('edit-carried', { db: ['db-1'] });
  const [first] = order.members;
  if (!first) throw new Error('nobody');
  const vm = { ...first.order, name: 'db-2', source: { id: 'db-2', name: 'db-2' } };
  const member = { id: first.id.replace('db-1', 'db-2'), order: vm };
  const { state } = applyEdits(newBatch(order), order.members, [{ kind: 'add', member }], 'ops', 1);
  begun.push(handleOf(client(), member.id));
  const gate = await groupGate(await batches.start(order, state), 'db');
  expect(gate.waiting.map((one) => one.vm.name)).toEqual(['db-1', 'db-2']);
}, 60_000);

test('edits by signal are taken the same way, and what does not fit is told in the batch', async () => {
  const order = batches.order('edit-signal', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  await groupGate(handle, 'db');
  await groupGate(handle, 'web');
  const { edition: seen = '' } = await viewBatch(handle);
  const edits = [{ kind: 'move', id: batches.member(order, 'web-1').workflowId, group: 'db' }];
  await handle.signal('editBatch', { by: 'ops', seen: 'nothing', edits });
  await handle.signal('editBatch', 7);
  await handle.signal('editBatch', { by: 'ops', seen, edits });
  const now = await batchSeen(handle, 'web-1 in db', ({ members }) => members.every(({ group }) => group === 'db'));
  expect(now.refused.map(({ what }) => what)).toEqual(['edits by ops', 'edits by nothing']);
  expect(now.edited).toMatchObject([{ by: 'ops', channel: 'signal', did: ['web-1 moved to db'] }]);
}, 60_000);
