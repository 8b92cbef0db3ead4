import { JOURNEY, order, tokenFor } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { changesOf, classOf, landed, ours, platformOf, serving, wiring } from './hyper-v-scenarios.ts';

const isolate = (host: FakeHost, extent: 'full' | 'autostart' = 'full') =>
  platformOf(host).isolate({ ...order('isolate'), extent });

test('unplugs every adapter, keeps the host from starting it, and tells what was there', async () => {
  const host = fakeHost([serving()]);
  const found = await isolate(host);
  expect(found).toMatchObject({ wiring, autostart: true });
  expect(host.oneVm().nics.map(({ SwitchName }) => SwitchName)).toEqual([null, null]);
  expect(host.oneVm().AutomaticStartAction).toBe('Nothing');
  expect(found.description.nics.every(({ connected }) => !connected)).toBe(true);
});

test('of an isolated VM tells the wiring and start action it had before, and changes nothing', async () => {
  const host = fakeHost([serving()]);
  const first = await isolate(host);
  host.lists.splice(0);
  const second = await isolate(host);
  expect([second.wiring, second.autostart]).toEqual([first.wiring, first.autostart]);
  expect(changesOf(host)).toEqual([]);
});

test('of a VM isolated by half tells the whole wiring', async () => {
  const host = fakeHost([serving()]);
  host.diesAfter = 3;
  expect(await classOf(isolate(host))).toBe('Unreachable');
  expect(host.oneVm().nics.filter(({ SwitchName }) => SwitchName === null)).toHaveLength(1);
  expect((await isolate(host)).wiring).toEqual(wiring);
});

test('an adapter plugged in by hand since then tells what it is plugged into now', async () => {
  const host = fakeHost([serving()]);
  await isolate(host);
  Object.assign(host.oneVm().nics[1] ?? {}, { SwitchName: 'Production' });
  expect((await isolate(host)).wiring[1]).toMatchObject({ network: 'Production', connected: true });
});

test('only its start action, when that is asked: it goes on serving', async () => {
  const host = fakeHost([serving()]);
  expect((await isolate(host, 'autostart')).autostart).toBe(true);
  expect(host.oneVm().nics.map(({ SwitchName }) => SwitchName)).toEqual(['Production', 'Storage']);
  expect((await isolate(host)).autostart).toBe(true);
});

test('a VM that nobody isolated and that is unplugged tells that it is', async () => {
  expect((await isolate(fakeHost([landed()]))).wiring.map(({ connected }) => connected)).toEqual([false, false]);
});

test('wiring noted by another journey is not ours to give back', async () => {
  const Notes = ours({ wiring }).replaceAll(JOURNEY, 'another-journey');
  expect((await isolate(fakeHost([{ ...landed(), Notes }]))).wiring.map(({ network }) => network)).toEqual([
    null,
    null,
  ]);
});

test('the Notes of the customer stay, whatever an earlier line of ours held', async () => {
  const host = fakeHost([{ ...serving(), Notes: `before\n[${tokenFor('reshape')} {broken]\nafter` }]);
  await isolate(host);
  expect(host.oneVm().Notes).toMatch(/^before\nafter\n\[tranship:/);
});
