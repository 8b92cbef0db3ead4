import { error, order, tokenFor } from './hyper-v-fixtures.ts';
import { fakeHost } from './hyper-v-host.ts';
import { changesOf, classOf, landed, ours, platformOf, serving } from './hyper-v-scenarios.ts';

test('starts a VM that is off and tells that it is on', async () => {
  const host = fakeHost([landed()]);
  expect((await platformOf(host).powerOn(order('powerOn'))).power).toBe('on');
  expect(changesOf(host)).toEqual(['Start-VM']);
});

test('leaves a VM that runs alone', async () => {
  const host = fakeHost([serving()]);
  await platformOf(host).powerOn(order('powerOn'));
  expect(changesOf(host)).toEqual([]);
});

test.each([
  ['Saved', 'Refused'],
  ['Stopping', 'NotFinished'],
  ['Starting', 'NotFinished'],
])('of a VM that is %s: %s', async (State, expected) => {
  const host = fakeHost([{ ...landed(), State }]);
  expect(await classOf(platformOf(host).powerOn(order('powerOn')))).toBe(expected);
  expect(changesOf(host)).toEqual([]);
});

test('waits while disks are merged', async () => {
  expect(
    await classOf(
      platformOf(fakeHost([{ ...landed(), OperationalStatus: ['MergingDisks'] }])).powerOn(order('powerOn')),
    ),
  ).toBe('NotFinished');
});

test('a host without memory refuses', async () => {
  const host = fakeHost([landed()]);
  host.refuse = ({ id }) =>
    id === 'start'
      ? error('NotSpecified', 'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StartVM', 'zu wenig (0x8007000E)')
      : null;
  expect(await classOf(platformOf(host).powerOn(order('powerOn')))).toBe('Refused');
});

test('forgets an earlier shutdown, so that the next one asks anew', async () => {
  const host = fakeHost([{ ...landed(), Notes: ours({ asked: { token: tokenFor('shutDown'), at: 1, taken: true } }) }]);
  await platformOf(host).powerOn(order('powerOn'));
  expect(host.oneVm().Notes).not.toContain('asked');
});
