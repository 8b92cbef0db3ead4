import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { httpClient } from '../../activities/http/client.ts';
import { retryAfterMs } from '../../activities/http/failures.ts';
import { paced } from '../../activities/http/pace.ts';
import { requestId } from '../../activities/http/request-id.ts';
import { certificate } from '../support/certificate.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: { readonly server: Server; readonly remove: () => void }[] = [];
let answer: Answer = () => {};
let ca: string;
let base: string;
/** A server whose certificate names another host. */
let misnamed: { readonly base: string; readonly ca: string };

/** Serves at 127.0.0.1 under a certificate for this name; no name is ever looked up. */
const serve = async (name?: Parameters<typeof certificate>[0]): Promise<{ base: string; ca: string }> => {
  const { key, cert, ca: file, remove } = await certificate(name);
  const server = createServer({ key, cert }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ server, remove });
  return { base: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca: file };
};

beforeAll(async () => {
  ({ base, ca } = await serve());
  misnamed = await serve({ type: 'dns', value: 'prism.example.org' });
});

afterAll(async () => {
  for (const { server, remove } of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    remove();
  }
});

const get = (path = '/x') => httpClient({ base, ca })({ method: 'GET', path });
const failing = async (promise: Promise<unknown>) =>
  promise.then(
    () => ({ type: 'none' }),
    (error: { type: string; message: string; nextRetryDelay?: number; details?: unknown }) => error,
  );
const status =
  (code: number, headers: Record<string, string> = {}, text = '{}'): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end(text);
  };

test('a server of the named authority is trusted, and JSON is read', async () => {
  answer = status(200, { ETag: '"7"' }, '{"data":1}');
  expect(await get()).toMatchObject({ status: 200, body: { data: 1 }, headers: { etag: '"7"' } });
});

test('a server nobody vouches for is a matter of configuration', async () => {
  const error = await failing(httpClient({ base })({ method: 'GET', path: '/x' }));
  expect(error.type).toBe('Configuration');
});

test('a server of another name is a matter of configuration', async () => {
  expect((await failing(httpClient(misnamed)({ method: 'GET', path: '/x' }))).type).toBe('Configuration');
});

test('a CA file that is not there is a matter of configuration', async () => {
  const client = httpClient({ base, ca: '/nowhere/none.pem' });
  expect((await failing(client({ method: 'GET', path: '/x' }))).type).toBe('Configuration');
});

test('nobody listening is unreachable', async () => {
  const client = httpClient({ base: 'https://127.0.0.1:9', ca });
  expect((await failing(client({ method: 'GET', path: '/x' }))).type).toBe('Unreachable');
});

test('an answer that takes too long is unreachable', async () => {
  answer = () => {};
  const client = httpClient({ base, ca });
  expect((await failing(client({ method: 'GET', path: '/x', timeoutMs: 30 }))).type).toBe('Unreachable');
});

test.each([
  [429, { 'retry-after': '7' }, 'Throttled', 7_000],
  [503, {}, 'Throttled', 15_000],
  [500, {}, 'Unreachable', undefined],
  [502, {}, 'Unreachable', undefined],
  [504, {}, 'Unreachable', undefined],
  [408, {}, 'Unreachable', undefined],
])('%i is answered %j by %s', async (code, headers, type, delay) => {
  answer = status(code, headers as Record<string, string>);
  const error = await failing(get());
  expect(error).toMatchObject({ type, ...(delay === undefined ? {} : { nextRetryDelay: delay }) });
});

test.each([400, 401, 403, 404, 409, 412, 428])('%i is the product’s to explain', async (code) => {
  answer = status(code, {}, '{"why":"no"}');
  expect(await get()).toMatchObject({ status: code, body: { why: 'no' } });
});

test('success that is not JSON says nothing', async () => {
  answer = status(200, {}, '<html>proxy</html>');
  expect((await failing(get())).type).toBe('Unreachable');
});

test('a failure names the path but neither query, header nor body', async () => {
  answer = status(500);
  const client = httpClient({ base, ca });
  const error = await failing(
    client({
      method: 'POST',
      path: '/x?password=p1',
      headers: { authorization: 'Basic p2' },
      form: { password: 'p3' },
    }),
  );
  expect(JSON.stringify(error) + String((error as { message?: string }).message)).not.toMatch(/p1|p2|p3/);
});

test('a form is sent as a form and JSON as JSON', async () => {
  const heard: string[] = [];
  answer = (request, response, body) => {
    heard.push(`${request.headers['content-type']} ${body}`);
    response.end('{}');
  };
  const client = httpClient({ base, ca });
  await client({ method: 'POST', path: '/x', form: { grant_type: 'password', username: 'a b' } });
  await client({ method: 'POST', path: '/x', json: { a: [1] } });
  expect(heard).toEqual([
    'application/x-www-form-urlencoded grant_type=password&username=a+b',
    'application/json {"a":[1]}',
  ]);
});

test('a base with a path keeps it', async () => {
  let path = '';
  answer = (request, response) => {
    path = request.url ?? '';
    response.end('{}');
  };
  await httpClient({ base: `${base}/pre/`, ca })({ method: 'GET', path: '/x?a=1' });
  expect(path).toBe('/pre/x?a=1');
});

test('a date to come back at is read on the product’s own clock', () => {
  const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
  expect(retryAfterMs(headers)).toBe(20_000);
  expect(retryAfterMs({})).toBeNull();
});

test('no more calls run at once than allowed', async () => {
  const turn = paced({ atOnce: 2, perSecond: Number.POSITIVE_INFINITY });
  let running = 0;
  let most = 0;
  const call = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    await Promise.resolve();
    running -= 1;
  };
  await Promise.all(Array.from({ length: 9 }, () => turn(call)));
  expect(most).toBe(2);
});

test('after a quiet second as many start at once as else in a second, and no more', async () => {
  const turn = paced({ atOnce: 100, perSecond: 2 });
  let started = 0;
  const calls = Array.from({ length: 4 }, () =>
    turn(async () => {
      started += 1;
    }),
  );
  await Promise.all(calls.slice(0, 3));
  expect(started).toBe(3);
  await calls[3];
  expect(started).toBe(4);
});

test('a call that fails gives its place back', async () => {
  const turn = paced({ atOnce: 1, perSecond: 10_000 });
  await expect(turn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turn(async () => 'yes')).toBe('yes');
});

test('the same name makes the same request id, another name another', () => {
  expect(requestId('a', 'b')).toBe(requestId('a', 'b'));
  expect(requestId('a', 'b')).not.toBe(requestId('ab'));
});
