import { eightVms } from '../../lab/scenarios/eight.ts';
import { inside, type Reply } from '../support/lab-http.ts';
import { type PrismBench, prismBench, prismScenario, vmsPath } from './lab-prism.ts';

let prism: PrismBench;

afterEach(() => prism.close());

const names = ({ body }: Reply): unknown =>
  ((inside(body, 'data') ?? []) as { name: string }[]).map(({ name }) => name);

const filter = (text: string): string => `${vmsPath}?$filter=${encodeURIComponent(text)}`;

test('a request without the right password is refused', async () => {
  prism = await prismBench();
  expect((await prism.get(vmsPath, { authorization: 'Basic eDp5' })).status).toBe(401);
});

test('pages hold as many VMs as asked for and tell the total', async () => {
  prism = await prismBench(eightVms({ speed: 1 }));
  const first = await prism.get(`${vmsPath}?$page=0&$limit=5&$orderby=name`);
  const second = await prism.get(`${vmsPath}?$page=1&$limit=5&$orderby=name`);

  expect(names(first)).toHaveLength(5);
  expect(names(second)).toHaveLength(3);
  expect(inside(first.body, 'metadata.totalAvailableResults')).toBe(8);
});

test('a page beyond the end has no data at all', async () => {
  prism = await prismBench();
  const reply = await prism.get(`${vmsPath}?$page=9`);
  expect(reply.body).not.toHaveProperty('data');
});

test('a limit beyond 100 is a validation error', async () => {
  prism = await prismBench();
  const reply = await prism.get(`${vmsPath}?$limit=101`);

  expect(reply.status).toBe(400);
  expect(inside(reply.body, 'data.$errorItemDiscriminator')).toBe('vmm.v4.error.SchemaValidationError');
});

test('filters take names, ids and typed power states', async () => {
  prism = await prismBench(eightVms({ speed: 1 }));
  const [first] = prism.lab.estate.vms.list('ahv');

  expect(names(await prism.get(filter(`extId eq '${first?.id}'`)))).toEqual([first?.name]);
  expect(names(await prism.get(filter(`extId eq '${first?.id}' and powerState eq Vmm.Power'PAUSED'`)))).toEqual([]);
  expect(names(await prism.get(filter(`name eq '${first?.name}' or name eq 'nobody'`)))).toContain(first?.name);
  expect((await prism.get(filter("macAddress eq 'x'"))).status).toBe(400);
});

test('a VM shows what a mover must know', async () => {
  prism = await prismBench();
  const { body } = await prism.get(`${vmsPath}/${prism.lab.vm().id}`);

  expect(inside(body, 'data')).toMatchObject({
    extId: prism.lab.vm().id,
    powerState: 'ON',
    $bootConfigItemDiscriminator: 'vmm.v4.ahv.config.UefiBoot',
    memorySizeBytes: prism.lab.vm().memoryMb * 1024 * 1024,
    guestTools: { isInstalled: true, isReachable: true },
  });
  expect(inside(body, 'data.disks.0.backingInfo.diskSizeBytes')).toBe(prism.lab.vm().disks[0]?.bytes);
  expect(inside(body, 'data.nics.0.networkInfo.ipv4Info.learnedIpAddresses.0.value')).toBe('10.10.110.21');
});

test('the NIC schema follows the minor that was negotiated', async () => {
  prism = await prismBench(prismScenario('newer'));
  const id = prism.lab.vm().id;
  const newest = inside((await prism.get('/api/vmm/unversioned/info')).body, 'data');
  const newer = await prism.get(`/api/vmm/${String(newest)}/ahv/config/vms/${id}`);
  const older = await prism.get(`${vmsPath}/${id}`);

  expect(newest).toBe('v4.3');
  expect(inside(newer.body, 'data.nics.0.nicBackingInfo.isConnected')).toBe(true);
  expect(inside(newer.body, 'data.nics.0.backingInfo')).toBeUndefined();
  expect(inside(older.body, 'data.nics.0.backingInfo.isConnected')).toBe(true);
});

test('a version the server does not have is not found', async () => {
  prism = await prismBench();
  expect((await prism.get('/api/vmm/v4.3/ahv/config/vms')).status).toBe(404);
});

test('clusters and subnets are listed', async () => {
  prism = await prismBench();
  expect(names(await prism.get('/api/clustermgmt/v4.0/config/clusters'))).toContain('NTNX-A');
  expect(names(await prism.get('/api/networking/v4.0/config/subnets'))).toEqual(['vlan-110-app', 'vlan-120-db']);
});

test('a NIC is unplugged by sending it back whole', async () => {
  prism = await prismBench();
  const vm = prism.lab.vm();
  const path = `${vmsPath}/${vm.id}/nics/${vm.nics[0]?.id}`;
  const nic = inside((await prism.get(path)).body, 'data') as { backingInfo: object };
  const body = { ...nic, backingInfo: { ...nic.backingInfo, isConnected: false } };
  await prism.ended(await prism.act('PUT', path, { body }));

  expect(prism.lab.vm().nics[0]).toMatchObject({ connected: false, network: 'vlan-110-app' });
  expect(prism.lab.events('vm.nic')).toHaveLength(1);
});

test('a note is kept in the description', async () => {
  prism = await prismBench();
  const path = `${vmsPath}/${prism.lab.vm().id}`;
  const vm = inside((await prism.get(path)).body, 'data') as object;
  await prism.ended(await prism.act('PUT', path, { body: { ...vm, description: 'held until March' } }));

  expect(inside((await prism.get(path)).body, 'data.description')).toBe('held until March');
});
