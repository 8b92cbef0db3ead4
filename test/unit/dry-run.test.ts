import { rollBackText } from '../../client/cli/dry-run.ts';
import { type HopRecord, newHopRecord } from '../../domain/hop-record.ts';
import { AFTER_ROLLBACK, planRollBack, type RollbackGlance, rollbackSteps } from '../../domain/rollback.ts';
import { scriptedOrder } from '../support/order.ts';

const SINCE = Date.UTC(2026, 10, 14, 21);
const { hops: orders } = scriptedOrder();

const glance = (hops: readonly HopRecord[], change: Partial<RollbackGlance> = {}): RollbackGlance => ({
  vm: { name: 'vm-1' },
  phase: 'AwaitingGo',
  hops,
  orders,
  parked: null,
  legal: ['rollBack', 'cancel', 'pause'],
  ...change,
});

const served: HopRecord = {
  ...newHopRecord(1),
  ...{ kind: 'restore', protecting: true, fence: 'held', cutOver: 'done', exposedAt: SINCE, commit: 'done' },
};

test('after the production network it states which writes are lost since when, and which gates open', () => {
  const plan = planRollBack(glance([served, newHopRecord(2)]), SINCE + 600_000);
  expect(plan.losing).toContain('every write made on vm-1_replica since 2026-11-14T21:00:00.000Z, 10 min until now');
  expect(plan.steps.map(({ step }) => step)).toEqual(rollbackSteps(served));
  expect(plan.steps.flatMap(({ gate }) => gate ?? [])).toEqual(['rollBack', 'forceRemove', 'discardStaged']);
  expect(plan.ends).toBe('Then it has ended as RolledBack: vm-1 serves on ahv@a.');
});

test('before the fence nothing is lost and nothing but our objects goes', () => {
  const plan = planRollBack(glance([{ ...newHopRecord(1), protecting: true }, newHopRecord(2)]), SINCE);
  expect(plan.losing).toBe('Nothing is lost: vm-1_replica has never had the production network.');
  expect(plan.steps.map(({ does }) => does)).toEqual(['removes our objects from the mover']);
});

test('of a later hop it goes back to the platform before', () => {
  const plan = planRollBack(
    glance([
      { ...served, arrived: true },
      { ...newHopRecord(2), protecting: true },
    ]),
    SINCE,
  );
  expect(plan.hop).toBe(2);
  expect(plan.ends).toContain('vm-1_replica serves on hyper-v@s, and a person begins hop 2 again');
});

test('after a rollback it is the hop that serves', () => {
  const parked = { step: AFTER_ROLLBACK, hop: 1 };
  const plan = planRollBack(glance([{ ...served, arrived: true }, newHopRecord(2)], { parked }), SINCE + 1);
  expect(plan.hop).toBe(1);
  expect(plan.loss).not.toBeNull();
});

test('where a rollback is refused the dry run says so and with what can be done', () => {
  const plan = planRollBack(glance([served], { phase: 'Holding', legal: ['pause'] }), SINCE);
  expect(plan.refused).toBe('rollBack is not legal in phase Holding. You can: pause.');
  expect(rollBackText({ name: 'vm-1', ...plan })).toContain('roll-back is not legal');
});

test('it reads as numbered steps with their gates', () => {
  const text = rollBackText({ name: 'vm-1', ...planRollBack(glance([served, newHopRecord(2)]), SINCE + 60_000) });
  expect(text).toContain('vm-1: a rollback of hop 1 would do this; nothing was done');
  expect(text).toMatch(/ {2}2\. asks whether the writes below may be lost {2}\(gate roll-back\)/);
});
