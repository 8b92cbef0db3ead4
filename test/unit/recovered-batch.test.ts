import type { Checkpoint } from '../../activities/contracts/checkpoint.ts';
import type { Known } from '../../client/recover-known.ts';
import { batchesOf, stoppedBatch } from '../../client/recovered-batch.ts';
import { toStart } from '../../domain/batch.ts';
import { resume } from '../../domain/batch-stop.ts';
import type { JourneyOrder, Plan } from '../../domain/plan.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { scriptedOrder } from '../support/order.ts';

const order = (name: string, group: string): JourneyOrder =>
  scriptedOrder({ name, group, source: { id: name, name }, batchId: batchId('p1', 'b1') });

const plan = {
  programme: 'p1',
  batches: { b1: { name: 'b1', windows: [], groups: ['g1', 'g2', 'g3'] } },
  policies: scriptedOrder().policies,
} as unknown as Plan;

const known = (name: string, group: string, from: Known['from'], change: Partial<Known> = {}): Known => ({
  ...{ id: `vm/p1/a/${name}`, order: order(name, group), from, checkpoint: null, record: null, stands: [] },
  ...change,
});

const checkpoint = (name: string, group: string, change: Partial<Checkpoint> = {}): Checkpoint => {
  const its = order(name, group);
  return { order: its, orders: its.hops, group, room: true, told: null, ...change } as Checkpoint;
};

const ended = { journey: 'vm-3', programme: 'p1', name: 'vm-3', end: 'RolledBack', view: {} };

const lost: readonly Known[] = [
  known('vm-1', 'g1', 'checkpoint', {
    checkpoint: checkpoint('vm-1', 'g1', { told: { member: 'vm/p1/a/vm-1', told: 'landed', hop: 1 } }),
  }),
  known('vm-2', 'g2', 'checkpoint', { checkpoint: checkpoint('vm-2', 'g2') }),
  known('vm-3', 'g2', 'record', { record: ended }),
  known('vm-4', 'g3', 'nothing'),
];

test('a batch of which a VM was under way was under way, one of which none was was not', () => {
  expect(batchesOf(lost)).toEqual(['b1']);
  expect(batchesOf([known('vm-4', 'g3', 'nothing')])).toEqual([]);
});

test('its members stand where they told last, and those that had ended are not begun again', () => {
  const { state } = stoppedBatch(plan, 'b1', lost);
  expect(state.members.map(({ status, landed, end }) => [status, landed, end])).toEqual([
    ['running', 1, null],
    ['running', 0, null],
    ['ended', 0, 'RolledBack'],
    ['planned', 0, null],
  ]);
  expect(state.stopped?.by).toBe('recover');
});

test('when it goes on those that had not begun begin: who holds its room keeps nobody waiting', () => {
  const { state } = stoppedBatch(plan, 'b1', lost);
  expect(toStart(resume(state)).map(({ vm }) => vm.name)).toEqual(['vm-4']);
});

test('a member keeps what was edited of it', () => {
  const edited = { ...checkpoint('vm-2', 'g2'), group: 'g3' };
  const { order: made } = stoppedBatch(plan, 'b1', [known('vm-2', 'g2', 'checkpoint', { checkpoint: edited })]);
  expect(made.members[0]?.order.group).toBe('g3');
});
