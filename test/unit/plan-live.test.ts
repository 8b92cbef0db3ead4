import type { Finding } from '../../domain/finding.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ListedVm } from '../../domain/vm.ts';
import { checkLiveAddresses } from '../../plan/live/addresses.ts';
import { findIdentities } from '../../plan/live/identities.ts';
import { placeFindings } from '../../plan/live/path-findings.ts';
import { checkQueues, queuesOfPlan } from '../../plan/live/queues.ts';
import { placed, type Said } from '../../plan/live/said.ts';
import { checkShapes } from '../../plan/live/shapes.ts';
import { listedVm } from '../support/listed-vm.ts';
import { docsExample, type Example, goodPlan, readWritten } from './plan-example.ts';

const QUEUE = 'ahv@ntnx-a';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

/** The example with other rows, the first in group db and the others in web: `id`, `name` and the adapters of its last landing. */
const planOf = async (rows: readonly (readonly [id: string, name: string, nics?: string])[]): Promise<Plan> => {
  const lines = rows.map(([id, name, nics = '0:lnet-app/keep'], n) => {
    const group = n === 0 ? 'db' : 'web';
    return `${id},${name},wave-01,${group},team,main,4,8 GB,0:vSwitch-Stage/vlan=20/keep,vm-${n},csv1,"${nics}",,,`;
  });
  return goodPlan(await readWritten({ ...example, csv: [example.csv.split('\n')[0], ...lines].join('\n') }));
};

const sources = (...vms: readonly ListedVm[]) => new Map([[QUEUE, vms]]);
const told = (said: readonly Said[]) =>
  said.map(({ at, severity }) =>
    'vm' in at ? `${severity} ${at.vm} ${at.column}` : `${severity} ${at.plan.join('.')}`,
  );

describe('which VM a row is', () => {
  test('an id is found, whatever the name', async () => {
    const db = listedVm('db-01');
    const { found, said } = findIdentities(
      await planOf([
        [db.ref.id, 'db-01'],
        [listedVm('x').ref.id, 'y'],
      ]),
      sources(db),
    );
    expect(found[0]).toBe(db);
    expect(told(said)).toEqual(['error 1 id']);
  });

  test('a VM that its source calls otherwise is found, and the name is told', async () => {
    const db = listedVm('db-old');
    const { found, said } = findIdentities(
      await planOf([
        [db.ref.id, 'db-01'],
        ['', 'b'],
      ]),
      sources(db, listedVm('b')),
    );
    expect(found[0]).toBe(db);
    expect(said).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('"db-old"') }),
    ]);
  });

  test('an id that is not there names the VM that bears the name of the row', async () => {
    const db = listedVm('db-01');
    const { said } = findIdentities(
      await planOf([
        [listedVm('x').ref.id, 'db-01'],
        ['', 'b'],
      ]),
      sources(db, listedVm('b')),
    );
    expect(said).toEqual([expect.objectContaining({ severity: 'error', fix: expect.stringContaining(db.ref.id) })]);
  });

  test('of a display name that several bear every candidate is listed, with cluster, power and addresses', async () => {
    const [one, two] = [listedVm('web', {}, '10.0.0.7'), listedVm('web', { power: 'off', cluster: 'NTNX-B' })];
    const { found, said } = findIdentities(
      await planOf([
        ['', 'web'],
        ['', 'b'],
      ]),
      sources(one, two, listedVm('b')),
    );
    expect(found[0]).toBeNull();
    expect(said).toEqual([
      {
        at: { vm: 0, column: 'name' },
        severity: 'error',
        message: `2 VMs of ${QUEUE} are called "web"`,
        fix: `Write the id of the one you mean: ${one.ref.id} (cluster NTNX-A, on, 10.0.0.7); ${two.ref.id} (cluster NTNX-B, off, no address).`,
      },
    ]);
  });

  test('a name that nobody bears gets the nearest ones', async () => {
    const { said } = findIdentities(
      await planOf([
        ['', 'wbe-01'],
        ['', 'b'],
      ]),
      sources(listedVm('web-01'), listedVm('b')),
    );
    expect(said).toEqual([expect.objectContaining({ severity: 'error', fix: 'Did you mean "web-01"?' })]);
  });

  test('a name that one VM bears is that VM, and its id is told', async () => {
    const [a, b] = [listedVm('a'), listedVm('b')];
    const { found, said, unwritten } = findIdentities(
      await planOf([
        ['', 'a'],
        [b.ref.id, 'b'],
      ]),
      sources(a, b),
    );
    expect(found).toEqual([a, b]);
    expect(said).toEqual([]);
    expect(unwritten).toEqual([
      expect.objectContaining({
        at: { vm: 0, column: 'id' },
        severity: 'warning',
        fix: expect.stringContaining(a.ref.id),
      }),
    ]);
  });

  test('one VM in two rows, once by id and once by name, is refused in the second', async () => {
    const a = listedVm('a');
    const { found, said } = findIdentities(
      await planOf([
        [a.ref.id, 'b'],
        ['', 'a'],
      ]),
      sources(a),
    );
    expect(found).toEqual([a, null]);
    expect(told(said)).toEqual(['warning 0 name', 'error 1 name']);
  });

  test('rows of a source that was not asked are left alone', async () => {
    const { found, said } = findIdentities(
      await planOf([
        ['', 'a'],
        ['', 'b'],
      ]),
      new Map(),
    );
    expect(found).toEqual([null, null]);
    expect(said).toEqual([]);
  });
});

describe('addresses', () => {
  const wanting = (nics: string) =>
    planOf([
      ['', 'a', nics],
      ['', 'b'],
    ]);
  const check = async (nics: string, ...more: readonly ListedVm[]) => {
    const plan = await wanting(nics);
    const [a, b] = [listedVm('a', {}, '10.1.0.1'), listedVm('b', {}, '10.1.0.2')];
    return checkLiveAddresses(plan, [a, b], sources(a, b, ...more));
  };

  test('an address that a running VM beside the plan holds is refused', async () => {
    const said = await check('0:lnet-app/10.1.0.9/24', listedVm('other', {}, '10.1.0.9'));
    expect(told(said)).toEqual(['error 0 hop2.nics']);
    expect(said[0]?.message).toContain('"other"');
  });

  test('an address that another row keeps is refused', async () => {
    expect(told(await check('0:lnet-app/10.1.0.2/24'))).toEqual(['error 0 hop2.nics']);
  });

  test('an address that another row gives up is a matter of order', async () => {
    const plan = await planOf([
      ['', 'a', '0:lnet-app/10.1.0.2/24'],
      ['', 'b', '0:lnet-app/10.1.0.3/24'],
    ]);
    const [a, b] = [listedVm('a'), listedVm('b', {}, '10.1.0.2')];
    expect(told(checkLiveAddresses(plan, [a, b], sources(a, b)))).toEqual(['warning 0 hop2.nics']);
  });

  test('a VM may be given the address it has', async () => {
    expect(await check('0:lnet-app/10.1.0.1/24')).toEqual([]);
  });

  test('a holder that is off is a warning', async () => {
    const off = listedVm('other', { power: 'off' }, '10.1.0.9');
    expect(told(await check('0:lnet-app/10.1.0.9/24', off))).toEqual(['warning 0 hop2.nics']);
  });

  test('two rows that bring one address along onto one network are refused', async () => {
    const plan = await wanting('0:lnet-app/keep');
    const [a, b] = [listedVm('a', {}, '10.1.0.1'), listedVm('b', {}, '10.1.0.1')];
    expect(told(checkLiveAddresses(plan, [a, b], sources(a, b)))).toEqual(['error 1 hop2.nics']);
  });

  test('addresses that guests gave themselves clash with nobody', async () => {
    const plan = await wanting('0:lnet-app/keep');
    const [a, b] = [listedVm('a', {}, '169.254.1.1'), listedVm('b', {}, '169.254.1.1')];
    expect(checkLiveAddresses(plan, [a, b], sources(a, b))).toEqual([]);
  });
});

describe('what the VMs are', () => {
  const disks = (terabytes: number) => [{ id: 'd', bytes: terabytes * 2 ** 40, boot: true }];

  test('adapters that the VM lacks are refused, those that the row leaves out are told', async () => {
    const plan = await planOf([
      ['', 'a', '3:lnet-app/keep'],
      ['', 'b'],
    ]);
    const said = checkShapes(plan, [listedVm('a'), listedVm('b')]);
    expect(told(said)).toEqual(['error 0 hop2.nics', 'warning 0 hop2.nics']);
    expect(said.map(({ message }) => message)).toEqual([
      'hop2.nics: it has 1 adapter, none is 3',
      'hop2.nics: adapter 0 (vlan-20) will not be connected',
    ]);
  });

  test('a VM that never fits on staging is refused', async () => {
    const said = checkShapes(
      await planOf([
        ['', 'a'],
        ['', 'b'],
      ]),
      [listedVm('a', { disks: disks(5) }), listedVm('b')],
    );
    expect(told(said)).toEqual(['error 0 name']);
    expect(said[0]?.message).toBe('Its disks come to 5.00 TB; staging takes 4.00 TB in all');
  });

  test('a batch that does not fit at once is a warning at the batch', async () => {
    const vms = [listedVm('a', { disks: disks(3) }), listedVm('b', { disks: disks(2) })];
    expect(
      told(
        checkShapes(
          await planOf([
            ['', 'a'],
            ['', 'b'],
          ]),
          vms,
        ),
      ),
    ).toEqual(['warning batches.wave-01']);
  });

  test('another operating system than the row says is a warning', async () => {
    const read = await readWritten({
      ...example,
      csv: example.csv.replace('path,', 'path,os,').replaceAll(',main,', ',main,linux,'),
    });
    const said = checkShapes(goodPlan(read), [null, listedVm('web-01'), null]);
    expect(told(said)).toContain('warning 1 os');
  });
});

test('a queue that nobody serves is told at the first place of the plan that names it, with the command that serves it', async () => {
  const read = await readWritten(example);
  const plan = goodPlan(read);
  expect([...queuesOfPlan(plan).keys()]).toHaveLength(7);
  const said = checkQueues(plan, ['veeam@vbr01', 'guest@stage01']);
  expect(said.map(({ fix }) => fix)).toEqual(
    expect.arrayContaining([expect.stringContaining('tranship worker agent --serve veeam@vbr01')]),
  );
  if (!('plan' in read)) throw new Error('refused');
  const line = example.yaml.split('\n').findIndex((text) => text.includes('mover: veeam@vbr01')) + 1;
  expect(said.map((each) => placed(each, read.places).line)).toContain(line);
});

describe('findings of the whole path', () => {
  const finding = (change: Partial<Finding>): Finding => ({
    id: 'PF-306',
    severity: 'block',
    subject: 'stage01',
    message: 'There is no virtual switch vSwitch-X.',
    fix: 'Create it.',
    hop: 1,
    ...change,
  });

  test('stand in the cell they are about: networks, storage, names', async () => {
    const plan = await planOf([
      ['', 'a'],
      ['', 'b'],
    ]);
    const findings = [
      finding({}),
      finding({ id: 'PF-504', subject: 'csv1', message: 'There is no storage path.', hop: 2 }),
      finding({ id: 'PF-216', subject: 'vm-0', message: 'A machine of this name is there.', hop: 2 }),
      finding({ id: 'PF-111', severity: 'warn', subject: 'a', message: 'No guest tools.' }),
    ];
    const said = placeFindings(plan, [{ vm: 0, findings }]);
    expect(told(said)).toEqual(['error 0 hop1.nics', 'error 0 hop2.storage', 'error 0 hop2.name', 'warning 0 name']);
    expect(said[0]?.message).toBe('hop1.nics: stage01: There is no virtual switch vSwitch-X (PF-306)');
  });

  test('that are information only are left out', async () => {
    const plan = await planOf([
      ['', 'a'],
      ['', 'b'],
    ]);
    expect(placeFindings(plan, [{ vm: 0, findings: [finding({ severity: 'info' })] }])).toEqual([]);
  });

  test('that say the same of several VMs are told once', async () => {
    const plan = await planOf([
      ['', 'a'],
      ['', 'b'],
    ]);
    const said = placeFindings(plan, [
      { vm: 0, findings: [finding({})] },
      { vm: 1, findings: [finding({})] },
    ]);
    expect(said.map(({ message }) => message)).toEqual([expect.stringMatching(/\(PF-306\); so for b$/)]);
  });
});
