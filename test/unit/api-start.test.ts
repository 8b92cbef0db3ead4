import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiOptions } from '../../client/api/start.ts';
import { type ApiTrial, apiTrial } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { type Issuer, oidcIssuer } from '../support/oidc-issuer.ts';

let issuer: Issuer;
let first: ApiTrial;

beforeAll(async () => {
  issuer = await oidcIssuer();
  first = await apiTrial({} as never);
});
afterAll(async () => {
  await Promise.all([first?.close(), issuer?.close()]);
});

const loginAt = (url: string): Pick<ApiOptions, 'oidc'> => ({
  oidc: { issuer: url, audience: 'a', rolesClaim: 'r', groupsClaim: 'g', subjectClaim: 'sub' },
});

const fileWith = (text: string, mode: number): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'tranship-key-')), 'key.json');
  writeFileSync(path, text, { mode });
  return `file:${path}`;
};

test.each<[string, () => Partial<ApiOptions>, RegExp]>([
  [
    'for all the world without a log-in',
    () => ({ host: '0.0.0.0' }),
    /no --issuer and --audience, no --tls-cert and --tls-key\n {4}Add .*127\.0\.0\.1/,
  ],
  ['for all the world without TLS', () => ({ host: '::', ...loginAt(issuer.url) }), /no --tls-cert and --tls-key\n/],
  ['with an issuer that does not answer', () => loginAt('http://127.0.0.1:1'), /--issuer .* cannot be read/],
  [
    'with an issuer that calls itself otherwise',
    () => loginAt(`${issuer.url}/`),
    /calls itself .*\n {4}Write it exactly/,
  ],
  ['with an issuer over an open line', () => loginAt('http://login.example'), /is no https address/],
  [
    'with a key that others may read',
    () => ({ signWith: fileWith('{}', 0o644) }),
    /others than its owner.*\n {4}.*chmod 600/,
  ],
  [
    'with a key that is none',
    () => ({ signWith: fileWith('{"d":"hush-hush"}', 0o600) }),
    /no private key with kid and alg/,
  ],
  ['with a key that is no JSON', () => ({ signWith: fileWith('hush-hush', 0o600) }), /is no JSON Web Key/],
  ['on a port that is taken', () => ({ port: Number(new URL(first.url).port) }), /--port {2}\d+ is taken/],
])('the API does not start %s, and says what to do', async (_, change, words) => {
  const started = apiTrial({} as never, change());
  await expect(started).rejects.toThrow(words);
  await expect(started).rejects.not.toThrow(/hush-hush/);
});

test('a new key is for its owner alone, and its private half is on no screen', async () => {
  const out = mkdtempSync(join(tmpdir(), 'tranship-keys-'));
  const made = await cli(['api', 'keys', 'new', '--out', out, '--json']);
  const { signWith, publicKeys, kid } = JSON.parse(made.out) as Record<'signWith' | 'publicKeys' | 'kid', string>;
  const { d } = JSON.parse(readFileSync(signWith, 'utf8')) as { d: string };
  expect(statSync(signWith).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(publicKeys, 'utf8'))).toMatchObject({ keys: [{ kid, alg: 'EdDSA' }] });
  expect([made.code, d.length]).toEqual([0, 43]);
  for (const told of [made.out, made.err, readFileSync(publicKeys, 'utf8')]) expect(told).not.toContain(d);
});

test.each([
  [['--issuer', 'https://login.example'], /--issuer {2}--issuer and --audience go together/],
  [['--tls-key', 'file:/k'], /--tls-key {2}--tls-cert and --tls-key go together/],
])('half a log-in or half a certificate is wrong usage', async (argv, words) => {
  const { code, err } = await cli(['api', ...argv]);
  expect([code, err]).toEqual([2, expect.stringMatching(words)]);
});
