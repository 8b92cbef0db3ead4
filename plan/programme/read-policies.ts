import type { Policies } from '../../domain/plan.ts';
import type { WrittenPlan } from '../schema.ts';
import type { PlanFile } from './plan-file.ts';

const SHORTEST_HOLD = 14 * 86_400_000;

export const readPolicies = (file: PlanFile, written: WrittenPlan['policies']): Policies => {
  if (written.hold < SHORTEST_HOLD) {
    file.warn(
      ['policies', 'hold'],
      'The source is held for less than 14 days',
      'Write 14d or more, unless the owners accept an earlier point of no return.',
    );
  }
  for (const key of [
    'poll',
    'heartbeat',
    'noProgress',
    'grace',
    'boot',
    'steady',
    'lag',
    'rollback',
    'reconcile',
  ] as const) {
    if (written[key] === 0) file.no(['policies', key], `policies.${key} is zero`, 'Write a time such as 30s.');
  }
  if (written.noProgress < written.poll) {
    file.no(
      ['policies', 'noProgress'],
      'A stall would be declared before the product is asked again',
      'Make policies.noProgress longer than policies.poll.',
    );
  }
  return {
    pollMs: written.poll,
    heartbeatMs: written.heartbeat,
    noProgressMs: written.noProgress,
    graceMs: written.grace,
    bootMs: written.boot,
    steadyMs: written.steady,
    lagMs: written.lag,
    rollbackMs: written.rollback,
    holdMs: written.hold,
    outageBudgetMs: written.outageBudget,
    reconcileMs: written.reconcile,
    seats: written.seats,
  };
};
