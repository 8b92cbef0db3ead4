import { error, file, GIGABYTE, JOURNEY, OTHER_ID, order, ROOT, tokenFor, VM_ID } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { bothDrives, changesOf, classOf, landed, neighbour, platformOf, serving } from './hyper-v-scenarios.ts';

const remove = (host: FakeHost, more: object = {}) =>
  platformOf(host).remove({ ...order('remove'), journey: JOURNEY, alive: [], ...more });

test('removes the VM and its files, and nobody else’s', async () => {
  const host = fakeHost([landed(), neighbour()]);
  expect(await remove(host)).toEqual({ removed: true });
  expect([...host.vms.keys()]).toEqual([OTHER_ID]);
  expect([...host.files.keys()]).toEqual(neighbour().drives.map(({ Path }) => Path));
});

test('gone already is done', async () => {
  const host = fakeHost([neighbour()]);
  expect(await remove(host)).toEqual({ removed: true });
  expect(changesOf(host)).toEqual([]);
});

test('a host that cannot be asked does not count as gone', async () => {
  const host = fakeHost([landed()]);
  host.refuse = ({ id }) => (id === 'vm' ? error('ResourceUnavailable', 'Any') : null);
  expect(await classOf(remove(host))).toBe('Unreachable');
});

const child = (): FakeHost => {
  const host = fakeHost([landed()]);
  host.files.set(
    `${ROOT}\\${VM_ID}\\disk-1.vhdx`,
    file(GIGABYTE, { VhdType: 'Differencing', ParentPath: 'X:\\mount.vhdx' }),
  );
  return host;
};

test.each<[string, string, () => FakeHost, object]>([
  ['a VM without a token', 'Unsafe', () => fakeHost([{ ...landed(), Notes: 'theirs' }]), {}],
  ['a VM of another journey', 'Unsafe', () => fakeHost([landed()]), { journey: 'another' }],
  [
    'a VM whose customer wrote our token in the middle of a line',
    'Unsafe',
    () => fakeHost([{ ...landed(), Notes: `see ${tokenFor('reshape')}` }]),
    {},
  ],
  ['a VM that lives on', 'Unsafe', () => fakeHost([landed()]), { alive: [{ id: VM_ID.toUpperCase(), name: 'x' }] }],
  ['a VM that runs', 'Refused', () => fakeHost([serving()]), {}],
  ['a VM that is saved', 'Refused', () => fakeHost([{ ...landed(), State: 'Saved' }]), {}],
  ['a VM with a checkpoint', 'Refused', () => fakeHost([{ ...landed(), checkpoints: [{ Name: 'mount' }] }]), {}],
  ['a VM that is served from a mount', 'Refused', child, {}],
  [
    'a disk outside the folders of staged VMs',
    'Unsafe',
    () => fakeHost([{ ...landed(), drives: [{ ...bothDrives()[0], Path: 'D:\\production\\disk.vhdx' }] }]),
    {},
  ],
  [
    'a disk that climbs out of them',
    'Unsafe',
    () => fakeHost([{ ...landed(), drives: [{ ...bothDrives()[0], Path: `${ROOT}\\..\\..\\disk.vhdx` }] }]),
    {},
  ],
  [
    'a folder whose name only begins the same',
    'Unsafe',
    () => fakeHost([{ ...landed(), drives: [{ ...bothDrives()[0], Path: `${ROOT}0\\disk.vhdx` }] }]),
    {},
  ],
  [
    'a physical disk',
    'Unsafe',
    () => fakeHost([{ ...landed(), drives: [{ ...bothDrives()[0], Path: 'Disk 2' }] }]),
    {},
  ],
  ['a disk that another VM uses', 'Unsafe', () => fakeHost([landed(), neighbour({ drives: landed().drives })]), {}],
])('%s: %s, and nothing is removed', async (_, expected, make, more) => {
  const host = make();
  const before = [[...host.vms.keys()], [...host.files.keys()]];
  expect(await classOf(remove(host, more))).toBe(expected);
  expect([[...host.vms.keys()], [...host.files.keys()]]).toEqual(before);
  expect(changesOf(host)).toEqual([]);
});

test('a file that cannot be deleted leaves the VM there, so that the next attempt still knows it', async () => {
  const host = fakeHost([landed()]);
  host.refuse = ({ id }) =>
    id === 'delete 1'
      ? error('WriteError', 'RemoveFileSystemItemIOError,Microsoft.PowerShell.Commands.RemoveItemCommand', '0x80070020')
      : null;
  expect(await classOf(remove(host))).toBe('NotFinished');
  expect(host.vms.has(VM_ID)).toBe(true);
  host.refuse = () => null;
  expect(await remove(host)).toEqual({ removed: true });
  expect(host.files.size).toBe(0);
});

test('the files go before the VM that tells which they are', async () => {
  const host = fakeHost([landed()]);
  await remove(host);
  expect(changesOf(host)).toEqual(['Remove-Item', 'Remove-Item', 'Remove-VM']);
});
