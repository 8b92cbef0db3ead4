import type { Ballot, Loan } from '../../domain/ballot.ts';
import { ballotLines } from '../../domain/ballot-text.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import { kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { type Surroundings, sharedGateOf } from './known.ts';
import type { Reason } from './reason.ts';

const loansFor = (loans: readonly Loan[], gate: GateName, now: number): readonly string[] =>
  loans
    .filter((loan) => now < loan.until && (loan.gate === undefined || loan.gate === gate))
    .map(({ from, to, until }) => `${from} lent ${to} the right until ${new Date(until).toISOString()}`);

const approvers = (ballot: Partial<Ballot>, gate: GateName, loans: readonly Loan[], now: number): readonly string[] => [
  `may approve ${kebab(gate)}: ${(ballot.mayOpen ?? ballot.approvers ?? []).join(', ') || ((ballot.approvers ?? []).length === 0 ? 'anyone' : 'nobody any more')}`,
  ...ballotLines(ballot),
  ...loansFor(loans, gate, now),
];

const OPERATED: readonly Reason['kind'][] = ['parked', 'paused', 'kept', 'recovered'];

/** Who may act on what it waits for, how far they are, and what was lent. Nothing where it waits for nobody. */
export const whoMay = (
  view: MigrationView,
  { kind, more }: Reason,
  around: Surroundings,
  now: number,
): readonly string[] => {
  const { gate, vm, owner, task } = view;
  if (kind === 'group') {
    const open = sharedGateOf(around, vm);
    if (open && open.missing.length > 0)
      return [`nobody yet: ${more.length > 0 ? 'all of them come to the gate first' : 'the others come first'}`];
    return open ? approvers(open, 'cutover', around.batch?.loans ?? [], now) : ['its batch does not answer'];
  }
  if (kind === 'turn') return ['nobody has to; the approval can be taken back'];
  if (kind === 'gate' && gate) return approvers(gate, gate.name, view.loans ?? [], now);
  if (kind === 'task' && task) return [`${task.role} does it and says so`];
  return OPERATED.includes(kind) ? [`whoever operates it; its owner is ${owner}`] : [];
};
