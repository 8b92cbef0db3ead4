import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeys, readSigner, type Signer } from '../../client/api/signing-key.ts';
import { viewBatch } from '../../client/batches.ts';
import { type Claims, type Expected, expectedOfGroup, expectedOfVm } from '../../domain/attestation.ts';
import type { OpenGate } from '../../domain/gate.ts';
import { view } from '../../workflows/messages.ts';
import { batchRun, groupGate } from '../support/batch-run.ts';
import { gatesWith } from '../support/gate-rules.ts';
import { answerTo, openGate, refusal, seen, tell } from '../support/scripted-run.ts';

let ours: Signer;
let others: Signer;
const KEYS = 'TRANSHIP_ATTESTATION_KEYS';
const before = process.env[KEYS];
beforeAll(async () => {
  const [made, foreign] = await Promise.all(
    ['ours', 'others'].map((name) => newKeys(mkdtempSync(join(tmpdir(), `tranship-${name}-`)))),
  );
  if (!made || !foreign) throw new Error('no keys');
  ours = await readSigner(`file:${made.signWith}`);
  others = await readSigner(`file:${foreign.signWith}`);
  process.env[KEYS] = `file:${made.publicKeys}`;
});
afterAll(() => {
  if (before === undefined) delete process.env[KEYS];
  else process.env[KEYS] = before;
});

const batches = batchRun();
const { run } = batches;
/** Nobody is taken at their word; the leads decide, two of them. */
const STRICT = {
  trustNamespace: false,
  ...gatesWith({ cutover: { approvers: ['leads', 'carl'], quorum: 2 }, go: { approvers: ['ops'] } }),
};

const sign = (expected: Expected, subject: string, change: Partial<Claims> = {}, signer = ours): Promise<string> =>
  signer.sign({
    ...{ ...expected, subject, groups: ['leads'], role: 'approver', id: randomUUID() },
    ...{ expiresAt: Date.now() + 60_000, ...change },
  });

const target = 'vm/attested';
const by = (gate: OpenGate, name: string, attestation: string) => ({
  ...answerTo(gate, 'approve'),
  by: name,
  attestation,
});

test('only signed decisions of entitled people, each used once, open a gate that cannot be undone', async () => {
  const handle = await run.start('attested', STRICT);
  const gate = await openGate(handle, 'cutover');
  const expected = expectedOfVm(target, gate);
  const signed = await sign(expected, 'anna');

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['forged', `${signed.slice(0, -8)}AAAAAAAA`, /./],
    ['foreign', await sign(expected, 'anna', {}, others), /./],
    ['expired', await sign(expected, 'anna', { expiresAt: Date.now() - 1 }), /expired/],
    ['of another opening', await sign({ ...expected, openedAt: 1 }, 'anna'), /./],
    ['of another VM', await sign({ ...expected, target: 'vm/other' }, 'anna'), /another migration/],
    ['of one who may not', await sign(expected, 'eve', { groups: [] }), /eve may not open cutover/],
    ['no signature', 'signed, honestly', /./],
  ];
  for (const [name, attestation, why] of refusals) {
    const told = await refusal(tell(handle, by(gate, 'anna', attestation)));
    expect([name, told]).toEqual([name, expect.stringMatching(why)]);
    expect([name, told]).not.toEqual([name, 'taken']);
  }
  await handle.signal('decide', answerTo(gate, 'approve'));
  await handle.signal('decide', by(gate, 'anna', `${signed}A`));
  const held = await seen(handle, 'all refusals on record', ({ refused }) => refused.length === refusals.length + 2);
  expect(held.decisions).toEqual([]);
  expect(held.gate).toMatchObject({ openedAt: gate.openedAt, votes: [] });

  await handle.signal('decide', by(gate, 'somebody', signed));
  const { gate: one } = await seen(handle, 'one vote', (now) => now.gate?.votes?.length === 1);
  expect(one?.votes).toMatchObject([{ by: 'anna', right: 'leads', identity: 'attested' }]);
  expect(await refusal(tell(handle, by(gate, 'ben', signed)))).toContain('used already');
  await tell(handle, by(gate, 'ben', await sign(expected, 'ben')));
  const { decisions } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions.map((each) => [each.by, each.identity])).toEqual([
    ['anna', 'attested'],
    ['ben', 'attested'],
  ]);
  // What can be undone needs no signature.
  await tell(handle, answerTo(await openGate(handle, 'go'), 'approve'));
  await seen(handle, 'hop 2', ({ hop }) => hop === 2);
});

test('a bare signal may always hold back, with whatever it brings', async () => {
  const handle = await run.start('held-back', STRICT);
  const gate = await openGate(handle, 'cutover');
  await handle.signal('decide', { ...answerTo(gate, 'reject'), by: 'eve' });
  const again = await seen(handle, 'the gate again', (now) => now.gate !== null && now.gate.openedAt !== gate.openedAt);
  await handle.signal('decide', { ...answerTo(again.gate as OpenGate, 'reject'), by: 'eve', attestation: 'nonsense' });
  const twice = await seen(handle, 'twice', ({ decisions }) => decisions.length === 2);
  expect(twice.decisions.map(({ by: who, identity }) => [who, identity])).toEqual([
    ['eve', 'identity unverified'],
    ['eve', 'identity unverified'],
  ]);
});

test('a group is let through by signatures alone, and its VMs hear of it from their batch alone', async () => {
  const order = batches.order('signed-group', { db: ['db-1', 'db-2'] }, STRICT);
  const handle = await batches.start(order);
  const gate = await groupGate(handle, 'db');
  const member = batches.member(order, 'db-1');
  const own = await openGate(member, 'cutover');

  await member.signal('decide', { ...answerTo(own, 'approve'), group: 'db', right: 'leads', openedAt: own.openedAt });
  const { refused } = await seen(member, 'the refusal', (now) => now.refused.length === 1);
  expect(refused[0]?.why).toContain('does not say that it was decided on there');

  const expected = expectedOfGroup(handle.workflowId, gate);
  const words = { group: 'db', hop: 1, fingerprint: gate.fingerprint, decision: 'approve' as const };
  await handle.signal('decideGroup', { ...words, by: 'anna' });
  expect(
    await refusal(handle.executeUpdate('decideGroup', { args: [{ ...words, by: 'anna', attestation: 'no' }] })),
  ).not.toBe('taken');
  const signed = await sign(expected, 'anna');
  await handle.executeUpdate('decideGroup', { args: [{ ...words, by: 'anna', attestation: signed }] });
  expect(
    await refusal(handle.executeUpdate('decideGroup', { args: [{ ...words, by: 'ben', attestation: signed }] })),
  ).toContain('used already');
  await handle.signal('decideGroup', {
    ...words,
    by: 'carl',
    attestation: await sign(expected, 'carl', { groups: [] }),
  });
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'go');
  expect((await member.query(view)).decisions).toMatchObject([{ by: 'carl', identity: 'attested', group: 'db' }]);
  const { refused: atBatch, decisions } = await viewBatch(handle);
  expect(atBatch.map(({ what }) => what)).toEqual(
    Array(3).fill('decision on db by anna').fill('decision on db by ben', 2),
  );
  expect(decisions.map((each) => [each.by, each.identity, each.tally?.have])).toEqual([
    ['anna', 'attested', 1],
    ['carl', 'attested', 2],
  ]);
});
