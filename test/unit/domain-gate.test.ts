import fc from 'fast-check';
import { type Decision, fingerprintOf, isIrreversible, type OpenGate, refuseDecision } from '../../domain/gate.ts';
import { GATES } from '../../domain/gate-policy.ts';

const WORDING = ['does', 'attest'];
const key = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !WORDING.includes(text) && text !== '__proto__');
const evidence = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 6 });

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
};

test('the same evidence has the same fingerprint, whatever the order it is written in', () => {
  fc.assert(
    fc.property(evidence, (shown) => {
      expect(fingerprintOf(reversed(shown) as typeof shown)).toBe(fingerprintOf(shown));
      expect(fingerprintOf(shown)).toMatch(/^[0-9a-f]{16}$/);
    }),
  );
});

test('evidence that was found otherwise has another fingerprint', () => {
  fc.assert(
    fc.property(evidence, fc.nat(), (shown, pick) => {
      const names = Object.keys(shown);
      const name = names[pick % names.length] ?? '';
      expect(fingerprintOf({ ...shown, [name]: { was: shown[name] } })).not.toBe(fingerprintOf(shown));
    }),
  );
});

test('what a release words otherwise keeps its fingerprint, so that a decision signalled before still fits', () => {
  const found = { vm: 'web-03', facts: 'abc' };
  expect(fingerprintOf({ ...found, does: 'stops the VM', attest: ['backed up?'] })).toBe(
    fingerprintOf({ ...found, does: 'shuts the VM down', attest: ['backed up?', 'owner told?'] }),
  );
});

const open = fc.record({
  name: fc.constantFrom(...GATES),
  hop: fc.integer({ min: 1, max: 2 }),
  round: fc.integer({ min: 0, max: 2 }),
  fingerprint: fc.constantFrom('aaaa', 'bbbb'),
  evidence: fc.constant({}),
  openedAt: fc.constant(0),
  approvers: fc.constantFrom([], ['anna'], ['anna', 'ben']),
}) as fc.Arbitrary<OpenGate>;

const decision = fc.record(
  {
    gate: fc.constantFrom(...GATES),
    hop: fc.integer({ min: 1, max: 2 }),
    round: fc.integer({ min: 0, max: 2 }),
    fingerprint: fc.constantFrom('aaaa', 'bbbb'),
    decision: fc.constantFrom('approve', 'reject'),
    by: fc.constantFrom('anna', 'ben', 'eve'),
    attestation: fc.constant('signed'),
  },
  { requiredKeys: ['gate', 'hop', 'round', 'fingerprint', 'decision', 'by'] },
) as fc.Arbitrary<Decision>;

test('an approval opens only the gate it names, for what is there, by one who may', () => {
  fc.assert(
    fc.property(open, decision, fc.boolean(), (gate, said, trust) => {
      if (refuseDecision(gate, said, trust) !== null || said.decision === 'reject') return;
      expect([said.gate, said.hop, said.round]).toEqual([gate.name, gate.hop, gate.round]);
      expect(said.fingerprint).toBe(gate.fingerprint);
      expect(gate.approvers.length === 0 || gate.approvers.includes(said.by)).toBe(true);
      expect(trust || !isIrreversible(gate.name)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('holding back fits whatever was seen and whoever says it, at the gate that is open', () => {
  fc.assert(
    fc.property(open, decision, fc.boolean(), (gate, said, trust) => {
      const held = { ...said, gate: gate.name, hop: gate.hop, round: gate.round, decision: 'reject' } as const;
      expect(refuseDecision(gate, held, trust)).toBeNull();
    }),
  );
});

test('without a gate every decision is refused', () => {
  fc.assert(
    fc.property(decision, fc.boolean(), (said, trust) => {
      expect(refuseDecision(null, said, trust)).toBe('No gate is open.');
    }),
  );
});

test('what is no decision is refused, whatever it is', () => {
  const gate: OpenGate = {
    name: 'go',
    hop: 1,
    round: 0,
    fingerprint: '',
    evidence: {},
    openedAt: 0,
    approvers: [],
  };
  const nearly = { gate: 'go', hop: 1, round: 0, fingerprint: '', decision: 'maybe', by: 'anna' };
  for (const came of [undefined, null, 'approve', 7, [], {}, nearly, { ...nearly, decision: 'approve', by: '' }])
    expect(refuseDecision(gate, came as never, true)).toContain('A decision is');
});

test('a decision on an earlier opening of the same gate is refused', () => {
  const gate: OpenGate = {
    ...{ name: 'cutover', hop: 1, round: 0, fingerprint: 'f', evidence: {}, approvers: [] },
    openedAt: 50,
  };
  const letter: Decision = { gate: 'cutover', hop: 1, round: 0, fingerprint: 'f', decision: 'approve', by: 'ops' };
  expect(refuseDecision(gate, { ...letter, openedAt: 1 }, true)).toContain('opened anew');
  expect(refuseDecision(gate, { ...letter, openedAt: 50 }, true)).toBeNull();
});

test('a decision that no text can be made of is refused in words', () => {
  const gate: OpenGate = {
    ...{ name: 'cutover', hop: 1, round: 0, fingerprint: 'f', evidence: {}, approvers: [] },
    openedAt: 1,
  };
  const odd = { gate: { toString: 1 }, hop: null, round: [], fingerprint: {}, decision: 'approve', by: 'ops' };
  expect(refuseDecision(gate, odd as unknown as Decision, true)).toContain('the decision names {"toString":1}');
});
