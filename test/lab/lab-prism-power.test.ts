import { handle } from '../../lab/prism/index.ts';
import { inside } from '../support/lab-http.ts';
import { errorOf, type PrismBench, prismBench, prismScenario } from './lab-prism.ts';

let prism: PrismBench;

afterEach(() => prism.close());

const status = (task: unknown): unknown => inside(task, 'status');

test('power-off is a task, and the VM is off when it has succeeded', async () => {
  prism = await prismBench();
  const reply = await prism.power('power-off');

  expect(reply.status).toBe(202);
  expect(String(inside(reply.body, 'data.extId'))).toMatch(/^ZXJnb24=:[0-9a-f-]{36}$/);
  expect(status(await prism.task(reply))).toBe('QUEUED');
  expect(prism.lab.vm().power).toBe('on');

  expect(status(await prism.ended(reply))).toBe('SUCCEEDED');
  expect(prism.lab.vm().power).toBe('off');
});

test('a graceful shutdown has succeeded when the signal was sent, long before the VM is off', async () => {
  prism = await prismBench();
  const reply = await prism.power('shutdown');

  expect(status(await prism.ended(reply))).toBe('SUCCEEDED');
  expect(prism.lab.vm().power).toBe('on');

  prism.lab.pass(25_000);
  expect(prism.lab.vm().power).toBe('off');
});

test('a guest shutdown without guest tools fails as a task', async () => {
  prism = await prismBench();
  prism.lab.estate.vms.changeGuest(prism.lab.vm().id, (guest) => {
    guest.guestTools = false;
  });
  const task = await prism.ended(await prism.power('guest-shutdown'));

  expect(status(task)).toBe('FAILED');
  expect(inside(task, 'errorMessages.0.errorGroup')).toBe('VM_GUEST_TOOLS_NOT_REACHABLE');
});

test('a request id that comes again gets the same task and does nothing twice', async () => {
  prism = await prismBench();
  const requestId = '9f0c2a52-7a52-5d0b-8f7d-0d6e4a1b2c3d';
  const first = await prism.power('power-off', { requestId });
  await prism.ended(first);
  const again = await prism.power('power-off', { requestId, etag: 'stale by now' });

  expect(inside(again.body, 'data.extId')).toBe(inside(first.body, 'data.extId'));
  await prism.ended(again);
  expect(prism.lab.events('vm.power').filter((event) => event.to === 'off')).toHaveLength(1);
});

test.each([
  ['If-Match', { etag: null }, 428, 'MISSING_ETAG_HEADER'],
  ['a current If-Match', { etag: 'YXBwbGljYXRpb24vanNvbg==:999' }, 412, 'VM_ETAG_MISMATCH'],
  ['a well-formed If-Match', { etag: '*' }, 412, 'INVALID_ETAG_HEADER'],
  ['NTNX-Request-Id', { requestId: null }, 400, 'VM_MISSING_REQUEST_ID_HEADER'],
])('a power action without %s is refused', async (_, options, expected, group) => {
  prism = await prismBench();
  const reply = await prism.power('power-off', options);

  expect(reply.status).toBe(expected);
  expect(errorOf(reply)).toBe(group);
});

test('the ETag changes with the power state', async () => {
  prism = await prismBench();
  const path = `/api/vmm/v4.0/ahv/config/vms/${prism.lab.vm().id}`;
  const before = (await prism.get(path)).headers.get('etag');
  await prism.ended(await prism.power('power-off'));

  expect((await prism.get(path)).headers.get('etag')).not.toBe(before);
  expect((await prism.get(path)).headers.get('etag')).toBe((await prism.get(path)).headers.get('etag'));
});

test('asking for the state the VM is in is refused', async () => {
  prism = await prismBench(prismScenario('v4.0', 'off'));
  const reply = await prism.power('power-off');

  expect(reply.status).toBe(409);
  expect(errorOf(reply)).toBe('VM_INVALID_POWER_STATE');
});

test('a task goes on after the lab was restarted', async () => {
  prism = await prismBench();
  const reply = await prism.power('power-off');
  prism.lab.reopen();
  handle(prism.lab.estate);
  for (let n = 0; n < 5; n += 1) prism.lab.pass(1_000);

  expect(reply.status).toBe(202);
  expect(prism.lab.vm().power).toBe('off');
});

test('a queued task can be cancelled, and then never acts', async () => {
  prism = await prismBench();
  const reply = await prism.power('power-off');
  const id = encodeURIComponent(String(inside(reply.body, 'data.extId')));
  const cancelled = await prism.act('POST', `/api/prism/v4.0/config/tasks/${id}/$actions/cancel`);

  expect(cancelled.status).toBe(200);
  expect(status(await prism.ended(reply))).toBe('CANCELED');
  expect(prism.lab.vm().power).toBe('on');
});
