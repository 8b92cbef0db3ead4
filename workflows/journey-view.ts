import { ENDS } from '../domain/phase.ts';
import { hasBegun } from '../domain/refuse-edit.ts';
import { legalVerbs, type Standing } from '../domain/verbs.ts';
import type { Journey } from './journey.ts';
import type { MigrationView } from './messages.ts';

const isTurning = ({ asked }: Journey): boolean => asked === 'rollBack' || asked === 'eject';

/** Hops whose cut-over has not begun. One behind the hop under way has not either: what it did before was rolled back. */
const editable = (j: Journey): readonly number[] =>
  j.rollingBack || isTurning(j) || ENDS.includes(j.phase)
    ? []
    : j.hops.filter((hop) => hop.n > j.hop || !(hasBegun(hop) || hop.arrived)).map(({ n }) => n);

export const standing = (j: Journey): Standing => ({
  phase: j.phase,
  paused: j.paused,
  parked: j.answer ? null : j.parked,
  hop: j.hops[j.hop - 1] ?? null,
  ended: ENDS.includes(j.phase),
  rollingBack: j.rollingBack,
  turning: isTurning(j),
  kept: j.kept !== null,
  editable: editable(j),
});

export const viewOf = (j: Journey): MigrationView => ({
  programme: j.order.programme,
  batch: j.order.batch,
  group: j.group,
  ...(j.order.batchId === undefined
    ? {}
    : { reports: { to: j.order.batchId, told: j.told, scope: j.order.gates.cutover.scope ?? 'vm' } }),
  owner: j.order.owner,
  vm: j.order.source,
  phase: j.phase,
  hop: j.hop,
  flags: j.flags,
  waitingFor: j.waitingFor,
  step: j.step,
  parked: j.parked,
  gate: j.gate,
  legal: legalVerbs(standing(j)),
  hops: j.hops,
  orders: j.orders.map(({ n, from, to, landing, window, settings }) => ({ n, from, to, landing, window, settings })),
  rollbackMs: j.order.policies.rollbackMs,
  kept: j.kept,
  outageBudgetMs: j.order.outageBudgetMs,
  findings: j.findings,
  ledger: j.ledger,
  decisions: j.decisions,
  commands: j.commands,
  ...(j.hooks.ran.length > 0 ? { hooks: j.hooks.ran } : {}),
  ...(j.hooks.task ? { task: j.hooks.task } : {}),
  refused: j.refused,
  ...(j.loans.length > 0 ? { loans: j.loans } : {}),
});
