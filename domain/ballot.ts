import { type GateName, type GatePolicy, IRREVERSIBLE, type Need } from './gate-policy.ts';
import { isSamePerson } from './person.ts';
import { typed } from './typed.ts';

/** Whether what a gate lets through can be undone. */
export const isIrreversible = (gate: GateName): boolean => IRREVERSIBLE[gate];

export type Identity = 'attested' | 'identity unverified';

/** Who decides: as the API signed it, or as was typed. */
export interface Who {
  readonly by: string;
  readonly groups: readonly string[];
  readonly identity: Identity;
}

export const asTyped = (by: string): Who => ({ by, groups: [], identity: 'identity unverified' });

/** The right to approve, lent by who has it. Without a gate it holds for all. `until` and `at` are ms. */
export interface Loan {
  readonly gate?: GateName;
  readonly from: string;
  readonly to: string;
  readonly until: number;
  readonly by: string;
  readonly at: number;
}

/** One approval that was counted. `right` is the name on the list it counts by: their own, their group's, or who lent theirs. */
export interface Vote {
  readonly by: string;
  readonly at: number;
  readonly right: string;
  /** Whose vote it is: the lender's, where it was lent. */
  readonly holder: string;
  readonly identity: Identity;
}

/** What a gate asks of those who decide, and how far they are: the same for a VM, a group and a batch. Times are ms. */
export interface Ballot {
  /** Who may open it; anyone when empty. Those it was escalated to are among them once it was. */
  readonly approvers: readonly string[];
  /** Absent: one. */
  readonly quorum?: number;
  readonly needs?: readonly Need[];
  /** Asked for what the gate lets through, and may not approve it. */
  readonly notBy?: readonly string[];
  readonly votes?: readonly Vote[];
  readonly remindedAt?: number;
  readonly escalatedAt?: number;
  /** From then on nobody approves: it opens again for what is there then. */
  readonly expiresAt?: number;
  /** Who may still approve, those who were lent the right among them. */
  readonly mayOpen?: readonly string[];
}

/** How many of how many have approved. */
export interface Tally {
  readonly have: number;
  readonly of: number;
}

/** How long evidence holds, ms; null where the plan says nothing. */
export const lifeOf = ({ expireMs, maxAgeMs }: Pick<GatePolicy, 'expireMs' | 'maxAgeMs'>): number | null =>
  expireMs === undefined && maxAgeMs === undefined
    ? null
    : Math.min(expireMs ?? Number.POSITIVE_INFINITY, maxAgeMs ?? Number.POSITIVE_INFINITY);

/** A gate as it opens, with no more than the plan asks for. `requestedBy`: all who asked for what it lets through. */
export const openBallot = (
  rules: GatePolicy,
  openedAt: number,
  requestedBy: string | readonly string[] | undefined,
): Ballot => {
  const life = lifeOf(rules);
  const asked = [...new Set([requestedBy ?? []].flat())];
  return {
    approvers: rules.approvers,
    ...(rules.quorum !== undefined && rules.quorum > 1 ? { quorum: rules.quorum, votes: [] } : {}),
    ...(rules.needs && rules.needs.length > 0 ? { needs: rules.needs } : {}),
    ...(rules.notRequester && asked.length > 0 ? { notBy: asked } : {}),
    ...(life === null ? {} : { expiresAt: openedAt + life }),
  };
};

const lentTo = (loans: readonly Loan[], gate: GateName, now: number, to?: string): readonly Loan[] =>
  loans.filter(
    (loan) =>
      (to === undefined || loan.to === to) && (loan.gate === undefined || loan.gate === gate) && now < loan.until,
  );

const isRequester = ({ notBy = [] }: Ballot, name: string): boolean => notBy.some((each) => isSamePerson(each, name));

/** Who may approve now and has not. */
export const mayOpen = (ballot: Ballot, gate: GateName, loans: readonly Loan[], now: number): readonly string[] => {
  const votes = ballot.votes ?? [];
  const borrowers = lentTo(loans, gate, now).flatMap(({ from, to }) =>
    ballot.approvers.includes(from) &&
    !isRequester(ballot, from) &&
    !votes.some(({ holder }) => isSamePerson(holder, from))
      ? [to]
      : [],
  );
  return [...new Set([...ballot.approvers, ...borrowers])].filter(
    (name) =>
      !isRequester(ballot, name) &&
      !votes.some(({ by, holder }) => isSamePerson(by, name) || isSamePerson(holder, name)),
  );
};

type Right = Pick<Vote, 'right' | 'holder'>;

/** By what somebody may approve: most directly first. */
const rightsOf = (
  { approvers }: Ballot,
  gate: GateName,
  { by, groups }: Who,
  loans: readonly Loan[],
  now: number,
): readonly Right[] => {
  if (approvers.length === 0 || approvers.includes(by)) return [{ right: by, holder: by }];
  const own = groups.filter((group) => approvers.includes(group)).map((right) => ({ right, holder: by }));
  const lent = lentTo(loans, gate, now, by).filter(({ from }) => approvers.includes(from));
  return [...own, ...lent.map(({ from }) => ({ right: from, holder: from }))];
};

const isFree = (ballot: Ballot, { holder }: Right): boolean =>
  !isRequester(ballot, holder) && !(ballot.votes ?? []).some((vote) => isSamePerson(vote.holder, holder));

/** The right that an approval counts by, where there is one that is not used. */
const rightOf = (ballot: Ballot, gate: GateName, who: Who, loans: readonly Loan[], now: number): Right | undefined =>
  rightsOf(ballot, gate, who, loans, now).find((right) => isFree(ballot, right));

const refuseVoter = (ballot: Ballot, gate: GateName, who: Who, loans: readonly Loan[], now: number): string | null => {
  const rights = rightsOf(ballot, gate, who, loans, now);
  if (rights.length === 0)
    return `${who.by || 'nobody'} may not open ${gate}. Approvers: ${mayOpen(ballot, gate, loans, now).join(', ') || 'none'}.`;
  if (isRequester(ballot, who.by)) return `${who.by} asked for it and may not approve it: somebody else must look.`;
  if ((ballot.votes ?? []).some(({ by }) => isSamePerson(by, who.by)))
    return `${who.by} has approved already and counts once.`;
  if (rightOf(ballot, gate, who, loans, now)) return null;
  const [first] = rights;
  return first && isRequester(ballot, first.holder)
    ? `${who.by} would approve for ${first?.holder}, who asked for it and may not approve it.`
    : `${who.by} would approve for ${first?.holder}, whose approval counts already.`;
};

const isSaid = (word: unknown): boolean => typeof word === 'string' && word.trim() !== '';

/** What came with an approval; by a signal it may be anything. */
export type Words = Readonly<Partial<Record<Need | 'fingerprint', unknown>>>;

/** What an approval is judged by. `who` is null as long as an attestation is still to be verified. */
export interface Judging {
  readonly who: Who | null;
  readonly loans: readonly Loan[];
  readonly trustNamespace: boolean;
  readonly now: number;
}

/** Why an approval does not count now, or null. */
export const refuseApproval = (
  gate: GateName,
  ballot: Ballot & { readonly fingerprint: string },
  words: Words,
  { who, loans, trustNamespace, now }: Judging,
): string | null => {
  if (words.fingerprint !== ballot.fingerprint)
    return `What you saw (${typed(words.fingerprint)}) is not what is there now (${ballot.fingerprint}). Look again, then decide.`;
  if (isExpired(ballot, now))
    return `What ${gate} shows has expired; it opens again with what is there now. Look again, then decide.`;
  const why = who && refuseVoter(ballot, gate, who, loans, now);
  if (why) return why;
  const missing = (ballot.needs ?? []).filter((need) => !isSaid(words[need]));
  if (missing.length > 0) return `The plan asks for a ${missing.join(' and a ')} with an approval of ${gate}.`;
  return who && who.identity !== 'attested' && !trustNamespace && isIrreversible(gate)
    ? `${gate} cannot be undone and needs an attested decision; the plan does not say trustNamespace.`
    : null;
};

/** Counts an approval that fits. Without a right of its own it was judged elsewhere. */
export const cast = <B extends Ballot>(
  gate: GateName,
  ballot: B,
  who: Who,
  loans: readonly Loan[],
  now: number,
): { readonly ballot: B; readonly vote: Vote; readonly tally: Tally; readonly isOpen: boolean } => {
  const right = rightOf(ballot, gate, who, loans, now) ?? { right: who.by, holder: who.by };
  const vote: Vote = { by: who.by, at: now, ...right, identity: who.identity };
  const votes = [...(ballot.votes ?? []), vote];
  const tally = { have: votes.length, of: ballot.quorum ?? 1 };
  return { ballot: { ...ballot, votes }, vote, tally, isOpen: tally.have >= tally.of };
};

/** `2 of 3`; null where one is enough. */
export const tallyText = ({ quorum, votes = [] }: Ballot): string | null =>
  quorum === undefined ? null : `${votes.length} of ${quorum}`;

/** Who may approve after an escalation; where nobody is named anybody may, before and after it. */
export const widened = (
  approvers: readonly string[],
  { escalateTo = [] }: Pick<GatePolicy, 'escalateTo'>,
): readonly string[] => (approvers.length === 0 ? [] : [...new Set([...approvers, ...escalateTo])]);

/** When the ballot changes by itself next, ms; null where it never does. */
export const nextOfBallot = (rules: GatePolicy, ballot: Ballot, openedAt: number): number | null => {
  const moments = [
    ...(rules.remindMs !== undefined && ballot.remindedAt === undefined ? [openedAt + rules.remindMs] : []),
    ...(rules.escalateMs !== undefined && ballot.escalatedAt === undefined ? [openedAt + rules.escalateMs] : []),
    ...(ballot.expiresAt === undefined ? [] : [ballot.expiresAt]),
  ];
  return moments.length === 0 ? null : Math.min(...moments);
};

/** The ballot after what was due by now: a reminder, an escalation. The same one when nothing was. */
export const passTime = <B extends Ballot>(rules: GatePolicy, ballot: B, openedAt: number, now: number): B => {
  const { remindMs, escalateMs } = rules;
  const reminded = remindMs !== undefined && ballot.remindedAt === undefined && now >= openedAt + remindMs;
  const escalated = escalateMs !== undefined && ballot.escalatedAt === undefined && now >= openedAt + escalateMs;
  if (!reminded && !escalated) return ballot;
  return {
    ...ballot,
    ...(reminded ? { remindedAt: now } : {}),
    ...(escalated ? { escalatedAt: now, approvers: widened(ballot.approvers, rules) } : {}),
  };
};

export const isExpired = ({ expiresAt }: Ballot, now: number): boolean => expiresAt !== undefined && now >= expiresAt;
