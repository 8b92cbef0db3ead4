import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '@temporalio/client';
import { board } from '../../client/api/board.ts';
import type { Reached } from '../../client/temporal.ts';
import type { Role } from '../../domain/attestation.ts';
import { type ApiTrial, apiTrial, type OpenApi } from '../support/api.ts';
import { type Issuer, oidcIssuer } from '../support/oidc-issuer.ts';
import { docsExample } from './plan-example.ts';

/** Nothing is behind the door: what is let in gets no answer. */
const nowhere = (): Reached => {
  const lost = () => Promise.reject(new ServiceError('14 UNAVAILABLE: secret-of-the-house'));
  // A promise of it is a promise of the handle, as with a real one.
  const handle = new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : lost) });
  const list = () => ({ [Symbol.asyncIterator]: () => ({ next: lost }) });
  const client = { workflow: { getHandle: () => handle, list } };
  return {
    client,
    connection: {},
    namespace: 'test',
    address: '',
    ask: (question: () => unknown) => question(),
  } as never;
};

let issuer: Issuer;
let local: ApiTrial;
let house: ApiTrial;

beforeAll(async () => {
  issuer = await oidcIssuer();
  const oidc = {
    issuer: issuer.url,
    audience: 'tranship',
    rolesClaim: 'realm.roles',
    groupsClaim: 'groups',
    subjectClaim: 'sub',
  };
  const folder = mkdtempSync(join(tmpdir(), 'tranship-door-'));
  const { yaml, csv } = await docsExample();
  const plan = { plan: join(folder, 'plan.yaml'), vms: join(folder, 'vms.csv') };
  writeFileSync(plan.plan, yaml.replaceAll('contoso-2030', 'dc-exit'));
  writeFileSync(plan.vms, csv);
  local = await apiTrial(nowhere(), { plan });
  house = await apiTrial(nowhere(), { oidc, plan });
});
afterAll(async () => {
  await Promise.all([local?.close(), house?.close(), issuer?.close()]);
});

const tokenOf = (roles: readonly string[], sub = 'ann'): Promise<string> => issuer.token({ sub, realm: { roles } });

const SEEN = { hop: 1, round: 0, fingerprint: '3f9a0c1d2b4e5f60', openedAt: 1, gate: 'cutover' };
const { gate: _gate, round: _round, ...GROUP_SEEN } = SEEN;
const DECIDES = { decision: 'approve' };

/** Each route, as it is asked rightly. */
const ROUTES: readonly (readonly [method: 'GET' | 'POST', path: string, need: Role, body?: unknown])[] = [
  ['GET', '/summary', 'viewer'],
  ['GET', '/migrations?batch=b1&limit=5', 'viewer'],
  ['GET', '/migrations/p/a/1', 'viewer'],
  ['GET', '/batches', 'viewer'],
  ['GET', '/batches/p/b', 'viewer'],
  ['GET', '/inbox', 'viewer'],
  ['GET', '/reports/b', 'viewer'],
  ['GET', '/programmes', 'viewer'],
  ['GET', '/programmes/dc-exit', 'viewer'],
  ['GET', '/programmes/dc-exit/capacity', 'viewer'],
  ['GET', '/programmes/dc-exit/forecast?estate=no', 'viewer'],
  ['GET', '/openapi.json', 'viewer'],
  ['POST', '/migrations/p/a/1/decisions', 'approver', { ...DECIDES, ...SEEN }],
  ['POST', '/batches/p/b/groups/g/decisions', 'approver', { ...DECIDES, ...GROUP_SEEN }],
  ['POST', '/decisions', 'approver', { ...DECIDES, items: [{ ...SEEN, target: 'vm/p/a/1' }] }],
  ['POST', '/migrations/p/a/1/commands', 'operator', { verb: 'pause' }],
  ['POST', '/batches/p/b/commands', 'operator', { verb: 'resume' }],
  ['POST', '/batches/p/b/edits', 'operator', { seen: 'e', edits: [{ kind: 'move', id: 'vm/p/a/1', group: 'g' }] }],
  ['POST', '/programmes/p/commands', 'operator', { verb: 'pause', why: 'storage' }],
  ['POST', '/programmes/p/wave/resume', 'approver', { fingerprint: '3f9a0c1d2b4e5f60', comment: 'it is over' }],
  ['POST', '/migrations/p/a/1/delegations', 'approver', { to: 'ben', until: '2030-01-01T08:00:00Z', gate: 'go' }],
  ['POST', '/batches/p/b/delegations', 'approver', { to: 'ben', until: '2030-01-01T08:00:00+01:00' }],
  ['POST', '/migrations/p/a/1/done', 'operator', { hook: 'silence', failed: true, comment: 'no rights' }],
];

const MAY: Readonly<Record<string, readonly string[]>> = {
  viewer: ['viewer', 'operator', 'approver', 'admin'],
  operator: ['operator', 'admin'],
  approver: ['approver', 'admin'],
};

const CASES = ROUTES.flatMap(([method, path, need, body]) =>
  [...(MAY.viewer ?? []), 'nothing'].map((role) => ({ role, method, path, need, body })),
);

test.each(CASES)('a $role asks for $method $path, which needs $need', async ({ role, method, path, need, body }) => {
  const { status } = await house.ask(method, path, { token: await tokenOf([role]), body });
  if (MAY[need]?.includes(role)) expect([200, 503]).toContain(status);
  else expect(status).toBe(403);
});

test.each([
  { kind: 'add', member: { id: 'vm/p/a/1', order: {} } },
  { kind: 'replan', id: 'vm/p/a/1', order: {} },
])('an edit that brings a whole order, gates and all, is for an admin: $kind', async (edit) => {
  const ask = async (role: string) =>
    house.ask('POST', '/batches/p/b/edits', { token: await tokenOf([role]), body: { seen: 'e', edits: [edit] } });
  const [operator, admin] = [await ask('operator'), await ask('admin')];
  expect([operator.status, admin.status]).toEqual([403, 503]);
  expect(operator.body.detail).toContain('needs the role admin');
});

test('a forecast is of the plan of this API, and of what is in it', async () => {
  const told = async (path: string) => {
    const { status, body } = await local.ask('GET', path);
    return [status, body.detail];
  };
  expect(await told('/programmes/other/forecast')).toEqual([404, 'The plan of this API is of dc-exit.']);
  expect(await told('/programmes/dc-exit/forecast?batch=none')).toEqual([404, 'The plan has no batch none.']);
  const planless = await apiTrial(nowhere());
  const { status, body } = await planless.ask('GET', '/programmes/dc-exit/forecast');
  await planless.close();
  expect([status, body.detail]).toEqual([404, expect.stringContaining('plan.yaml')]);
});

test('the document has every route, and this table has every one of the document', () => {
  const { paths } = house.app.swagger() as unknown as OpenApi;
  const documented = Object.entries(paths).flatMap(([path, one]) =>
    Object.keys(one).map((m) => `${m.toUpperCase()} ${path}`),
  );
  const patterns = documented
    .filter((one) => one !== 'GET /events')
    .map((one) => new RegExp(`^${one.replace(/\{[^}]+\}/g, '[^/]+')}$`));
  expect(
    patterns.filter((one) => !ROUTES.some(([method, path]) => one.test(`${method} ${path.split('?')[0]}`))),
  ).toEqual([]);
  expect(ROUTES).toHaveLength(patterns.length);
  expect(documented).toContain('GET /events');
});

test.each<[string, () => Promise<string> | string | null, RegExp]>([
  ['no token', () => null, /no bearer token/],
  ['an expired token', () => issuer.token({ sub: 'ann', exp: 1 }), /has expired/],
  ['a token without an end', () => issuer.token({ sub: 'ann', exp: undefined } as never), /its claim exp does not fit/],
  ['a token for another audience', () => issuer.token({ sub: 'ann', aud: 'other' }), /its claim aud does not fit/],
  [
    'a token of another issuer',
    () => issuer.token({ sub: 'ann', iss: 'https://other.example' }),
    /its claim iss does not fit/,
  ],
  ['a token signed with another key', () => issuer.forged({ sub: 'ann' }), /not signed by the issuer/],
  [
    'a token that needs no signature',
    () => issuer.unsigned({ sub: 'ann', realm: { roles: ['admin'] } }),
    /not signed by the issuer/,
  ],
  ['a token of nobody', () => issuer.token({ realm: { roles: ['admin'] } }), /has no sub/],
  ['the token of this machine', () => readFileSync(local.token ?? '', 'utf8').trim(), /not signed by the issuer/],
])('%s lets nobody in', async (_, make, words) => {
  const token = await make();
  const { status, body, headers } = await house.ask('GET', '/summary', { token });
  expect([status, body.detail]).toEqual([401, expect.stringMatching(words)]);
  expect(headers.get('www-authenticate')).toBe('Bearer');
});

test('the token of this machine is for its owner alone, and says who he is', async () => {
  expect(statSync(local.token ?? '').mode & 0o777).toBe(0o600);
  expect((await local.ask('GET', '/openapi.json')).status).toBe(200);
  expect((await local.ask('GET', '/openapi.json', { token: 'x'.repeat(43) })).status).toBe(401);
  const { status } = await local.ask('POST', '/batches/p/b/commands', { body: { verb: 'resume' } });
  expect(status).toBe(503);
  expect(userInfo().username).not.toBe('');
});

const asHost = (host: string): Promise<number> =>
  new Promise((done, fail) => {
    const token = readFileSync(local.token ?? '', 'utf8').trim();
    request(`${local.url}/openapi.json`, { headers: { host, authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    })
      .on('error', fail)
      .end();
  });

test('a page that lets its own name point to this machine is turned away', async () => {
  expect(await asHost('localhost:9000')).toBe(200);
  for (const host of ['evil.example', 'localhost.evil.example:7400', '127.0.0.1.nip.io'])
    expect(await asHost(host)).toBe(403);
});

test('who is refused is recorded with what and why, and no secret is in the record, the log or the answer', async () => {
  const token = await tokenOf(['viewer'], 'vera');
  const asked = await house.ask('POST', '/migrations/p/a/1/commands', {
    token,
    body: { verb: 'pause', comment: 'hush-hush' },
  });
  await house.ask('GET', '/summary?access_token=hush-hush', { token: 'not.a.token' });
  const down = await house.ask('GET', '/batches', { token });
  expect(asked.body).toMatchObject({
    status: 403,
    detail: 'vera may not do this: it needs the role operator, and has viewer.',
    fix: expect.any(String),
  });
  expect(down.body).toMatchObject({ status: 503, detail: 'Temporal gave no answer.' });
  await new Promise((done) => setImmediate(done));
  await house.ask('GET', '/openapi.json', { token });
  expect(house.refused()).toContainEqual({
    at: expect.any(String),
    who: 'vera',
    from: '127.0.0.1',
    what: 'POST /migrations/p/a/1/commands',
    status: 403,
    why: 'vera may not do this: it needs the role operator, and has viewer.',
    request: String(asked.body.instance).replace('urn:uuid:', ''),
  });
  expect(house.refused()).toContainEqual(expect.objectContaining({ who: 'nobody', what: 'GET /summary', status: 401 }));
  const kept = [JSON.stringify(house.refused()), ...house.log].join('');
  for (const secret of [token, 'hush-hush', 'not.a.token']) expect(kept).not.toContain(secret);
  expect(JSON.stringify(down.body)).not.toMatch(/secret-of-the-house|\.ts:|\n +at /);
});

test.each<[string, string, RequestInit, number]>([
  ['is too large', '/decisions', { method: 'POST', body: `"${'x'.repeat(2 ** 20)}"` }, 413],
  ['is no JSON', '/decisions', { method: 'POST', body: '{' }, 400],
  ['asks for no known path', '/nothing', {}, 404],
  ['has a field nobody knows', '/batches/p/b/commands', { method: 'POST', body: '{"verb":"resume","sudo":true}' }, 422],
  ['has a filter nobody knows', '/migrations?colour=red', {}, 422],
  ['has a key that is none', '/decisions', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'a b' } }, 422],
])('a request that %s is answered with what to do', async (_, path, init, status) => {
  const token = readFileSync(local.token ?? '', 'utf8').trim();
  const headers = {
    authorization: `Bearer ${token}`,
    ...(init.body ? { 'content-type': 'application/json' } : {}),
    ...init.headers,
  };
  const answer = await fetch(`${local.url}${path}`, { ...init, headers });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ status, detail: expect.any(String), fix: expect.stringMatching(/\.$/) });
});

test('who listens beside others costs no look, and is told at once what is known', async () => {
  let looks = 0;
  const list = () => {
    looks += 1;
    return { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true }) }) };
  };
  const shown = board({ client: { workflow: { list } } } as never, 3_600_000);
  const told = await new Promise<string>((tell) => shown.listen(({ event }) => tell(event)));
  const second: string[] = [];
  shown.listen(({ event }) => second.push(event));
  shown.close();
  expect([told, second, looks]).toEqual(['summary', ['summary'], 1]);
});

test('every answer keeps other sites out', async () => {
  for (const { headers } of [
    await local.ask('GET', '/openapi.json'),
    await local.ask('GET', '/summary', { token: null }),
  ]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

const CURLS = readFileSync('docs/api.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('curl ') && !line.endsWith('/events'));

test.each(CURLS)('the guide is right: %s', async (line) => {
  const [, path = ''] = /http:\/\/127\.0\.0\.1:7400(\/[^\s']*)/.exec(line) ?? [];
  const [, body] = / -d '([^']+)'/.exec(line) ?? [];
  const { status } = await local.ask(body ? 'POST' : 'GET', path, body ? { body: JSON.parse(body) } : {});
  expect([200, 503]).toContain(status);
});
