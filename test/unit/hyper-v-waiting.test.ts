import type { CmdletCall } from '../../activities/contracts/cmdlets.ts';
import type { HealthOrder, Platform } from '../../activities/contracts/platform.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import { factsOf } from '../../domain/facts.ts';
import { error, type FakeVm, instance, landing, to, tokenFor, VM_ID, vm } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { classOf, ours, plugged, running, serving } from './hyper-v-scenarios.ts';

const POLL_MS = 15_000;
const STEADY_MS = 300_000;
const GRACE_MS = 600_000;
const FIFTY = 50;

/** The driver as an agent serves it to one attempt after another. */
const agent = (host: FakeHost) => {
  const now = { attempt: 1 };
  const platform: Platform = hyperVPlatform({
    instance,
    run: host.run,
    now: () => host.time,
    steadyMs: STEADY_MS,
    pollMs: POLL_MS,
    attempt: () => now.attempt,
  });
  return { platform, now };
};

const idOf = (n: number): string => `a1b2c3d4-0000-4000-8000-${String(n).padStart(12, '0')}`;
const order = (verb: string, id = VM_ID) => ({ to, vm: { id, name: 'web' }, token: tokenFor(verb) });
const healthOf = (id = VM_ID): HealthOrder => ({ ...order('health', id), landing: landing(), hop: 1 });
const isSweep = ({ id }: CmdletCall): boolean => id === 'sweep';
const sweeps = (host: FakeHost): number => host.lists.filter((list) => list.some(isSweep)).length;

const young = (more: Partial<FakeVm> = {}): FakeVm => ({
  ...serving(),
  ...running,
  Uptime: { TotalSeconds: 5 },
  ...more,
});
const fiftyYoung = () =>
  fakeHost(Array.from({ length: FIFTY }, (_, n) => young({ Id: idOf(n), drives: [], nics: [] })));

test('fifty VMs that wait cost one shell an interval', async () => {
  const host = fiftyYoung();
  const { platform, now } = agent(host);
  const poll = () => Promise.all([...host.vms.values()].map(({ Id }) => classOf(platform.health(healthOf(Id)))));
  await poll();
  const first = host.lists.length;
  for (let interval = 1; interval <= 10; interval += 1) {
    now.attempt += 1;
    host.time += POLL_MS;
    expect(new Set(await poll())).toEqual(new Set(['NotFinished']));
  }
  expect(host.lists.length - first).toBe(10);
  expect(sweeps(host)).toBe(10);
});

test('asked at any moment of an interval, they still cost one', async () => {
  const host = fiftyYoung();
  const { platform, now } = agent(host);
  now.attempt = 2;
  const began = host.time;
  for (let step = 0; step < 10 * FIFTY; step += 1) {
    host.time = began + Math.floor((step * POLL_MS) / FIFTY);
    await classOf(platform.health(healthOf(idOf(step % FIFTY))));
  }
  expect(host.lists.length).toBe(10);
});

test('a first attempt has not waited yet and sweeps nothing', async () => {
  const host = fakeHost([young()]);
  await classOf(agent(host).platform.health(healthOf()));
  expect(sweeps(host)).toBe(0);
});

test('fifty landings checked side by side cost two shells', async () => {
  const host = fakeHost([]);
  const { platform } = agent(host);
  const asked = {
    to,
    token: tokenFor('preflight'),
    journey: 'a journey',
    vm: null,
    bytesNeeded: 1,
    role: 'target',
  } as const;
  await Promise.all(Array.from({ length: FIFTY }, () => platform.preflight({ ...asked, landing: landing() })));
  expect(host.lists.length).toBeLessThanOrEqual(2);
});

describe('a sweep never ends a wait', () => {
  test('a VM that looks steady in it is read again, and what stands there then is judged', async () => {
    const host = fakeHost([young({ Uptime: { TotalSeconds: 900 } })]);
    const { platform, now } = agent(host);
    now.attempt = 2;
    await platform.health(healthOf());
    host.oneVm().ProcessorCount = 1;
    const report = await platform.health(healthOf());
    expect(report.findings.map(({ id }) => id)).toEqual(['V1-02']);
    expect(sweeps(host)).toBe(1);
  });

  test('a VM that was off in it and is on again is not told to be off', async () => {
    const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
    const { platform, now } = agent(host);
    const expectFacts = factsOf(await platform.describe(order('describe')));
    const shutDown = () => classOf(platform.shutDown({ ...order('shutDown'), graceMs: GRACE_MS, expectFacts }));
    expect(await shutDown()).toBe('NotFinished');
    now.attempt = 2;
    host.time += POLL_MS;
    Object.assign(host.oneVm(), { State: 'Off' });
    expect(await classOf(platform.health(healthOf()))).toBe('returned');
    Object.assign(host.oneVm(), { State: 'Running' });
    expect(await shutDown()).toBe('NotFinished');
  });

  test('a grace time that is over is read again before the guest is said to refuse', async () => {
    const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
    const { platform, now } = agent(host);
    const expectFacts = factsOf(await platform.describe(order('describe')));
    const shutDown = () => platform.shutDown({ ...order('shutDown'), graceMs: GRACE_MS, expectFacts });
    expect(await classOf(shutDown())).toBe('NotFinished');
    now.attempt = 2;
    host.time += GRACE_MS - 1;
    expect(await classOf(shutDown())).toBe('NotFinished');
    host.time += 1;
    Object.assign(host.oneVm(), { State: 'Off' });
    expect(await shutDown()).toMatchObject({ how: 'guest' });
  });

  test('hardware that changed while it waited is drift when the wait ends', async () => {
    const host = fakeHost([{ ...serving(), guest: 'ignores' }]);
    const { platform, now } = agent(host);
    const expectFacts = factsOf(await platform.describe(order('describe')));
    const shutDown = () => classOf(platform.shutDown({ ...order('shutDown'), graceMs: GRACE_MS, expectFacts }));
    await shutDown();
    now.attempt = 2;
    host.time += POLL_MS;
    Object.assign(host.oneVm(), { ProcessorCount: 16, State: 'Off' });
    expect(await shutDown()).toBe('Drift');
  });

  test('before a start the VM is read for that start, however young the sweep is', async () => {
    const host = fakeHost([vm({ State: 'Starting' })]);
    const { platform, now } = agent(host);
    now.attempt = 2;
    expect(await classOf(platform.powerOn(order('powerOn')))).toBe('NotFinished');
    Object.assign(host.oneVm(), { State: 'Saved' });
    host.time += POLL_MS;
    expect(await classOf(platform.powerOn(order('powerOn')))).toBe('Refused');
    expect(host.lists.at(-1)?.some(isSweep)).toBe(false);
  });
});

describe('a sweep that cannot speak for a VM leaves it to read for itself', () => {
  test('after a change of ours, until one has begun later', async () => {
    const host = fakeHost([{ ...serving(), OperationalStatus: ['MergingDisks'] }]);
    const { platform, now } = agent(host);
    now.attempt = 2;
    const powerOn = () => classOf(platform.powerOn(order('powerOn')));
    expect(await powerOn()).toBe('NotFinished');
    host.oneVm().OperationalStatus = ['Ok'];
    expect(await powerOn()).toBe('NotFinished');
    await platform.isolate({ ...order('isolate'), extent: 'full' });
    expect(await powerOn()).toBe('returned');
    expect(sweeps(host)).toBe(1);
  });

  test('where the host cannot list its VMs', async () => {
    const host = fakeHost([young()]);
    const { platform, now } = agent(host);
    now.attempt = 2;
    host.refuse = (call) => (isSweep(call) ? error('ObjectNotFound', 'ObjectNotFound,Any') : null);
    expect(await classOf(platform.health(healthOf()))).toBe('NotFinished');
  });

  test('where the VM is not in it', async () => {
    const host = fakeHost([]);
    const { platform, now } = agent(host);
    now.attempt = 2;
    expect(await classOf(platform.health(healthOf()))).toBe('Missing');
  });
});

test('what waits for Hyper-V itself to be done with a VM waits by the sweep, too', async () => {
  const busy = { ...serving(), OperationalStatus: ['MergingDisks'] };
  const host = fakeHost([{ ...busy, Notes: ours({ forced: tokenFor('forceOff') }), State: 'Stopping' }]);
  const { platform, now } = agent(host);
  now.attempt = 2;
  const waits = [
    platform.powerOn(order('powerOn')),
    platform.forceOff(order('forceOff')),
    platform.health(healthOf()),
    platform.reshape({
      ...order('reshape'),
      landing: landing({ nics: [] }),
      predecessor: { disks: [], nics: [] } as never,
    }),
  ];
  expect(await Promise.all(waits.map(classOf))).toEqual(waits.map(() => 'NotFinished'));
  expect(host.lists).toHaveLength(1);
  expect(host.oneVm().nics).toEqual(plugged());
});
