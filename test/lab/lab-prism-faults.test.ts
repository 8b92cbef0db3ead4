import type { Fault } from '../../lab/estate/types.ts';
import { inside } from '../support/lab-http.ts';
import { errorOf, type PrismBench, prismBench, vmsPath } from './lab-prism.ts';

let prism: PrismBench;

beforeEach(async () => {
  prism = await prismBench();
});

afterEach(() => prism.close());

const arm = (kind: Fault['kind'], point: string, detail: Fault['detail'] = {}): void =>
  prism.lab.estate.faults.arm({ id: `${kind} ${point}`, kind, point, times: 1, detail });

test('a refused action says so and does nothing', async () => {
  arm('refused', 'prism.power-off');
  const reply = await prism.power('power-off');

  expect(reply.status).toBe(403);
  expect(errorOf(reply)).toBe('ACCESS_DENIED');
  expect((await prism.power('power-off')).status).toBe(202);
});

test('throttling answers 429 with its error group', async () => {
  arm('throttled', 'prism.list-vms');
  const reply = await prism.get(vmsPath);

  expect(reply.status).toBe(429);
  expect(errorOf(reply)).toBe('RATE_LIMIT_EXCEEDED');
  expect(reply.headers.get('retry-after')).toBe('1');
});

test('an error after the effect hides a task that then runs', async () => {
  arm('errorAfterEffect', 'prism.power-off');
  expect((await prism.power('power-off')).status).toBe(503);

  for (let n = 0; n < 5; n += 1) prism.lab.pass(1_000);
  expect(prism.lab.vm().power).toBe('off');
});

test('a dropped answer comes after the effect, and the same request id finds the task', async () => {
  arm('dropAnswer', 'prism.power-off');
  const requestId = '0e2f6a0a-9a4f-4bbf-9d3e-8b5a7c6d5e4f';
  await expect(prism.power('power-off', { requestId })).rejects.toThrow();
  const reply = await prism.power('power-off', { requestId });

  expect(inside(await prism.ended(reply), 'status')).toBe('SUCCEEDED');
  expect(prism.lab.events('call').filter((event) => event.verb === 'power-off')).toHaveLength(2);
  expect(prism.lab.events('vm.power').filter((event) => event.to === 'off')).toHaveLength(1);
});

test('a task can hang for ever in a state of the vendor', async () => {
  arm('stuckProgress', 'prism.power-off', { state: 'SUSPENDED' });
  const reply = await prism.power('power-off');

  expect(inside(await prism.ended(reply), 'status')).toBe('SUSPENDED');
  expect(prism.lab.vm().power).toBe('on');
});
