import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { openArm } from '../../activities/arm/index.ts';
import { failing } from './azure-fake.ts';

const KEYS = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR = 365 * 24 * 3_600_000;

/** A CA of its own and a certificate for 127.0.0.1 under it. */
const certificates = async () => {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const make = async () =>
    webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
  const [caKeys, keys] = [await make(), await make()];
  const notBefore = new Date(Date.now() - 3_600_000);
  const notAfter = new Date(Date.now() + YEAR);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test CA',
    notBefore,
    notAfter,
    keys: caKeys,
    signingAlgorithm: KEYS,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    subject: 'CN=127.0.0.1',
    issuer: ca.subject,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: KEYS,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    ca: ca.toString('pem'),
    cert: leaf.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  };
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

let server: Server;
let folder: string;
let ca: string;
let origin: string;
let status: number;
/** Part of an address that is heard and not answered. */
let hushed: string | null;
let seen: { method: string; path: string; authorization: string | undefined }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'azure-client-'));
  const made = await certificates();
  ca = join(folder, 'ca.pem');
  await writeFile(ca, made.ca);
  server = createServer(made, async (request, response) => {
    const url = request.url ?? '';
    if (hushed && url.includes(hushed)) return;
    const say = (code: number, body: unknown) => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url.includes('openid-configuration')) {
      const tenant = `${origin}/tenant`;
      return say(200, {
        issuer: `${tenant}/v2.0`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        jwks_uri: `${tenant}/keys`,
      });
    }
    if (url.includes('/token')) {
      const good = (await textOf(request)).includes('client_secret=s3cret');
      return good
        ? say(200, { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: 'a-token' })
        : say(401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' });
    }
    seen.push({ method: request.method ?? '', path: url, authorization: request.headers.authorization });
    return say(status, { id: '/x' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  seen = [];
  status = 200;
  hushed = null;
});

const opened = (over: { ca?: string; secret?: string; timeoutMs?: number } = {}) =>
  openArm(
    {
      endpoint: origin,
      ...(over.ca === undefined ? {} : { ca: over.ca }),
      login: { authority: origin, tenant: 'tenant', clientId: 'app', clientSecret: 'env:SECRET' },
      subscription: 'sub',
    },
    { secret: async () => over.secret ?? 's3cret', timeoutMs: over.timeoutMs ?? 10_000 },
  );

test('a CA file in the plan is enough for the log-in and for ARM', async () => {
  expect(await opened({ ca }).get('/subscriptions/sub', '2021-04-01')).toMatchObject({ body: { id: '/x' } });
  expect(seen).toEqual([
    { method: 'GET', path: '/subscriptions/sub?api-version=2021-04-01', authorization: 'Bearer a-token' },
  ]);
});

test('a certificate nobody vouches for is refused', async () => {
  const { type, told } = await failing(opened().get('/subscriptions/sub', '1'));
  expect(type).toBe('Configuration');
  expect(told.fix).toContain('`ca`');
  expect(seen).toEqual([]);
});

test('a wrong secret is told as such', async () => {
  const { type, message } = await failing(opened({ ca, secret: 'wrong' }).get('/subscriptions/sub', '1'));
  expect(type).toBe('Configuration');
  expect(message).toContain('AADSTS7000215');
  expect(message).not.toContain('wrong');
});

test('a POST that is answered 503 is sent once', async () => {
  status = 503;
  expect(await failing(opened({ ca }).post('/item/plannedFailover', '1', {}))).toMatchObject({ type: 'Unreachable' });
  expect(seen).toHaveLength(1);
});

test('an address where nobody listens is asked again later', async () => {
  const arm = openArm(
    {
      endpoint: 'https://127.0.0.1:1',
      ca,
      login: { authority: 'https://127.0.0.1:1', tenant: 't', clientId: 'c', clientSecret: 'env:S' },
      subscription: 's',
    },
    { secret: async () => 'x' },
  );
  expect(await failing(arm.get('/subscriptions/s', '1'))).toMatchObject({ type: 'Unreachable' });
});

test.each(['/subscriptions/sub', '/token'])('where %s is never answered, patience ends', async (silent) => {
  hushed = silent;
  const asked = opened({ ca, timeoutMs: 150 }).get('/subscriptions/sub', '1');
  expect(await failing(asked)).toMatchObject({ type: 'Unreachable', message: expect.stringContaining('no answer') });
});

test('a CA file that is not there is told before anything is sent', async () => {
  expect(await failing(opened({ ca: join(folder, 'none.pem') }).get('/x', '1'))).toMatchObject({
    type: 'Configuration',
  });
});
