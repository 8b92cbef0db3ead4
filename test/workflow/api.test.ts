import { mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { newKeys } from '../../client/api/signing-key.ts';
import { viewBatch } from '../../client/batches.ts';
import { expectedOfGroup, expectedOfVm } from '../../domain/attestation.ts';
import type { BatchOrder } from '../../domain/batch.ts';
import type { Listed } from '../../domain/listed.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import { attest } from '../../workers/attestation.ts';
import { decideGroupSignal } from '../../workflows/batch-messages.ts';
import { type Answered, type ApiTrial, apiTrial, reachedThrough } from '../support/api.ts';
import { batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { type Issuer, oidcIssuer } from '../support/oidc-issuer.ts';
import { scriptedOrder } from '../support/order.ts';
import { openGate, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

let signWith: string;
let publicKeys: string;

// Before the orchestrator of the run starts, which takes them from its environment.
beforeAll(async () => {
  const keys = await newKeys(mkdtempSync(join(tmpdir(), 'tranship-keys-')));
  publicKeys = keys.publicKeys;
  signWith = `file:${keys.signWith}`;
  process.env.TRANSHIP_ATTESTATION_KEYS = `file:${publicKeys}`;
});
afterAll(() => {
  delete process.env.TRANSHIP_ATTESTATION_KEYS;
});

const batches = batchRun();
const me = userInfo().username;

let issuer: Issuer;
let local: ApiTrial;
let house: ApiTrial;
let unsigned: ApiTrial;

beforeAll(async () => {
  issuer = await oidcIssuer();
  const reached = reachedThrough(batches.run.env);
  const oidc = {
    issuer: issuer.url,
    audience: 'tranship',
    rolesClaim: 'roles',
    groupsClaim: 'groups',
    subjectClaim: 'sub',
  };
  local = await apiTrial(reached, { signWith });
  house = await apiTrial(reached, { signWith, oidc });
  unsigned = await apiTrial(reached, { oidc });
});
afterAll(async () => {
  await Promise.all([local, house, unsigned, issuer].map((one) => one?.close()));
});

/** Anybody may approve; the plan of a test that asks for more says so. */
const anybody = (approvers: readonly string[] = []) => {
  const { gates } = scriptedOrder();
  return { gates: { ...gates, cutover: { ...gates.cutover, approvers }, go: { ...gates.go, approvers } } };
};

const started = async (
  programme: string,
  groups: Record<string, string[]>,
  approvers?: readonly string[],
  change: Partial<JourneyOrder> = {},
) => {
  const order = batches.order(programme, groups, { ...anybody(approvers), ...change });
  const handle = await batches.start(order);
  const gates = [];
  for (const group of Object.keys(groups)) gates.push(await groupGate(handle, group));
  return { order, handle, gates };
};

const pathOf = (order: BatchOrder, vm: string): string =>
  `/migrations/${(order.members.find((one) => one.order.name === vm)?.id ?? '').replace('vm/', '')}`;

const seenOf = ({ hop, fingerprint, openedAt }: { hop: number; fingerprint: string; openedAt: number }) => ({
  hop,
  fingerprint,
  openedAt,
});

const items = ({ body }: Answered): readonly Record<string, unknown>[] => body.items as Record<string, unknown>[];

test('what runs, what waits and how it stands is read as the document says', async () => {
  const { order } = await started('api-read', { db: ['db-1', 'db-2'] });
  await eventually(
    async () => items(await local.ask('GET', '/migrations?programme=api-read')).length === 2,
    'both in visibility',
  );

  const paged = await local.ask('GET', '/migrations?programme=api-read&offset=1&limit=1');
  expect(paged.body).toMatchObject({
    total: 2,
    offset: 1,
    items: [{ name: 'db-2', programme: 'api-read', group: 'db' }],
  });
  expect(items(await local.ask('GET', '/migrations?programme=api-read&phase=Seeding'))).toEqual([]);
  expect((await local.ask('GET', '/summary')).body.line).toMatch(/running · \d+ waiting for you/);
  expect((await local.ask('GET', pathOf(order, 'db-1'))).body).toMatchObject({
    workflowId: order.members[0]?.id,
    view: { phase: 'AwaitingCutover', legal: expect.arrayContaining(['pause', 'rollBack']) },
    pending: [],
  });
  expect(items(await local.ask('GET', '/batches'))).toContainEqual(expect.objectContaining({ programme: 'api-read' }));
  expect((await local.ask('GET', '/batches/api-read/b1')).body).toMatchObject({ view: { gates: [{ group: 'db' }] } });
  const waiting = await eventually(
    async () =>
      items(await local.ask('GET', '/inbox')).find((one) => one.programme === 'api-read' && one.kind === 'group'),
    'the group in the inbox',
  );
  expect(waiting).toMatchObject({ target: 'batch/api-read/b1', group: 'db', gate: { missing: [] } });
  expect((await local.ask('GET', '/reports/b1?programme=api-read')).body.vms).toHaveLength(2);
  expect((await local.ask('GET', '/reports/b1?programme=api-none')).status).toBe(404);
  expect((await local.ask('GET', '/migrations/api-read/a/nobody')).status).toBe(404);
});

test('a group is opened for what was seen, in the name of whoever logged in, and the approval is signed', async () => {
  const { order, handle, gates } = await started('api-group', { db: ['db-1', 'db-2'] }, ['ann']);
  const [gate] = gates;
  if (!gate) throw new Error('no gate');
  const path = '/batches/api-group/b1/groups/db/decisions';
  const body = { decision: 'approve', ...seenOf(gate), comment: 'change 4711' };

  const stranger = await house.ask('POST', path, {
    body,
    token: await issuer.token({ sub: 'bob', roles: ['approver'] }),
  });
  expect(stranger.body).toMatchObject({ status: 409, detail: 'bob may not open cutover. Approvers: ann.' });
  const token = await issuer.token({ sub: 'ann', roles: 'viewer approver', groups: ['leads'] });
  const stale = await house.ask('POST', path, { body: { ...body, fingerprint: '0000000000000000' }, token });
  expect(stale.body.detail).toContain('is not what is there now');
  expect(house.refused()).toContainEqual(expect.objectContaining({ who: 'bob', status: 409, what: `POST ${path}` }));

  const taken = await house.ask('POST', path, { body, token });
  expect(taken).toMatchObject({ status: 200, body: { by: 'ann', comment: 'change 4711', decision: 'approve' } });
  const [decided] = (await viewBatch(handle)).decisions;
  const verify = attest(`file:${publicKeys}`);
  const expected = expectedOfGroup('batch/api-group/b1', gate);
  expect(await verify({ attestation: decided?.attestation ?? '', expected })).toMatchObject({
    ok: true,
    subject: 'ann',
    groups: ['leads'],
  });
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'go');
});

test('a double click decides once, and a key is not used for two things', async () => {
  const { order, gates } = await started('api-twice', { db: ['db-1'] });
  const [gate] = gates;
  if (!gate) throw new Error('no gate');
  const open = await local.ask('POST', '/batches/api-twice/b1/groups/db/decisions', {
    body: { decision: 'approve', ...seenOf(gate) },
    key: 'one',
  });
  expect(open.status).toBe(200);
  const db = batches.member(order, 'db-1');
  const go = await openGate(db, 'go');
  const path = `${pathOf(order, 'db-1')}/decisions`;
  const body = { decision: 'reject', gate: 'go', round: go.round, ...seenOf(go), comment: 'not yet' };
  const twice = await Promise.all([
    local.ask('POST', path, { body, key: 'two' }),
    local.ask('POST', path, { body, key: 'two' }),
  ]);
  expect(twice.map(({ status }) => status)).toEqual([200, 200]);
  expect(twice[0]?.body).toEqual(twice[1]?.body);
  const later = await local.ask('POST', path, { body, key: 'two' });
  expect(later.body).toEqual(twice[0]?.body);
  const { decisions } = await seen(
    db,
    'the gate again',
    (now) => now.gate?.name === 'go' && now.gate.openedAt > go.openedAt,
  );
  expect(decisions.filter(({ decision }) => decision === 'reject')).toHaveLength(1);

  const other = await local.ask('POST', path, { body: { ...body, decision: 'approve' }, key: 'two' });
  expect(other).toMatchObject({ status: 422, body: { detail: expect.stringContaining('decision was reject') } });
  // What another one asked under the same key is not answered to this one.
  const token = await issuer.token({ sub: 'ann', roles: ['admin'] });
  expect((await house.ask('POST', path, { body, key: 'two', token })).status).toBe(409);

  const again = await openGate(db, 'go');
  const approved = await local.ask('POST', path, {
    body: { ...body, decision: 'approve', ...seenOf(again), round: again.round },
    key: 'three',
  });
  expect(approved.body).toMatchObject({ by: me, gate: 'go' });
  const expected = expectedOfVm(order.members[0]?.id ?? '', again);
  expect(
    await attest(`file:${publicKeys}`)({ attestation: String(approved.body.attestation), expected }),
  ).toMatchObject({
    ok: true,
    subject: me,
  });
});

test('many gates are decided on at once, and what one refuses does not keep the others', async () => {
  const names = Array.from({ length: 6 }, (_, n) => `g-${n}`);
  const { order, gates } = await started('api-bulk', Object.fromEntries(names.map((name) => [name, [`vm-${name}`]])));
  const { status, body } = await local.ask('POST', '/decisions', {
    key: 'all',
    body: {
      decision: 'approve',
      comment: 'the whole wave',
      items: [
        ...gates.map((gate) => ({ target: 'batch/api-bulk/b1', group: gate.group, ...seenOf(gate) })),
        { target: 'vm/api-bulk/a/nobody', hop: 1, fingerprint: '00', openedAt: 1 },
      ],
    },
  });
  expect([status, body.decided, body.refused]).toEqual([200, 6, 1]);
  expect((body.items as { ok: boolean }[])[6]).toMatchObject({
    target: 'vm/api-bulk/a/nobody',
    ok: false,
    status: 404,
  });
  await openGate(batches.member(order, 'vm-g-0'), 'go');
});

test('commands are taken where they are legal, in the name of whoever asks, and refused in words where not', async () => {
  const { order, handle } = await started('api-verbs', { db: ['db-1'], web: ['web-1'] });
  const db = batches.member(order, 'db-1');
  const path = `${pathOf(order, 'db-1')}/commands`;
  const ask = (body: object, to = path) => local.ask('POST', to, { body });

  expect(await ask({ verb: 'pause', comment: 'storage is slow' })).toMatchObject({
    status: 200,
    body: { verb: 'pause', by: me },
  });
  await seen(db, 'paused', ({ flags }) => flags.includes('Paused'));
  const refused = await ask({ verb: 'retry' });
  expect(refused.body).toMatchObject({ status: 409, detail: expect.stringContaining('Nothing is parked. You can:') });
  expect((await ask({ verb: 'resume' })).status).toBe(200);

  const batch = '/batches/api-verbs/b1/commands';
  expect((await ask({ verb: 'stop', why: 'storm' }, batch)).status).toBe(200);
  expect((await viewBatch(handle)).stopped).toMatchObject({ by: me, why: 'storm' });
  expect((await ask({ verb: 'resume' }, batch)).status).toBe(200);
  expect((await viewBatch(handle)).stopped).toBeNull();
  const turned = await ask({ verb: 'rollBack', group: 'web' }, batch);
  expect(turned.body).toMatchObject({ told: [order.members[1]?.id] });
  await seen(batches.member(order, 'web-1'), 'web back', ({ phase }) => phase === 'RolledBack');
  expect((await ask({ verb: 'rollBack', group: 'none' }, batch)).body.detail).toContain('The batch has no group none');
});

test('where the namespace is not trusted, an irreversible gate opens for a signed approval of an approver’s group, and for nothing else', async () => {
  const { order, handle, gates } = await started('api-proof', { db: ['db-1'] }, ['leads'], { trustNamespace: false });
  const [gate] = gates;
  if (!gate) throw new Error('no gate');
  const path = '/batches/api-proof/b1/groups/db/decisions';
  const body = { decision: 'approve', ...seenOf(gate) };
  const lead = await issuer.token({ sub: 'ann', roles: ['approver'], groups: ['leads'] });
  const other = await issuer.token({ sub: 'bob', roles: ['approver'], groups: ['leads-of-nothing'] });

  expect((await unsigned.ask('POST', path, { body, token: lead })).body).toMatchObject({ status: 409 });
  await handle.signal(decideGroupSignal, {
    group: 'db',
    hop: 1,
    fingerprint: gate.fingerprint,
    decision: 'approve',
    by: 'leads',
  });
  const { refused } = await batchSeen(handle, 'the bare signal refused', (now) => now.refused.length > 0);
  expect(refused.at(-1)?.why).toContain('needs an attested decision');
  expect((await house.ask('POST', path, { body, token: other })).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('may not open cutover'),
  });
  expect((await viewBatch(handle)).decisions).toEqual([]);

  const taken = await house.ask('POST', path, { body, token: lead });
  expect(taken).toMatchObject({ status: 200, body: { by: 'ann', identity: 'attested' } });
  await openGate(batches.member(order, 'db-1'), 'go');
});

/** The events that come, until one is as wanted. */
const listen = async (
  api: ApiTrial,
  token: string,
  wanted: (event: string, data: string) => boolean,
): Promise<string> => {
  const over = new AbortController();
  const answer = await fetch(`${api.url}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: over.signal,
  });
  let text = '';
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += part.value;
    const all = [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)];
    if (all.some(([, event = '', data = '']) => wanted(event, data))) break;
  }
  over.abort();
  return text;
};

test('who listens is told the whole and then what changes', async () => {
  const { order } = await started('api-live', { db: ['db-1'] });
  const token = await issuer.token({ sub: 'vera', roles: ['viewer'] });
  const shows = (flags: string) => (event: string, data: string) =>
    event === 'migrations' &&
    (JSON.parse(data) as { changed: Listed[] }).changed.some(
      (one) => one.programme === 'api-live' && one.flags.join() === flags,
    );
  const first = listen(house, token, shows('Paused'));
  await listen(house, token, shows(''));
  await local.ask('POST', `${pathOf(order, 'db-1')}/commands`, { body: { verb: 'pause' } });
  expect(await first).toMatch(/^retry: 3000\n\n(: alive\n\n)*event: summary\ndata: \{"summary":\{/);
});

test('a listener is let go when what he logged in with ends', async () => {
  const token = await issuer.token({ sub: 'vera', roles: ['viewer'], exp: Math.ceil(Date.now() / 1_000) + 1 });
  const text = await listen(house, token, () => false);
  expect(text).toContain(': alive');
});
