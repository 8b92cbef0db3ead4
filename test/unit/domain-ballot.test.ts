import fc from 'fast-check';
import {
  asTyped,
  type Ballot,
  cast,
  isExpired,
  isIrreversible,
  type Loan,
  mayOpen,
  nextOfBallot,
  openBallot,
  passTime,
  refuseApproval,
  type Who,
} from '../../domain/ballot.ts';
import { ballotLines } from '../../domain/ballot-text.ts';
import { GATES, type GateName, type GatePolicy } from '../../domain/gate-policy.ts';
import { type LoanAsked, lend, refuseLoan } from '../../domain/loan.ts';

const rules = (change: Partial<GatePolicy> = {}): GatePolicy => ({
  approvers: ['anna', 'ben', 'leads'],
  irreversible: true,
  ...change,
});

type Shown = Ballot & { readonly fingerprint: string };

const opened = (change: Partial<GatePolicy> = {}, requestedBy?: string): Shown => ({
  ...openBallot(rules(change), 100, requestedBy),
  fingerprint: 'f',
});

interface Said {
  readonly fingerprint?: string;
  readonly comment?: unknown;
  readonly ticket?: unknown;
  readonly who?: Who;
  readonly loans?: readonly Loan[];
  readonly now?: number;
}

const refusal = (ballot: Shown, by: string, said: Said = {}, trustNamespace = true): string | null => {
  const { who = asTyped(by), loans = [], now = 150, ...words } = said;
  return refuseApproval('cutover', ballot, { fingerprint: 'f', ...words }, { who, loans, trustNamespace, now });
};

const after = (ballot: Shown, by: string, loans: readonly Loan[] = []): Shown =>
  cast('cutover', ballot, asTyped(by), loans, 150).ballot;

const loan = (from: string, to: string, until = 1_000): Loan => ({ from, to, until, by: from, at: 0 });
const attested = (by: string, ...groups: string[]): Who => ({ by, groups, identity: 'attested' });

test.each<[string, string | null, string | null]>([
  ['somebody on the list approves', refusal(opened(), 'anna'), null],
  ['a stranger does not', refusal(opened(), 'eve'), 'eve may not open cutover. Approvers: anna, ben, leads.'],
  ['anybody does where nobody is named', refusal(opened({ approvers: [] }), 'eve'), null],
  ['what was seen is not there any more', refusal(opened(), 'anna', { fingerprint: 'g' }), 'Look again'],
  ['a person’s group may', refusal(opened(), 'carl', { who: attested('carl', 'leads') }), null],
  ['a typed name is of no group', refusal(opened(), 'carl'), 'carl may not'],
  ['who asked for it may not', refusal(opened({ notRequester: true }, 'anna'), 'anna'), 'anna asked for it'],
  ['who asked for it may where the plan does not mind', refusal(opened({}, 'anna'), 'anna'), null],
  [
    'a comment and a ticket are missing',
    refusal(opened({ needs: ['comment', 'ticket'] }), 'anna'),
    'a comment and a ticket',
  ],
  ['a blank is no comment', refusal(opened({ needs: ['comment'] }), 'anna', { comment: '  ' }), 'asks for a comment'],
  ['an object is no ticket', refusal(opened({ needs: ['ticket'] }), 'anna', { ticket: {} }), 'asks for a ticket'],
  [
    'both are there',
    refusal(opened({ needs: ['comment', 'ticket'] }), 'anna', { comment: 'why', ticket: 'C-1' }),
    null,
  ],
  ['a moment before it expires', refusal(opened({ expireMs: 60 }), 'anna', { now: 159 }), null],
  ['when it expires', refusal(opened({ expireMs: 60 }), 'anna', { now: 160 }), 'has expired'],
  [
    'when its evidence is too old',
    refusal(opened({ expireMs: 90, maxAgeMs: 60 }), 'anna', { now: 160 }),
    'has expired',
  ],
  ['the same person again', refusal(after(opened({ quorum: 2 }), 'anna'), 'anna'), 'counts once'],
  ['a second person', refusal(after(opened({ quorum: 2 }), 'anna'), 'ben'), null],
  ['who was lent the right', refusal(opened(), 'carl', { loans: [loan('anna', 'carl')] }), null],
  ['a loan that is over', refusal(opened(), 'carl', { loans: [loan('anna', 'carl', 150)] }), 'carl may not'],
  ['a loan of one who has no right', refusal(opened(), 'carl', { loans: [loan('eve', 'carl')] }), 'carl may not'],
  [
    'a right that was used by its owner',
    refusal(after(opened({ quorum: 2 }), 'anna'), 'carl', { loans: [loan('anna', 'carl')] }),
    'for anna, whose approval counts already',
  ],
  [
    'an owner whose right was used for him',
    refusal(after(opened({ quorum: 2 }), 'carl', [loan('anna', 'carl')]), 'anna', { loans: [loan('anna', 'carl')] }),
    'anna, whose approval counts already',
  ],
  [
    'the right of who asked for it',
    refusal(opened({ notRequester: true }, 'anna'), 'carl', { loans: [loan('anna', 'carl')] }),
    'for anna, who asked for it',
  ],
  ['nobody is known to be who they say', refusal(opened(), 'anna', {}, false), 'needs an attested decision'],
  ['an attested approver', refusal(opened(), 'anna', { who: attested('anna') }, false), null],
])('%s', (_what, found, expected) => {
  if (expected === null) expect(found).toBeNull();
  else expect(found).toContain(expected);
});

const PEOPLE = ['anna', 'ben', 'carl', 'dora', 'eve'] as const;
const person = fc.constantFrom(...PEOPLE);

const policy = fc.record(
  {
    approvers: fc.uniqueArray(person, { minLength: 1, maxLength: 5 }),
    irreversible: fc.constant(true),
    quorum: fc.integer({ min: 1, max: 4 }),
    notRequester: fc.boolean(),
    needs: fc.subarray(['comment', 'ticket'] as const),
    expireMs: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: ['approvers', 'irreversible'] },
) as fc.Arbitrary<GatePolicy>;

const vote = fc.record(
  {
    by: person,
    fingerprint: fc.constantFrom('f', 'f', 'f', 'stale'),
    comment: fc.constantFrom('why', ''),
    ticket: fc.constantFrom('C-1', ' '),
  },
  { requiredKeys: ['by', 'fingerprint'] },
);

/** Votes one after the other, as the handlers take them; null where they do not open the gate. */
const openedBy = (
  ballot: Shown,
  votes: readonly { by: string; fingerprint: string; comment?: string; ticket?: string }[],
  at: (index: number) => number,
  loans: readonly Loan[] = [],
): Shown | null => {
  let now = ballot;
  for (const [index, said] of votes.entries()) {
    const judging = { who: asTyped(said.by), loans, trustNamespace: true, now: at(index) };
    if (refuseApproval('cutover', now, said, judging) !== null) continue;
    const { ballot: next, isOpen } = cast('cutover', now, asTyped(said.by), loans, at(index));
    now = next;
    if (isOpen) return now;
  }
  return null;
};

test('a gate opens when, and only when, enough different entitled people approved what is there, in whatever order', () => {
  fc.assert(
    fc.property(
      policy,
      person,
      fc.array(vote, { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (rule, asker, votes, picks) => {
        const ballot: Shown = { ...openBallot(rule, 0, asker), fingerprint: 'f' };
        const fits = votes.filter(
          (said) =>
            said.fingerprint === 'f' &&
            rule.approvers.includes(said.by) &&
            !(rule.notRequester && said.by === asker) &&
            (rule.needs ?? []).every((need) => (said[need] ?? '').trim() !== ''),
        );
        const enough = new Set(fits.map(({ by }) => by)).size >= (rule.quorum ?? 1);
        const left = [...votes];
        const shuffled = votes.map(
          () => left.splice((picks.next().value ?? 0) % left.length, 1)[0] as (typeof votes)[number],
        );
        expect(openedBy(ballot, votes, () => 0) !== null).toBe(enough);
        expect(openedBy(ballot, shuffled, () => 0) !== null).toBe(enough);
      },
    ),
    { numRuns: 2_000 },
  );
});

const loans = fc.array(
  fc.record({ from: person, to: person, until: fc.integer({ min: 0, max: 120 }), by: person, at: fc.constant(0) }),
  { maxLength: 4 },
);

test('what opens a gate are different people by different rights, none of them who asked for it, before it expired', () => {
  fc.assert(
    fc.property(
      policy,
      person,
      fc.array(vote, { maxLength: 16 }),
      loans,
      fc.integer({ min: 0, max: 20 }),
      (rule, asker, votes, lent, pace) => {
        const ballot: Shown = { ...openBallot(rule, 0, asker), fingerprint: 'f' };
        const open = openedBy(ballot, votes, (index) => index * pace, lent);
        if (!open) return;
        const counted = open.votes ?? [];
        expect(counted).toHaveLength(rule.quorum ?? 1);
        for (const key of ['by', 'holder'] as const)
          expect(new Set(counted.map((each) => each[key])).size).toBe(counted.length);
        for (const { by, holder, right, at } of counted) {
          expect(rule.approvers).toContain(right);
          if (rule.notRequester) expect([by, holder]).not.toContain(asker);
          if (rule.expireMs !== undefined) expect(at).toBeLessThan(rule.expireMs);
          if (by !== holder)
            expect(lent.some(({ from, to, until }) => from === holder && to === by && at < until)).toBe(true);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('who is shown as one who may still approve is not refused for who they are', () => {
  fc.assert(
    fc.property(policy, person, fc.array(vote, { maxLength: 6 }), loans, (rule, asker, votes, lent) => {
      let ballot: Shown = { ...openBallot({ ...rule, needs: [], quorum: 9 }, 0, asker), fingerprint: 'f' };
      for (const { by } of votes)
        if (
          refuseApproval(
            'cutover',
            ballot,
            { fingerprint: 'f' },
            { who: asTyped(by), loans: lent, trustNamespace: true, now: 0 },
          ) === null
        )
          ballot = cast('cutover', ballot, asTyped(by), lent, 0).ballot;
      const shown = mayOpen(ballot, 'cutover', lent, 0);
      for (const by of PEOPLE) {
        const why = refuseApproval(
          'cutover',
          ballot,
          { fingerprint: 'f' },
          { who: asTyped(by), loans: lent, trustNamespace: true, now: 0 },
        );
        expect([by, why === null]).toEqual([by, shown.includes(by)]);
      }
    }),
  );
});

test('reminder, escalation and expiry come at their times and once, and escalation brings new approvers', () => {
  const timed = rules({ remindMs: 10, escalateMs: 20, escalateTo: ['chief'], expireMs: 30 });
  const ballot = openBallot(timed, 100, undefined);
  expect(nextOfBallot(timed, ballot, 100)).toBe(110);
  expect(passTime(timed, ballot, 100, 109)).toBe(ballot);
  const reminded = passTime(timed, ballot, 100, 110);
  expect(reminded).toMatchObject({ remindedAt: 110, approvers: ['anna', 'ben', 'leads'] });
  expect(nextOfBallot(timed, reminded, 100)).toBe(120);
  const escalated = passTime(timed, reminded, 100, 125);
  expect(escalated).toMatchObject({ remindedAt: 110, escalatedAt: 125, approvers: ['anna', 'ben', 'leads', 'chief'] });
  expect(passTime(timed, escalated, 100, 129)).toBe(escalated);
  expect([isExpired(escalated, 129), isExpired(escalated, 130)]).toEqual([false, true]);
  expect(ballotLines(escalated).join('\n')).toContain('escalated 1970');
});

test('a plan that asks for nothing opens a gate without times, quorum or words', () => {
  const ballot = openBallot(rules(), 100, 'anna');
  expect(ballot).toEqual({ approvers: ['anna', 'ben', 'leads'] });
  expect(nextOfBallot(rules(), ballot, 100)).toBeNull();
  expect(ballotLines(ballot)).toEqual([]);
});

const gates = { cutover: rules({ escalateTo: ['chief'] }), go: rules({ approvers: ['ben'] }) };
const asked = (change: Partial<LoanAsked> = {}): LoanAsked => ({
  from: 'anna',
  to: 'carl',
  until: 900,
  by: 'anna',
  ...change,
});

test.each<[string, unknown, string | null]>([
  ['a right of one’s own', asked(), null],
  ['a time with its zone', asked({ until: '2030-01-01T00:00:00Z' }), null],
  ['a time without a zone', asked({ until: '2030-01-01T00:00:00' }), 'Lending is'],
  ['nothing at all', null, 'Lending is'],
  ['a gate there is none of', asked({ gate: 'door' as GateName }), 'Lending is'],
  ['nobody to lend to', asked({ to: ' ' }), 'Lending is'],
  ['oneself', asked({ to: 'anna' }), 'has the right already'],
  ['a time that is past', asked({ until: 500 }), 'which is past'],
  ['what one has not', asked({ from: 'eve', by: 'eve' }), 'nothing to lend'],
  ['what one has at another gate', asked({ gate: 'go' }), 'anna may not open go'],
  ['somebody else’s right', asked({ by: 'ben' }), 'Only anna lends'],
  ['somebody else’s right, by who it is escalated to', asked({ by: 'chief' }), null],
])('lending: %s', (_what, loanAsked, expected) => {
  const why = refuseLoan(loanAsked as LoanAsked, gates, true, 500);
  if (expected === null) expect(why).toBeNull();
  else expect(why).toContain(expected);
});

test('where nobody is known to be who they say, only what can be undone is lent', () => {
  for (const gate of [undefined, ...GATES]) {
    const at = gate ? { [gate]: rules() } : gates;
    const why = refuseLoan(asked(gate ? { gate } : {}), at, false, 500);
    expect([gate, why === null]).toEqual([gate, gate !== undefined && !isIrreversible(gate)]);
  }
  expect(lend(asked({ until: '1970-01-01T00:00:01Z' }), 500)).toEqual({
    from: 'anna',
    to: 'carl',
    by: 'anna',
    at: 500,
    until: 1_000,
  });
});

test('one person is not two by a capital, a space or a sign that nobody sees', () => {
  const anyone = opened({ approvers: [], quorum: 2, notRequester: true }, 'Carl');
  const one = after(anyone, 'anna');
  for (const spelt of ['Anna', ' anna ', 'anna\u200b', '\uff41nna'])
    expect([spelt, refusal(one, spelt)]).toEqual([spelt, expect.stringContaining('counts once')]);
  for (const spelt of ['carl', 'CARL ', 'Carl\u00a0'])
    expect([spelt, refusal(one, spelt)]).toEqual([spelt, expect.stringContaining('asked for it')]);
  expect(refusal(one, 'ben')).toBeNull();
});

test.each([-1e300, 1e300, -1, 8.64e15])('a loan until %d is no loan, and refusing it can be told', (until) => {
  const told = refuseLoan({ from: 'anna', to: 'eve', by: 'anna', until }, { cutover: rules() }, true, 100);
  expect(told).toContain('Lending is');
});
