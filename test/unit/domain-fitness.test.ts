import { CAPABILITIES as mover } from '../../activities/azure-migrate/capabilities.ts';
import { fitness } from '../../domain/fitness.ts';
import type { HopOrder } from '../../domain/plan.ts';
import { scriptedOrder } from '../support/order.ts';

const hop = (change: Partial<HopOrder> = {}): HopOrder => {
  const [, second] = scriptedOrder().hops;
  if (!second) throw new Error('no second hop');
  return { ...second, ...change };
};

test('a mover that carries between the two platforms and stops before it starts is fit', () => {
  expect(fitness(hop(), mover)).toEqual([]);
});

test('a switch that may start the successor first is blocked', () => {
  expect(fitness(hop(), { ...mover, stopsBeforeStart: false })).toMatchObject([{ id: 'PF-009', severity: 'block' }]);
});

test('a restore stops nothing by itself and needs not say so', () => {
  expect(fitness(hop(), { ...mover, cutover: 'restore', stopsBeforeStart: false })).toEqual([]);
});

test('a mover of other platforms is blocked, with both ends named', () => {
  const [finding] = fitness(hop(), { ...mover, to: ['azure'] });
  expect(finding?.message).toBe('It does not carry from hyper-v@s to azure-local@l.');
});

test('what is unproven is blocked until the hop takes it by name', () => {
  const unproven = { ...mover, unproven: 'local-disks' };
  expect(fitness(hop(), unproven)[0]?.fix).toContain('unproven: [local-disks]');
  expect(fitness(hop({ unproven: ['local-disks'] }), unproven)).toEqual([]);
});
