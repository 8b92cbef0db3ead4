import { isIrreversible, type Loan } from './ballot.ts';
import { GATES, type GateName, type GatePolicy, type Gates } from './gate-policy.ts';
import { isInstant } from './instant.ts';
import { isSamePerson } from './person.ts';
import { isName } from './said.ts';

/** A loan as it comes in, by update or by signal. `until` is ms, or an ISO 8601 time with its zone. */
export interface LoanAsked {
  readonly gate?: GateName;
  readonly from: string;
  readonly to: string;
  readonly until: number | string;
  readonly by: string;
}

const SHAPE =
  'Lending is {"from": who may approve, "to": who shall, "until": ms or ISO time with its zone, "by": your name, "gate": one gate or none for all}.';

const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** ms; null for what is no time. */
const instantOf = (until: unknown): number | null => {
  if (typeof until === 'number') return isInstant(until) ? until : null;
  if (typeof until !== 'string' || !ZONED.test(until)) return null;
  const ms = Date.parse(until);
  return isInstant(ms) ? ms : null;
};

type Lent = Pick<GatePolicy, 'approvers' | 'escalateTo'>;

const holds = ({ approvers }: Lent, from: string): boolean => approvers.includes(from);

/** Why nobody is lent this right, or null. What was lent is not lent on. */
export const refuseLoan = (
  asked: LoanAsked,
  gates: Readonly<Partial<Record<GateName, Lent>>>,
  trustNamespace: boolean,
  now: number,
): string | null => {
  const { gate, from, to, until, by } = (asked ?? {}) as Partial<LoanAsked>;
  const end = instantOf(until);
  const known = gate === undefined || GATES.some((each) => each === gate);
  if (!isName(from) || !isName(to) || !isName(by) || end === null || !known) return SHAPE;
  if (isSamePerson(from, to)) return `${from} has the right already.`;
  if (end <= now) return `It would end at ${new Date(end).toISOString()}, which is past.`;
  const meant = GATES.filter((each) => gate === undefined || each === gate).flatMap((each) => gates[each] ?? []);
  if (!meant.some((policy) => holds(policy, from)))
    return `${from} may not open ${gate ?? 'any gate'} and has nothing to lend.`;
  if (by !== from && !meant.some(({ escalateTo = [] }) => escalateTo.includes(by)))
    return `Only ${from} lends what is theirs, or who the gate is escalated to.`;
  if (!trustNamespace && (gate === undefined || isIrreversible(gate)))
    return `Nobody knows that it is ${by} who lends, and ${gate ?? 'most gates'} cannot be undone; the plan does not say trustNamespace. Change the group in the identity provider instead.`;
  return null;
};

/** A loan that fits, as it is kept. */
export const lend = ({ gate, from, to, until, by }: LoanAsked, now: number): Loan => ({
  ...(gate === undefined ? {} : { gate }),
  ...{ from, to, by, at: now, until: instantOf(until) ?? now },
});

/** What is lent at a batch: the cut-over of its groups, and nothing else is decided there. */
export const loanableAtBatch = (cutover: Lent): Readonly<Partial<Gates>> => ({
  cutover: { ...cutover, irreversible: true },
});
