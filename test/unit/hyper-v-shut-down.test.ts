import { RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import type { Stopped } from '../../activities/contracts/platform.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import { error, instance, order, tokenFor } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { expectedFacts, ours, platformOf, serving } from './hyper-v-scenarios.ts';

const GRACE_MS = 600_000;

const shutDown = async (host: FakeHost, token = tokenFor('shutDown')): Promise<Stopped> =>
  platformOf(host).shutDown({ ...order('shutDown'), token, graceMs: GRACE_MS, expectFacts: await expectedFacts(host) });

const classOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'returned',
    (thrown: unknown) => (thrown instanceof Error ? Reflect.get(thrown, 'type') : thrown),
  );

const asks = (host: FakeHost): number => host.lists.flat().filter(({ id }) => id === 'ask').length;

test('a guest that obeys was stopped by its guest', async () => {
  const host = fakeHost([serving()]);
  expect(await shutDown(host)).toEqual({ how: 'guest', observedAt: '2026-03-01T20:00:00.000Z' });
});

test('a VM that is off was off, and is left alone', async () => {
  const host = fakeHost([{ ...serving(), State: 'Off' }]);
  expect((await shutDown(host)).how).toBe('wasOff');
  expect(host.lists.flat().filter(({ cmdlet }) => !cmdlet.startsWith('Get-'))).toEqual([]);
});

test('no request carries -Force or -TurnOff, whatever the guest does', async () => {
  for (const guest of ['obeys', 'ignores', 'deaf'] as const) {
    const host = fakeHost([{ ...serving(), guest }]);
    await classOf(shutDown(host));
    host.time += GRACE_MS;
    await classOf(shutDown(host));
    const stops = host.lists.flat().filter(({ cmdlet }) => cmdlet === 'Stop-VM');
    expect(stops.every(({ parameters }) => Object.keys(parameters).join() === 'VM')).toBe(true);
  }
});

test('a guest that ignores the request is asked once, waited for, and refused when its grace is over, still on', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  expect(await classOf(shutDown(host))).toBe('NotFinished');
  host.time += GRACE_MS - 1;
  expect(await classOf(shutDown(host))).toBe('NotFinished');
  expect(asks(host)).toBe(1);
  host.time += 1;
  expect(await classOf(shutDown(host))).toBe('GuestRefused');
  expect(host.oneVm().State).toBe('Running');
});

test('the progress of the wait moves on, so that a wait within the grace is no stall', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  const progress = async (): Promise<unknown> =>
    shutDown(host).catch((thrown: Error) => Reflect.get(thrown, 'details'));
  const first = await progress();
  host.time += 30_000;
  expect(await progress()).not.toEqual(first);
});

test('after a refusal a retry asks anew and gives a full grace', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  await classOf(shutDown(host));
  host.time += GRACE_MS;
  await classOf(shutDown(host));
  expect(await classOf(shutDown(host))).toBe('NotFinished');
  expect(asks(host)).toBe(2);
});

test('a guest that goes down late was still stopped by its guest', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  await classOf(shutDown(host));
  Object.assign(host.oneVm(), { State: 'Off' });
  expect((await shutDown(host)).how).toBe('guest');
});

test('a request of another round does not count', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  await classOf(shutDown(host));
  Object.assign(host.oneVm(), { State: 'Off' });
  expect((await shutDown(host, tokenFor('shutDown', 1))).how).toBe('wasOff');
});

test('a request whose answer was lost is repeated, and its grace counts from the first', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  host.diesAfter = 1;
  expect(await classOf(shutDown(host))).toBe('Unreachable');
  host.time += GRACE_MS - 1;
  expect(await classOf(shutDown(host))).toBe('NotFinished');
  expect(asks(host)).toBe(1);
  host.time += 1;
  expect(await classOf(shutDown(host))).toBe('GuestRefused');
});

test('a cmdlet that waits for the guest longer than we do has asked', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  const facts = await expectedFacts(host);
  const platform = hyperVPlatform({
    instance,
    now: () => host.time,
    run: async (calls, options) => {
      const results = await host.run(calls, options);
      if (calls.some(({ id }) => id === 'ask')) throw new RunnerFailed('timedOut', 'no answer');
      return results;
    },
  });
  const go = () => platform.shutDown({ ...order('shutDown'), graceMs: GRACE_MS, expectFacts: facts });
  expect(await classOf(go())).toBe('NotFinished');
  expect(await classOf(go())).toBe('NotFinished');
  expect(asks(host)).toBe(1);
});

test('a guest that cannot be asked is refused at once', async () => {
  const host = fakeHost([{ ...serving(), guest: 'deaf' }]);
  expect(await classOf(shutDown(host))).toBe('GuestRefused');
  expect(host.oneVm().State).toBe('Running');
});

test('a guest on its way down that refuses a second request is waited for', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  host.diesAfter = 2;
  await classOf(shutDown(host));
  host.oneVm().guest = 'deaf';
  expect(await classOf(shutDown(host))).toBe('NotFinished');
});

test.each([
  ['busy', 'NotFinished', error('ResourceBusy', 'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StopVM')],
  [
    'without an answer of its service',
    'Unreachable',
    error('ResourceUnavailable', 'Any,Microsoft.HyperV.PowerShell.Commands.StopVM'),
  ],
  ['not ours to command', 'Configuration', error('PermissionDenied', 'AccessDenied,Any')],
])('a host that is %s is %s, and no grace runs', async (_, expected, why) => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  host.refuse = ({ id }) => (id === 'ask' ? why : null);
  expect(await classOf(shutDown(host))).toBe(expected);
  host.refuse = () => null;
  host.time += GRACE_MS;
  expect(await classOf(shutDown(host))).toBe('NotFinished');
});

test('hardware that is not what was approved is drift, and nothing is done', async () => {
  const host = fakeHost([serving()]);
  const facts = await expectedFacts(host);
  host.oneVm().ProcessorCount = 16;
  const before = structuredClone(host.oneVm());
  expect(
    await classOf(platformOf(host).shutDown({ ...order('shutDown'), graceMs: GRACE_MS, expectFacts: facts })),
  ).toBe('Drift');
  expect(host.oneVm()).toEqual(before);
});

test.each(['Saved', 'Paused'])('a VM that is %s is refused: its memory holds work', async (State) => {
  const host = fakeHost([{ ...serving(), State }]);
  expect(await classOf(shutDown(host))).toBe('Refused');
});

test.each(['Starting', 'Saving', 'Resuming'])('a VM that is %s is waited for', async (State) => {
  const host = fakeHost([{ ...serving(), State }]);
  expect(await classOf(shutDown(host))).toBe('NotFinished');
  expect(asks(host)).toBe(0);
});

test('the customer’s Notes are as they were, with our line after them', async () => {
  const host = fakeHost([{ ...serving(), Notes: 'line one\r\nline two\r\n', guest: 'ignores' }]);
  await classOf(shutDown(host));
  expect(host.oneVm().Notes).toMatch(/^line one\r\nline two\r\n\n\[tranship:[^\n]*\]$/);
});

test('a forced power-off is told as forced, also when its answer was lost', async () => {
  const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
  host.diesAfter = 2;
  expect(await classOf(platformOf(host).forceOff(order('forceOff')))).toBe('Unreachable');
  expect((await platformOf(host).forceOff(order('forceOff'))).how).toBe('forced');
});

test('a forced power-off of a VM that is off changes nothing', async () => {
  const host = fakeHost([{ ...serving(), State: 'Off', Notes: ours() }]);
  expect((await platformOf(host).forceOff(order('forceOff'))).how).toBe('wasOff');
  expect(host.oneVm().Notes).toBe(ours());
});
