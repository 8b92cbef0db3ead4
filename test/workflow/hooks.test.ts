import { Context } from '@temporalio/activity';
import { dnsServer } from '../../activities/dns/index.ts';
import { httpHooks } from '../../activities/hooks/index.ts';
import { CONTRACT } from '../../domain/address.ts';
import type { Served } from '../../workers/agent.ts';
import { command } from '../../workflows/messages.ts';
import { done, doneSignal } from '../../workflows/task.ts';
import { type FakeDns, fakeDns } from '../support/dns-fake.ts';
import { type HookServer, hookServer } from '../support/hook-server.ts';
import { aHook, dnsBody, httpBody } from '../support/hooks.ts';
import { approve, openGate, parkedAt, refusal, SERVES, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products, start } = run;
let server: HookServer;
let dns: FakeDns;

const ZONES = ['contoso.example', '0.0.10.in-addr.arpa'];
/** What a list of cmdlets does, where a test has one. */
const scripted = { runCmdlets: async (): Promise<{ ran: number }> => ({ ran: 0 }) };
/** The real drivers, at a real HTTP server and at a DNS server in memory. */
const hookDriver = () =>
  httpHooks({ instance: { endpoint: server.url }, resolveSecret: async (ref) => ref, patienceMs: 2_000 });
const dnsDriver = () =>
  dnsServer({ instance: { server: 'DC01', powershell: { command: 'pwsh' }, zones: ZONES }, run: dns.run });
Object.assign(products.serve, {
  'hooks@lb': { request: (order: never) => hookDriver().request(order) },
  'dns@dc01': {
    readRecords: (order: never) => dnsDriver().readRecords(order),
    changeRecords: (order: never) => dnsDriver().changeRecords(order),
    runCmdlets: () => scripted.runCmdlets(),
  } satisfies Served,
});

beforeAll(async () => {
  server = await hookServer();
});
beforeEach(() => {
  server.reset();
  dns = fakeDns();
  dns.records = [
    {
      ...{ zone: 'contoso.example', HostName: 'vm-1', RecordType: 'A', data: '10.0.0.5' },
      ...{ TimeToLive: '01:00:00', Timestamp: null },
    },
  ];
  // What hooks do stands among what the drivers do.
  server.answer = ({ url }) => {
    products.calls.push(url.replace('/api', 'hook '));
    return 204;
  };
});
afterAll(() => server.stop());

const skip = (handle: Parameters<typeof say>[0], comment = 'done by hand') =>
  handle.executeUpdate(command, { args: [{ verb: 'skip', by: 'ops', comment }] });
const at = (call: string): number => products.calls.indexOf(call);
const hooked = (): string[] => products.calls.filter((call) => call.startsWith('hook '));

test('hooks run around the verbs of a hop, in order, each once', async () => {
  const hooks = [
    aHook('second', { order: 2 }),
    aHook('first', { order: 1 }),
    aHook('copied', { when: 'after', point: 'protect' }),
    aHook('stopped', { when: 'after' }),
    aHook('joins', { point: 'connect' }),
    aHook('joined', { when: 'after', point: 'connect' }),
    aHook('landed', { when: 'after', point: 'validate', hop: 1 }),
    aHook('backup', { point: 'go' }),
  ];
  const handle = await start('around', { hooks });
  await openGate(handle, 'cutover');
  expect(hooked()).toEqual(['hook /copied']);
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  const order = ['first', 'second', 'stopped', 'joins', 'joined', 'landed', 'backup'];
  expect(hooked().slice(1)).toEqual(order.map((name) => `hook /${name}`));
  expect(at('hook /second')).toBeLessThan(at('ahv shutDown'));
  expect(at('hook /stopped')).toBeGreaterThan(at('veeam cutOver'));
  expect(at('hook /joins')).toBeLessThan(at('hyper-v connect'));
  expect(at('hook /joined')).toBeGreaterThan(at('hyper-v connect'));
});

test('an answer that was lost after its effect is asked for again, and the journey goes on', async () => {
  server.answer = (_request, nth) => (nth === 1 ? 'cut' : nth === 2 ? 500 : 204);
  const handle = await start('lost-answer', { hooks: [aHook('drain', { point: 'protect' })] });
  await openGate(handle, 'cutover');
  expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key']))).toEqual(
    new Set(['tranship:src-1/1/hook-drain/0']),
  );
  expect([server.requests.length, server.effects]).toEqual([3, ['POST /api/drain']]);
});

test('a hook that must succeed and does not parks before anything is touched', async () => {
  const handle = await start('refused', { hooks: [aHook('drain')] });
  server.answer = () => 409;
  await approve(handle, 'cutover');
  const stuck = await parkedAt(handle, 'hook drain');
  expect(stuck.parked?.mishap).toMatchObject({ class: 'Refused', at: 'hooks@lb', changed: 'nothing' });
  expect(stuck.legal).toEqual(expect.arrayContaining(['retry', 'skip', 'eject']));
  expect(stuck.hops[0]).toMatchObject({ fence: 'none', cutOver: 'none' });
  expect(products.vms.get('src-1')).toEqual(SERVES);
  expect(products.calls.filter((call) => /shutDown|isolate|cutOver/.test(call))).toEqual([]);
  server.answer = () => 204;
  await say(handle, 'retry');
  await openGate(handle, 'go');
  expect(server.effects).toEqual(['POST /api/drain']);
});

test('a hook that gets no answer in its time parks, and may be skipped with a word', async () => {
  server.answer = () => 'hang';
  const handle = await start('hangs', { hooks: [aHook('drain', { point: 'protect', timeoutMs: 5_000 })] });
  await parkedAt(handle, 'hook drain');
  await skip(handle, 'drained by hand');
  await openGate(handle, 'cutover');
  const { hooks, findings } = await seen(handle, 'at its gate', ({ gate }) => gate !== null);
  expect(hooks).toMatchObject([{ name: 'drain', state: 'skipped' }]);
  expect(findings).toContainEqual(expect.objectContaining({ id: 'HK-01', subject: 'drain', hop: 1 }));
});

test('a hook that need not succeed leaves a finding, and the journey goes on', async () => {
  server.answer = () => 400;
  const handle = await start('may-fail', { hooks: [aHook('tell', { point: 'protect', mustSucceed: false })] });
  const { evidence } = await openGate(handle, 'cutover');
  expect(evidence).toMatchObject({ warnings: [expect.stringMatching(/^HK-01 hook tell failed: .*400/)] });
});

test('a value that a VM does not have parks with nothing sent', async () => {
  const body = httpBody('/x', { body: { ip: '{landing.address}' } });
  const dhcp = { landing: { nics: [{ source: 0, network: 'prod', vlan: 20, address: 'dhcp' as const }] } };
  const hops = (await import('../support/order.ts')).scriptedOrder().hops;
  const handle = await start('no-value', {
    hops: hops.map((hop) => ({ ...hop, landing: { ...hop.landing, ...dhcp.landing } })),
    hooks: [aHook('tell', { point: 'protect', body })],
  });
  const { parked } = await parkedAt(handle, 'hook tell');
  expect(parked?.mishap).toMatchObject({
    class: 'Configuration',
    message: expect.stringContaining('{landing.address}'),
  });
  expect(server.requests).toEqual([]);
});

test('a time to live is lowered before the cut-over and given back after the hold', async () => {
  const hooks = [
    aHook('lower-ttl', { when: 'after', point: 'protect', hop: 1, body: dnsBody({ ttlMs: 300_000 }) }),
    aHook('point', { when: 'after', point: 'connect', hop: 2, body: dnsBody({ data: '10.0.0.77' }) }),
    aHook('restore-ttl', { when: 'after', point: 'hold', body: dnsBody({ ttlOf: 'lower-ttl' }) }),
  ];
  const handle = await start('ttl', { hooks });
  await openGate(handle, 'cutover');
  expect(dns.records).toMatchObject([{ data: '10.0.0.5', TimeToLive: '00:05:00' }]);
  for (const gate of ['cutover', 'go', 'cutover'] as const) await approve(handle, gate);
  await openGate(handle, 'signOff');
  expect(dns.records).toMatchObject([{ data: '10.0.0.77', TimeToLive: '00:05:00' }]);
  await approve(handle, 'signOff');
  await openGate(handle, 'decommission');
  expect(dns.records).toMatchObject([{ data: '10.0.0.77', TimeToLive: '01:00:00' }]);
});

test('a rollback takes back what ran, the last one first, when the predecessor serves again and before it is checked', async () => {
  const hooks = [
    aHook('drain', { undo: httpBody('/undrain') }),
    aHook('point', { when: 'after', point: 'connect', body: dnsBody({ data: '10.0.0.77' }) }),
    aHook('silence', { when: 'after', point: 'connect', undo: httpBody('/loud') }),
    aHook('never', { point: 'signOff', undo: httpBody('/never-undo') }),
    aHook('leaving', { point: 'rollBack' }),
    aHook('home', { when: 'after', point: 'rollBack' }),
  ];
  const before = [...dns.records];
  const handle = await start('goes-back', { hooks });
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  expect(dns.records).toMatchObject([{ data: '10.0.0.77' }]);
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  const { hooks: ran, phase } = await handle.result();
  expect(phase).toBe('RolledBack');
  expect(hooked()).toEqual(['drain', 'silence', 'leaving', 'loud', 'undrain', 'home'].map((name) => `hook /${name}`));
  expect(dns.records).toEqual(before);
  expect(at('hook /leaving')).toBeLessThan(at('hyper-v shutDown'));
  expect(at('hook /loud')).toBeGreaterThan(at('ahv powerOn'));
  expect(at('hook /undrain')).toBeLessThan(products.calls.lastIndexOf('guest-a check'));
  expect(ran?.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...['drain undone', 'point undone', 'silence undone', 'leaving done', 'home done'],
  ]);
});

test('who ejects takes back what hooks did before', async () => {
  const handle = await start('ejects', { hooks: [aHook('silence', { point: 'protect', undo: httpBody('/loud') })] });
  await openGate(handle, 'cutover');
  await say(handle, 'eject');
  expect((await handle.result()).phase).toBe('Ejected');
  expect(hooked()).toEqual(['hook /silence', 'hook /loud']);
});

test('an undo that fails parks the rollback until somebody has a word', async () => {
  const handle = await start('undo-fails', {
    hooks: [aHook('silence', { point: 'protect', undo: httpBody('/loud') })],
  });
  await openGate(handle, 'cutover');
  server.answer = () => 400;
  await say(handle, 'rollBack');
  await parkedAt(handle, 'undo hook silence');
  await skip(handle);
  expect((await handle.result()).phase).toBe('RolledBack');
});

const PERSON = { kind: 'person', text: 'Silence {vm.name} in the console.', role: 'monitoring' } as const;

test('a step for a person waits until that person says done, and is seen meanwhile', async () => {
  const handle = await start('person', {
    hooks: [aHook('silence', { point: 'protect', body: PERSON, timeoutMs: null })],
  });
  const { task, waitingFor } = await seen(handle, 'a task', (now) => now.task !== undefined);
  expect(task).toMatchObject({
    hook: 'silence',
    text: 'Silence vm-1 in the console.',
    role: 'monitoring',
    dueAt: null,
  });
  expect(waitingFor).toBe('a person (monitoring): Silence vm-1 in the console.');
  const other = handle.executeUpdate(done, { args: [{ hook: 'other', by: 'ops' }] });
  expect(await refusal(other)).toContain('What waits is silence');
  await handle.signal(doneSignal, { hook: 'nonsense', by: 'ops' });
  expect((await seen(handle, 'a refusal', ({ refused }) => refused.length > 0)).task?.hook).toBe('silence');
  await handle.signal(doneSignal, { hook: 'silence', by: 'mona', comment: 'until Monday' });
  await openGate(handle, 'cutover');
  const { hooks } = await seen(handle, 'at its gate', ({ gate }) => gate !== null);
  expect(hooks).toMatchObject([{ state: 'done', note: 'mona: until Monday' }]);
});

test('a step for a person that is overdue says so, and one that cannot be done parks', async () => {
  const body = { ...PERSON, dueMs: 200 };
  const handle = await start('overdue', { hooks: [aHook('silence', { point: 'protect', body, timeoutMs: null })] });
  await seen(handle, 'overdue', ({ waitingFor }) => waitingFor?.startsWith('overdue') ?? false);
  await handle.executeUpdate(done, { args: [{ hook: 'silence', by: 'mona', failed: true, comment: 'no rights' }] });
  const { parked } = await parkedAt(handle, 'hook silence');
  expect(parked?.mishap.message).toBe('silence was not done: mona: no rights');
});

test('who waits for a person can still turn round', async () => {
  const handle = await start('turns', {
    hooks: [aHook('silence', { point: 'protect', body: PERSON, timeoutMs: null })],
  });
  await seen(handle, 'a task', (now) => now.task !== undefined);
  await say(handle, 'eject');
  expect((await handle.result()).phase).toBe('Ejected');
});

test('a hook of a group runs once, and all of the group wait for it', async () => {
  const hooks = [aHook('drain', { point: 'protect', scope: 'group', body: httpBody('/pools/{group}') })];
  await run.house('g-once');
  const both = await Promise.all(['one', 'two'].map((id) => start(`g-${id}`, { programme: 'g-once', hooks })));
  await Promise.all(both.map((handle) => openGate(handle, 'cutover')));
  expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
    'tranship:group:b1.g1/1/hook-drain/0',
  ]);
  const late = await start('g-late', { programme: 'g-once', hooks });
  await openGate(late, 'cutover');
  expect(server.effects).toEqual(['POST /api/pools/g1']);
});

test('what fails for a group parks all of it, and is tried once again for all', async () => {
  server.answer = () => 400;
  const hooks = [aHook('drain', { point: 'protect', scope: 'group' })];
  await run.house('g-fails');
  const both = await Promise.all(['one', 'two'].map((id) => start(`f-${id}`, { programme: 'g-fails', hooks })));
  await Promise.all(both.map((handle) => parkedAt(handle, 'hook drain')));
  expect(server.requests).toHaveLength(1);
  server.answer = () => 204;
  await Promise.all(both.map((handle) => say(handle, 'retry')));
  await Promise.all(both.map((handle) => openGate(handle, 'cutover')));
  expect(server.requests).toHaveLength(2);
});

test('a step for a person of a batch is answered at any of its VMs', async () => {
  const body = { ...PERSON, text: 'Silence {batch}.' };
  const hooks = [aHook('silence', { point: 'protect', scope: 'batch', body, timeoutMs: null })];
  await run.house('g-person');
  const [one, two] = await Promise.all(['one', 'two'].map((id) => start(`p-${id}`, { programme: 'g-person', hooks })));
  if (!one || !two) throw new Error('not started');
  for (const handle of [one, two]) await seen(handle, 'a task', ({ task }) => task?.text === 'Silence b1.');
  await two.executeUpdate(done, { args: [{ hook: 'silence', by: 'mona' }] });
  for (const handle of [one, two]) await openGate(handle, 'cutover');
});

test('a journey whose plan has no hooks has the same history as one that knows of none', async () => {
  const happened: (readonly string[])[] = [];
  for (const hooks of [undefined, []]) {
    products.reset();
    const handle = await start(`none-${happened.length}`, hooks ? { hooks } : {});
    await openGate(handle, 'cutover');
    await say(handle, 'eject');
    await handle.result();
    const { events } = await handle.fetchHistory();
    // How many workflow tasks there are depends on the machine.
    const what = (events ?? []).flatMap((event) =>
      Object.entries(event).flatMap(([key, value]) =>
        key.endsWith('EventAttributes') && value && !key.startsWith('workflowTask') ? [key] : [],
      ),
    );
    happened.push(what.sort());
  }
  expect(happened[0]?.length).toBeGreaterThan(20);
  expect(happened[1]).toEqual(happened[0]);
});

test('a list that may not run twice is not run again by itself when an edit broke it off', async () => {
  let began = 0;
  const runCmdlets = async (): Promise<{ ran: number }> => {
    began += 1;
    if (began > 1) return { ran: 1 };
    const context = Context.current();
    const alive = setInterval(() => context.heartbeat(), 50);
    return context.cancelled.finally(() => clearInterval(alive));
  };
  scripted.runCmdlets = runCmdlets;
  const calls = [{ id: 'a', cmdlet: 'Add-DnsServerResourceRecordA', parameters: {} }];
  const on = { product: 'dns', instance: 'dc01', contract: CONTRACT } as const;
  const body = { kind: 'cmdlets', on, calls, repeatable: false } as const;
  const handle = await start('once', { hooks: [aHook('list', { point: 'protect', hop: 1, body })] });
  await eventually(() => began === 1, 'the list under way');
  await say(handle, 'edit', { edit: { hops: [{ n: 1, landing: { cpus: 8 } }] } });
  const { parked } = await parkedAt(handle, 'hook list');
  expect(parked?.mishap.message).toContain('may not run twice');
  expect(began).toBe(1);
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
  expect(began).toBe(2);
});
