import { readFileSync } from 'node:fs';
import type { LabVm } from '../../lab/estate/types.ts';
import type { Reply } from '../support/lab-http.ts';
import { type ArmBench, armBench, inside, minutes } from './lab-arm-bench.ts';

interface Shape {
  readonly fact: string;
  /** The recording was whole: nothing may be added to these property sets. */
  readonly exact: boolean;
  readonly status: number;
  readonly headers: readonly string[];
  /** Property names by path; `[]` stands for every entry of a list. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What real answers have: property sets, header names and fixed values, taken from recorded exchanges. */
const shapes = JSON.parse(readFileSync('test/fixtures/arm/shapes.json', 'utf8')) as Readonly<Record<string, Shape>>;

const at = (body: unknown, path: string): readonly unknown[] =>
  path
    .split('.')
    .filter((step) => step !== '')
    .reduce<readonly unknown[]>(
      (found, step) => {
        const values = found.map((each) => inside(each, step.replace('[]', '')));
        return step.endsWith('[]') ? values.flat() : values;
      },
      [body],
    );

const namesAt = (body: unknown, path: string): readonly string[] =>
  [...new Set(at(body, path).flatMap((each) => Object.keys((each ?? {}) as object)))].sort();

/** The answer has every recorded property and header, and the recorded fixed values. */
const expectShape = (reply: Reply, name: string): void => {
  const shape = shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  expect(reply.status).toBe(shape.status);
  expect([...reply.headers.keys()]).toEqual(expect.arrayContaining([...shape.headers]));
  for (const [path, names] of Object.entries(shape.keys)) {
    expect({ path, names: namesAt(reply.body, path) }).toEqual({
      path,
      names: shape.exact ? names : expect.arrayContaining([...names]),
    });
  }
  for (const [path, value] of Object.entries(shape.values)) {
    expect({ path, value: inside(reply.body, path.slice(1)) }).toEqual({ path, value });
  }
};

let lab: ArmBench;
let vm: LabVm;
beforeEach(async () => {
  lab = await armBench();
  vm = lab.staged();
  await lab.prepare();
});
afterEach(() => lab.stop());

test('discovery answers a site, its machines and its cluster as the service does', async () => {
  expectShape(await lab.arm('GET', lab.names.sourceSite), 'site');
  const machine = await lab.arm('GET', `${lab.names.sourceSite}/machines/${vm.id}`);
  expectShape(machine, 'machine');
  expectShape(await lab.arm('GET', String(inside(machine.body, 'properties.clusterId'))), 'sourceCluster');
});

test('the vault, its fabrics and its policy have the recorded properties', async () => {
  expectShape(await lab.arm('GET', lab.names.vault), 'vault');
  expectShape(
    await lab.arm('GET', `${lab.names.group}/providers/Microsoft.DataReplication/replicationFabrics`),
    'fabrics',
  );
  const policies = await lab.arm('GET', `${lab.names.vault}/replicationPolicies`);
  expectShape(await lab.arm('GET', String(inside(policies.body, 'value.0.id'))), 'policy');
});

test('enabling answers 201 with the inputs echoed, and its job is there at once', async () => {
  const accepted = await lab.protect(vm);
  expectShape(accepted, 'itemAccepted');
  expect(accepted.headers.get('retry-after')).toBe('15');
  const job = `${lab.names.vault}/jobs/${jobName(accepted)}`;
  expectShape(await lab.arm('GET', job), 'enableStarted');

  lab.pass(4_000);
  lab.pass(4_000);
  expectShape(await lab.arm('GET', lab.item(vm)), 'itemEnabling');
  await lab.until(vm, 'Protected');
  expectShape(await lab.arm('GET', job), 'enableSucceeded');
  expectShape(await lab.arm('GET', lab.item(vm)), 'protectedDisk');
  expectShape(await lab.arm('GET', `${lab.names.vault}/jobs`), 'jobListed');
});

const jobName = (reply: Reply): string =>
  (reply.headers.get('azure-asyncoperation') ?? '').split('?')[0]?.split('/').at(-1)?.split('_')[0] ?? '';

test('a planned failover is accepted without a body and ends on the recovery side', async () => {
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  const accepted = await lab.fail(vm);
  expectShape(accepted, 'failoverAccepted');
  expect(accepted.body).toBeNull();
  lab.pass(100);
  expectShape(await lab.arm('GET', `${lab.names.vault}/jobs/${jobName(accepted)}`), 'failoverStarted');
  await lab.settled(accepted);
  expectShape(await lab.arm('GET', lab.item(vm)), 'failedOver');
});

test('a failed enabling shows its health error, and an update of it a job that was refused', async () => {
  lab.arms({ kind: 'refused', point: 'arm.enable' });
  await lab.settled(await lab.protect(vm));
  expectShape(await lab.arm('GET', lab.item(vm)), 'enablingFailed');

  const update = await lab.arm('PATCH', lab.item(vm), {
    properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', targetCpuCores: 4 } },
  });
  expect(update.status).toBe(202);
  lab.pass(minutes(1));
  expectShape(await lab.arm('GET', `${lab.names.vault}/jobs/${jobName(update)}`), 'jobRefused');
});

test('an operation is named by two signed URLs of more than 3 kB with a blank in the region', async () => {
  const { headers } = await lab.protect(vm);
  const [status, location] = [headers.get('azure-asyncoperation') ?? '', headers.get('location') ?? ''];
  expect(status.length).toBeGreaterThan(3000);
  expect(location.length).toBeGreaterThan(3000);
  expect(status).toContain('%20');
  expect(status).not.toBe(location);
  expect(status.split('?')[0]).toBe(location.split('?')[0]);

  const read = (url: string): Promise<Reply> =>
    lab.raw('GET', url.replace(/^https:\/\/[^/]+/, ''), { authorization: `Bearer ${lab.token()}` });
  expect(inside((await read(status)).body, 'status')).toBe('InProgress');
  expect(inside((await read(location)).body, 'status')).toBe('InProgress');
  expect((await read(status.slice(0, -10))).status).toBe(403);
  lab.pass(minutes(20));
  lab.pass(minutes(20));
  lab.pass(minutes(20));
  lab.pass(minutes(20));
  lab.pass(minutes(20));
  expect(inside((await read(status)).body, 'status')).toBe('Succeeded');
});
