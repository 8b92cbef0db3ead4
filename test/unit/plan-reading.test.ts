import { type JourneyOrder, journeyOrder, type VmPlan } from '../../domain/plan.ts';
import { docsExample, type Example, goodPlan, readWritten, refusalsOf } from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

const vmNamed = async (written: Partial<Example>, name: string): Promise<VmPlan> => {
  const vm = goodPlan(await readWritten({ ...example, ...written })).vms.find((each) => each.name === name);
  if (!vm) throw new Error(`No ${name} in the plan`);
  return vm;
};

const orderOf = async (written: Partial<Example>, name: string): Promise<JourneyOrder> => {
  const plan = goodPlan(await readWritten({ ...example, ...written }));
  const vm = plan.vms.find((each) => each.name === name);
  if (!vm?.id) throw new Error(`No ${name} with an id in the plan`);
  return journeyOrder(plan, { ...vm, id: vm.id });
};

/** The example with one more column; `cells` are for its rows in order. */
const withColumn = (column: string, cells: readonly string[]): string => {
  const [header, ...rows] = example.csv.trimEnd().split('\n');
  return [`${header},${column}`, ...rows.map((row, index) => `${row},${cells[index] ?? ''}`)].join('\n');
};

const ONE_HOP =
  '  local:\n    - { from: hyper-v@stage01, mover: azure-migrate@contoso, to: azure-local@azl01, guests: { source: stage01, target: stage01 } }\n';

test('the example of the docs reads without a warning', async () => {
  const read = await readWritten(example);
  expect(refusalsOf(read)).toEqual([]);
  expect(goodPlan(read).vms.map(({ name }) => name)).toEqual(['db-01', 'web-01', 'web_02']);
});

test('a row becomes one landing a hop, with every default filled in', async () => {
  const [staged, landed] = (await vmNamed({}, 'db-01')).landings;
  const size = { cpus: 8, memoryMb: 32_768, generation: null, power: 'on' };
  const address = { ip: '10.1.30.11', prefix: 24, gateway: '10.1.30.1', dns: ['10.0.0.10', '10.0.0.11'] };
  expect(staged).toEqual({
    ...size,
    name: 'db-01_replica',
    storagePath: 'C:\\ClusterStorage\\Volume1',
    nics: [{ source: 0, network: 'vSwitch-Stage', vlan: 30, address: 'keep' }],
    disks: [],
  });
  expect(landed).toEqual({
    ...size,
    name: 'db-01',
    storagePath: 'csv1',
    nics: [{ source: 0, network: 'lnet-db', vlan: null, address }],
    disks: [{ source: 1, storagePath: 'csv2' }],
  });
});

test('a journey takes leases for all it uses, and one of a single hop none for staging', async () => {
  expect((await orderOf({}, 'db-01')).leases).toEqual(['staging', 'copy', 'cutOver']);
  const plan = goodPlan(await readWritten(example));
  const [vm] = plan.vms;
  const short = { ...plan, paths: { main: plan.paths.main?.slice(0, 1) ?? [] } };
  if (!vm?.id) throw new Error('No VM with an id in the plan');
  expect(journeyOrder(short, { ...vm, id: vm.id }).leases).toEqual(['copy', 'cutOver']);
});

test('plan.yaml with a byte order mark and CRLF line ends says the same', async () => {
  const yaml = `\uFEFF${example.yaml.replaceAll('\n', '\r\n')}`;
  expect(goodPlan(await readWritten({ ...example, yaml }))).toEqual(goodPlan(await readWritten(example)));
});

test('a value may be written once and referred to', async () => {
  const yaml = example.yaml
    .replace('login: { user: svc-tranship', 'login: &prism { user: svc-tranship')
    .replace('login: { user: CONTOSO\\svc-tranship, password: env:VEEAM_PASSWORD }', 'login: *prism');
  const { estate } = goodPlan(await readWritten({ ...example, yaml }));
  expect(estate.veeam.vbr01?.login).toEqual({ user: 'svc-tranship', password: 'env:PRISM_PASSWORD' });
});

test('an Azure Migrate project lands where the Azure Local instance that it names says', async () => {
  const { estate } = goodPlan(await readWritten(example));
  const local = estate['azure-local'].azl01;
  expect(estate['azure-migrate'].contoso?.target).toEqual({
    cluster: local?.cluster,
    customLocation: local?.customLocation,
    customLocationRegion: 'westeurope',
    logicalNetworks: local?.logicalNetworks,
    storagePaths: local?.storagePaths,
    resourceGroupId: '/subscriptions/66666666-7777-8888-9999-000000000000/resourceGroups/rg-azl',
  });
});

test('every gate but "go" is irreversible, whatever the plan says', async () => {
  const { gates } = goodPlan(await readWritten(example));
  const reversible = Object.entries(gates).filter(([, { irreversible }]) => !irreversible);
  expect(reversible.map(([name]) => name)).toEqual(['go']);
  expect(gates.signOff.approvers).toEqual(['app-owners']);
  expect(gates.cutover.approvers).toEqual(['migration-leads']);
});

test('groups cut over as plan.yaml says, then as they stand in vms.csv', async () => {
  const yaml = example.yaml.replace('[db, web]', '[web]');
  expect(goodPlan(await readWritten({ ...example, yaml })).batches['wave-01']?.groups).toEqual(['web', 'db']);
});

test('both files are told about at once', async () => {
  const yaml = example.yaml.replace('hold: 21d', 'hold: soon');
  const csv = example.csv.replace(',2h,', ',2 hours,');
  expect(refusalsOf(await readWritten({ yaml, csv })).map(({ file }) => file)).toEqual(['plan.yaml', 'vms.csv']);
});

test('two VMs of one display name get staged names of their own', async () => {
  const plan = goodPlan(await readWritten({ ...example, csv: example.csv.replace('web_02', 'web-01') }));
  expect(plan.vms.map(({ landings }) => landings[0]?.name)).toEqual([
    'db-01_replica',
    'web-01_replica',
    'web-01_replica_e41d77aa',
  ]);
});

test('a default name makes way for one that a row gives', async () => {
  const csv = withColumn('hop1.name', ['WEB-01_Replica']);
  expect((await vmNamed({ csv }, 'web-01')).landings[0]?.name).toBe('web-01_replica_0b6a1f38');
});

test('the adopted job becomes a setting of the hop that Veeam carries', async () => {
  const csv = withColumn('adopt_job', ['Nightly DB']);
  expect((await vmNamed({ csv }, 'db-01')).settings).toEqual([{ adoptJob: 'Nightly DB' }, {}]);
});

test('an adopted job is refused where Veeam carries no hop', async () => {
  const yaml = `${example.yaml.replace('paths:\n', `paths:\n${ONE_HOP}`)}  wave-02: {}\n`;
  const csv = withColumn('adopt_job', ['', '', 'Nightly']).replace(
    'web,team-orders,main,4,8 GB',
    'web,team-orders,local,4,8 GB',
  );
  expect(refusalsOf(await readWritten({ yaml, csv }))).toContainEqual(
    expect.objectContaining({ line: 4, message: 'adopt_job: no hop of the path is carried by Veeam' }),
  );
});

test('a VM on a path of one hop leaves the cells of the second empty, and its batch has one window or two', async () => {
  const yaml = example.yaml.replace('paths:\n', `paths:\n${ONE_HOP}`);
  const csv = example.csv.replace('web-01,wave-01,web,team-orders,main', 'web-01,wave-01,web,team-orders,local');
  const messages = refusalsOf(await readWritten({ yaml, csv })).map(({ line, message }) => `${line}: ${message}`);
  expect(messages).toContain('3: Path local has no hop 2');
  expect(messages).toContain('3: Path local has 1 hop, but batch wave-01 has 2 windows');
});

test('the order of a journey holds neither an endpoint nor a reference to a secret', async () => {
  const order = await orderOf({}, 'db-01');
  const text = JSON.stringify(order);
  expect(text).not.toMatch(/https?:|env:|file:/);
  expect(JSON.parse(text)).toEqual(order);
});

test('the order of a journey has a hop for each of the path, with its window, landing and settings', async () => {
  const { hops, source } = await orderOf({ csv: withColumn('adopt_job', ['Nightly DB']) }, 'db-01');
  expect(source).toEqual({ id: '7c9f0d52-3c1e-4b7a-9f0e-2a6d5b8c1e44', name: 'db-01' });
  expect(hops.map(({ n, settings, window, landing }) => [n, landing.name, window?.utcText, settings])).toEqual([
    [1, 'db-01_replica', '2030-03-09T19:00Z – 2030-03-10T03:00Z', { repository: 'fast-repo', adoptJob: 'Nightly DB' }],
    [2, 'db-01', '2030-03-16T19:00Z – 2030-03-17T03:00Z', {}],
  ]);
});
