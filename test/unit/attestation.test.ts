import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url, CompactSign, generateKeyPair } from 'jose';
import { newKeys, readSigner, type Signer } from '../../client/api/signing-key.ts';
import { type Claims, expectedOfGroup, expectedOfVm } from '../../domain/attestation.ts';
import { attest } from '../../workers/attestation.ts';
import { ATTESTATION_TYPE } from '../../workers/attestation-keys.ts';

const NOW = Date.UTC(2030, 0, 1);
const GATE = { name: 'cutover', hop: 1, round: 0, fingerprint: '3f9a0c1d2b4e5f60', openedAt: NOW - 60_000 };
const expected = expectedOfVm('vm/p1/a/1', GATE);

const claims = (change: Partial<Claims> = {}): Claims => ({
  subject: 'ann@example.org',
  groups: ['migration-leads'],
  role: 'approver',
  ...expected,
  expiresAt: NOW + 300_000,
  id: 'one',
  ...change,
});

const folder = mkdtempSync(join(tmpdir(), 'tranship-keys-'));
let ours: Signer;
let verify: ReturnType<typeof attest>;

beforeAll(async () => {
  const made = await newKeys(folder);
  ours = await readSigner(`file:${made.signWith}`);
  verify = attest(`file:${made.publicKeys}`, () => NOW);
});

const why = async (attestation: string, wanted = expected): Promise<string> => {
  const answer = await verify({ attestation, expected: wanted });
  return answer.ok ? 'ok' : answer.why;
};

test('what our API signed for the open gate holds, and says who it was', async () => {
  const attestation = await ours.sign(claims());
  expect(await verify({ attestation, expected })).toEqual({
    ok: true,
    subject: 'ann@example.org',
    groups: ['migration-leads'],
    id: 'one',
  });
});

test('a signature holds until its last millisecond and not after', async () => {
  expect(await why(await ours.sign(claims({ expiresAt: NOW + 1 })))).toBe('ok');
  expect(await why(await ours.sign(claims({ expiresAt: NOW })))).toBe(
    'The attestation of ann@example.org expired at 2030-01-01T00:00:00.000Z. Decide again.',
  );
});

test.each<[string, Partial<Claims>, RegExp]>([
  ['another VM', { target: 'vm/p1/a/2' }, /another migration or batch: target vm\/p1\/a\/2, here it is vm\/p1\/a\/1/],
  ['another gate', { gate: 'go' }, /another gate/],
  ['another group', { group: 'db' }, /another group: group db, here it is none/],
  ['another hop', { hop: 2 }, /another hop: hop 2, here it is 1/],
  ['another round', { round: 1 }, /another round/],
  ['other evidence', { fingerprint: '0000000000000000' }, /other evidence/],
  ['an earlier opening', { openedAt: NOW - 90_000 }, /an earlier opening of the gate/],
  ['a rejection', { decision: 'reject' }, /another decision/],
  ['a role that does not decide', { role: 'operator' }, /signed as operator; deciding needs the role approver/],
])('a signature for %s is refused in words', async (_, change, words) => {
  expect(await why(await ours.sign(claims(change)))).toMatch(words);
});

test('the approval of a group is signed for that group and opens no VM', async () => {
  const group = expectedOfGroup('batch/p1/b1', { ...GATE, group: 'db' });
  const attestation = await ours.sign(claims(group));
  expect(await why(attestation, group)).toBe('ok');
  expect(await why(attestation, expectedOfGroup('batch/p1/b1', { ...GATE, group: 'web' }))).toMatch(/another group/);
  expect(await why(attestation)).toMatch(/another migration or batch/);
});

test('a key that is not in the key set is named, and opens nothing', async () => {
  const elsewhere = await newKeys(mkdtempSync(join(tmpdir(), 'tranship-keys-')));
  const foreign = await readSigner(`file:${elsewhere.signWith}`);
  expect(await why(await foreign.sign(claims()))).toBe(
    `The key ${foreign.kid} is unknown to the orchestrator. Put the API's public key into its jwks.json.`,
  );
});

const forge = async (header: Record<string, unknown>, alg = 'EdDSA'): Promise<string> => {
  const { privateKey } = await generateKeyPair(alg);
  const text = new TextEncoder().encode(JSON.stringify(claims()));
  return new CompactSign(text).setProtectedHeader({ alg, typ: ATTESTATION_TYPE, ...header }).sign(privateKey);
};

test('a foreign key under the id of ours is found out', async () => {
  expect(await why(await forge({ kid: ours.kid }))).toMatch(/does not fit what it signs/);
});

test('a payload that was changed after it was signed is found out', async () => {
  const [header, , signature] = (await ours.sign(claims({ subject: 'eve' }))).split('.');
  const payload = base64url.encode(JSON.stringify(claims()));
  expect(await why(`${header}.${payload}.${signature}`)).toMatch(/does not fit what it signs/);
});

test.each<[string, () => Promise<string> | string, RegExp]>([
  ['without a key id', () => forge({}), /does not name its key/],
  ['of another kind', () => forge({ kid: ours.kid, typ: 'JWT' }), /something else than a decision/],
  ['with an algorithm of the sender’s choice', () => forge({ kid: ours.kid }, 'ES384'), /signed with ES384/],
  ['that says it needs no signature', () => `${unsigned('none')}.`, /signed with none/],
  ['that asks for a shared secret', () => `${unsigned('HS256')}.c2lnbmVk`, /signed with HS256/],
  ['that is no JWS', () => 'let me in', /no signature of an API/],
  ['that is nothing', () => '', /no signature of an API/],
  ['that is no text', () => ({}) as string, /no signature of an API/],
])('an attestation %s is refused in words', async (_, make, words) => {
  expect(await why(await make())).toMatch(words);
});

const unsigned = (alg: string): string =>
  [{ alg, typ: ATTESTATION_TYPE, kid: ours.kid }, claims()]
    .map((part) => base64url.encode(JSON.stringify(part)))
    .join('.');

test('what was signed by our key but is no decision is refused', async () => {
  expect(await why(await ours.sign({ subject: 'ann' } as Claims))).toMatch(/not a whole decision/);
});

test('without keys, or with a file that holds none, nothing holds and the fix is said', async () => {
  const attestation = await ours.sign(claims());
  const empty = join(folder, 'empty.json');
  writeFileSync(empty, '{"not": "keys"}');
  expect(await attest(undefined)({ attestation, expected })).toMatchObject({
    ok: false,
    why: expect.stringContaining('TRANSHIP_ATTESTATION_KEYS=file:'),
  });
  for (const ref of [`file:${empty}`, 'file:/nowhere/jwks.json'])
    expect(await attest(ref)({ attestation, expected })).toMatchObject({ why: expect.stringContaining(ref) });
});

test('a second key counts beside the first, without a restart', async () => {
  const made = await newKeys(folder);
  const second = await readSigner(`file:${made.signWith}`);
  expect(second.kid).not.toBe(ours.kid);
  expect(await why(await second.sign(claims()))).toBe('ok');
  expect(await why(await ours.sign(claims()))).toBe('ok');
});
