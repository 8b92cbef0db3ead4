import { createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestOrder } from '../../activities/contracts/hooks.ts';
import { httpHooks } from '../../activities/hooks/index.ts';
import { CONTRACT } from '../../domain/address.ts';
import type { HookInstance } from '../../domain/estate.ts';
import { certificate } from '../support/certificate.ts';
import { type HookServer, hookServer } from '../support/hook-server.ts';
import { toldOf } from '../support/mishap-of.ts';

let server: HookServer;
beforeAll(async () => {
  server = await hookServer();
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

const SECRETS: Readonly<Record<string, string>> = {
  'env:LB_TOKEN': 'Bearer s3cret-token',
  'env:LB_KEY': 'signing-key',
};

const driver = (instance: Partial<HookInstance> = {}, patienceMs = 20_000) =>
  httpHooks({
    instance: { endpoint: server.url, ...instance },
    resolveSecret: async (ref) => {
      const value = SECRETS[ref];
      if (value === undefined) throw new Error(`no ${ref}`);
      return value;
    },
    now: () => 1_700_000_000_500,
    patienceMs,
  });

const order: RequestOrder = {
  to: { product: 'hooks', instance: 'lb', contract: CONTRACT },
  token: 'tranship:src-1/1/hook-drain/0',
  vm: { name: 'web-03' },
  method: 'POST',
  path: '/pools/web-03/drain?wait=1',
  body: { state: 'drained', vm: 'web-03' },
  expect: [200, 204],
};

test('sends one request with body, token and headers below the path of the endpoint', async () => {
  expect(await driver({ headers: { 'X-Team': 'night' } }).request(order)).toEqual({ status: 204 });
  const [request] = server.requests;
  expect(request).toMatchObject({
    method: 'POST',
    url: '/api/pools/web-03/drain?wait=1',
    body: '{"state":"drained","vm":"web-03"}',
    headers: { 'idempotency-key': order.token, 'content-type': 'application/json', 'x-team': 'night' },
  });
  expect(server.requests).toHaveLength(1);
});

test('an answer without an end is read as far as it may be quoted', async () => {
  server.answer = () => 'endless';
  expect(await driver().request(order)).toEqual({ status: 200 });
});

test('a secret header is resolved here and nowhere else', async () => {
  await driver({ secretHeaders: { Authorization: 'env:LB_TOKEN' } }).request(order);
  expect(server.requests[0]?.headers.authorization).toBe('Bearer s3cret-token');
});

test('a request is signed over time, method, path, key and body', async () => {
  await driver({ signature: { header: 'X-Signature', key: 'env:LB_KEY' } }).request(order);
  const [request] = server.requests;
  const over = ['1700000000', 'POST', request?.url, order.token, request?.body].join('\n');
  const mac = createHmac('sha256', 'signing-key').update(over).digest('hex');
  expect(request?.headers['x-signature']).toBe(`t=1700000000,v1=${mac}`);
});

test('an answer that was lost after the effect is asked for again with the same key, and done once', async () => {
  server.answer = (_request, nth) => (nth === 1 ? 'cut' : 204);
  const hooks = driver();
  await expect(hooks.request(order)).rejects.toMatchObject({ type: 'Unreachable' });
  await hooks.request(order);
  expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([order.token, order.token]);
  expect(server.effects).toHaveLength(1);
});

test.each([
  [500, 'Unreachable'],
  [502, 'Unreachable'],
  [408, 'Unreachable'],
  [503, 'Throttled'],
  [429, 'Throttled'],
] as const)('a %d is asked again', async (status, type) => {
  server.answer = () => status;
  await expect(driver().request(order)).rejects.toMatchObject({ type });
});

test('an endpoint that never answers is given up on, and asked again', async () => {
  server.answer = () => 'hang';
  await expect(driver({}, 200).request(order)).rejects.toMatchObject({
    type: 'Unreachable',
    message: expect.stringContaining('Timeout'),
  });
});

test.each([
  [400, 'Refused', 'nothing'],
  [404, 'Refused', 'nothing'],
  [409, 'Refused', 'nothing'],
  [401, 'Configuration', 'nothing'],
  [403, 'Configuration', 'nothing'],
  [302, 'Vendor', 'unknown: the endpoint took the request'],
] as const)('a %d that is not expected is for a person: %s', async (status, cls, changed) => {
  server.answer = () => status;
  expect(await toldOf(driver().request(order))).toMatchObject({ class: cls, changed, at: 'hooks@lb' });
});

test('what the endpoint says is quoted without our secrets', async () => {
  server.answer = () => 400;
  server.text = 'bad header\n Bearer s3cret-token';
  const { message } = await toldOf(driver({ secretHeaders: { Authorization: 'env:LB_TOKEN' } }).request(order));
  expect(message).toMatch(/was answered 400, not 200 or 204: bad header •••$/);
});

test('a secret that cannot be read stops the request before it is sent', async () => {
  const trouble = await toldOf(driver({ secretHeaders: { Authorization: 'env:NOT_THERE' } }).request(order));
  expect(trouble.class).toBe('Configuration');
  expect(server.requests).toEqual([]);
});

test('an answer that is not JSON is an answer', async () => {
  server.answer = () => 200;
  server.text = 'OK, thanks';
  expect(await driver().request(order)).toEqual({ status: 200 });
});

test('a CA that is not there is named, and nothing is sent', async () => {
  const trouble = await toldOf(driver({ ca: '/nowhere/ca.pem' }).request(order));
  expect(trouble).toMatchObject({ class: 'Configuration', message: expect.stringContaining('/nowhere/ca.pem') });
});

/** An https server under an authority of its own, whose PEM file it tells. */
const privateServer = async (): Promise<{ endpoint: string; ca: string; stop: () => void }> => {
  const { key, cert, ca, remove } = await certificate();
  const secure = createServer({ key, cert }, (_request, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `https://127.0.0.1:${(secure.address() as AddressInfo).port}`,
    ca,
    stop: () => {
      secure.closeAllConnections();
      secure.close();
      remove();
    },
  };
};

test('a certificate of a private authority is trusted where its CA is named, and nowhere else', async () => {
  const { endpoint, ca, stop } = await privateServer();
  try {
    expect(await driver({ endpoint, ca }).request(order)).toEqual({ status: 204 });
    const trouble = await toldOf(driver({ endpoint }).request(order));
    expect(trouble).toMatchObject({ class: 'Configuration', message: expect.stringContaining('is not trusted') });
  } finally {
    stop();
  }
});
