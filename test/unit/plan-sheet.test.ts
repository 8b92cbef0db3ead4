import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPlanBasis } from '../../plan/read-plan.ts';
import { type Amendment, amendSheet } from '../../plan/roster/amend-sheet.ts';
import { firstSheet, type SheetAround } from '../../plan/roster/first-sheet.ts';
import { guarded, unguarded } from '../../plan/roster/formula-guard.ts';
import { listedVm } from '../support/listed-vm.ts';
import { docsExample, type Example, goodPlan, NOW, readWritten, refusalsOf } from './plan-example.ts';

let example: Example;
let around: SheetAround;
beforeAll(async () => {
  example = await docsExample();
  const { estate, paths } = goodPlan(await readWritten(example));
  around = { estate, paths, source: 'ahv@ntnx-a' };
});

/** Groups of the example are of its own rows. */
const withoutGroups = (yaml: string): string => yaml.replace('groups: [db, web]', 'groups: []');

describe('the first sheet', () => {
  test('is a plan once batch, owner and landings are filled in', async () => {
    const sheet = firstSheet([listedVm('web-01', { cpus: 6, memoryMb: 12_288 }), listedVm('db-01')], around);
    const blank = await readWritten({
      yaml: withoutGroups(example.yaml),
      csv: sheet,
    });
    expect(new Set(refusalsOf(blank).map(({ message }) => message))).toEqual(
      new Set([
        'batch is empty',
        'owner is empty',
        'hop2.storage is empty, and there is more than one place to land',
        'hop2.nics: Adapter 0: azure-local@azl01 has no logical network "vlan-20"',
        'No VM is in batch wave-01',
      ]),
    );

    const filled = sheet
      .replaceAll(/(web|db)-01,,,,/g, '$1-01,wave-01,,team,')
      .replaceAll(',0:vlan-20/keep', 'csv1,0:lnet-app/keep');
    const plan = goodPlan(await readWritten({ yaml: withoutGroups(example.yaml), csv: filled }));
    expect(plan.vms[0]).toMatchObject({
      name: 'web-01',
      path: 'main',
      os: 'windows',
      landings: [
        { name: 'web-01_replica', cpus: 6, memoryMb: 12_288, nics: [{ source: 0, vlan: 20, address: 'keep' }] },
        { name: 'web-01', cpus: 6, memoryMb: 12_288, nics: [{ network: 'lnet-app', vlan: null }] },
      ],
    });
  });

  test('leaves out adapters that are unplugged, and says none where there is no other', () => {
    const [nic] = listedVm('a').nics;
    const vms = [listedVm('a', { nics: nic ? [{ ...nic, connected: false }, nic] : [] }), listedVm('b', { nics: [] })];
    const [, a, b] = firstSheet(vms, around).split('\n');
    expect(a).toContain(',1:vlan-20/vlan=20/keep,');
    expect(b).toMatch(/,none,,,,,none$/);
  });

  test('holds no cell that a spreadsheet would run, and is read as it was meant', async () => {
    const names = ['=cmd|calc', '+1', '-old', '@sum', "'=x", '"quoted", and more', ' spaced ', 'line\nbreak', 'Grün'];
    const sheet = firstSheet(
      names.map((name) => listedVm(name)),
      around,
    );
    const cells = sheet.split(/[,\n]/).map((cell) => cell.replace(/^"/, ''));
    expect(cells.filter((cell) => /^[=+@-]/.test(cell))).toEqual([]);
    const filled = sheet
      .replaceAll(',,,,main', ',wave-01,,team,main')
      .replaceAll('2,4096,,0:vlan-20/vlan=20/keep,,,,,0:vlan-20/keep', '2,4096,,none,N,,,csv1,none');
    let n = 0;
    const next = (): number => {
      n += 1;
      return n;
    };
    const csv = filled
      .replaceAll(',N,', () => `,vm-${next()},`)
      .replaceAll('windows,,,,', () => `windows,,,s-${next()},`);
    const plan = goodPlan(
      await readWritten({ yaml: withoutGroups(example.yaml).replace('staging: 8', 'staging: 9'), csv }),
    );
    expect(plan.vms.map(({ name }) => name)).toEqual(names);
  });

  test.each(['=a', '+a', '-a', '@a', '\ta', "'=a", "''=a", 'plain', "'quoted'", ''])(
    'the guard before %j can be taken away again',
    (text) => {
      expect(unguarded(guarded(text))).toBe(text);
    },
  );
});

describe('a sheet that is there already', () => {
  const amend = (text: string, change: Partial<Amendment>) => {
    const amended = amendSheet('vms.csv', text, { idOf: () => null, append: () => [], ...change });
    if ('refusals' in amended) throw new Error(JSON.stringify(amended.refusals));
    return amended;
  };
  const byName = (ids: Readonly<Record<string, string>>): Partial<Amendment> => ({
    idOf: ({ name }) => ids[name] ?? null,
  });

  test('gets the ids it lacks, and nothing else of it changes', () => {
    const text = '\uFEFFName;ID;note\r\na;;"x;\r\ny"\r\n\r\nb ; "" ;z\r\nc;known;\r\n';
    const { text: now, filled } = amend(text, byName({ a: 'id-a', b: 'id-b', c: 'other' }));
    expect(now).toBe('\uFEFFName;ID;note\r\na;id-a;"x;\r\ny"\r\n\r\nb ; id-b ;z\r\nc;known;\r\n');
    expect(filled).toBe(2);
  });

  test('without the column gets it in front', () => {
    expect(amend('name,batch\na,w\nb,w\n', byName({ b: 'id-b' })).text).toBe('id,name,batch\n,a,w\nid-b,b,w\n');
  });

  test('gets more rows in the order of its own columns', () => {
    const append = () => [{ name: '=c', id: 'id-c', 'hop1.nics': '0:a/keep; 1:b/keep' }];
    expect(amend('hop1.nics;Name;id\nnone;a;x', { append }).text).toBe(
      'hop1.nics;Name;id\nnone;a;x\n"0:a/keep; 1:b/keep";\'=c;id-c\n',
    );
  });

  test('of something else is refused', () => {
    expect(amendSheet('notes.csv', 'when,what\n1,2\n', { idOf: () => 'x', append: () => [] })).toMatchObject({
      refusals: [{ severity: 'error' }],
    });
  });

  test('that cannot be read is refused at its place', () => {
    expect(amendSheet('vms.csv', 'id,name\n,"a\n', { idOf: () => 'x', append: () => [] })).toEqual({
      refusals: [expect.objectContaining({ line: 2, column: 2 })],
    });
  });
});

describe('plan.yaml by itself', () => {
  const inFolder = async <T>(yaml: string, work: (file: string) => Promise<T>): Promise<T> => {
    const dir = await mkdtemp(join(tmpdir(), 'tranship-basis-'));
    try {
      await writeFile(join(dir, 'plan.yaml'), yaml);
      return await work(join(dir, 'plan.yaml'));
    } finally {
      await rm(dir, { recursive: true });
    }
  };

  test('is enough for an agent, long after its windows', async () => {
    const read = await inFolder(example.yaml.replaceAll('2030-', '2020-'), readPlanBasis);
    expect(read).toMatchObject({ basis: { programme: 'contoso-2030' } });
  });

  test('that is wrong is refused as ever', async () => {
    const read = await inFolder(example.yaml.replace('https://prism', 'http://prism'), readPlanBasis);
    expect(read).toMatchObject({ refusals: [{ line: 6, severity: 'error' }] });
  });
});

test('windows of other batches may be over when one batch is meant', async () => {
  const yaml = `${example.yaml}  wave-00:\n    windows:\n      - { opens: 2020-03-09 20:00, closes: 2020-03-10 04:00, zone: UTC }\n`;
  const csv = `${example.csv},gone,wave-00,,team,main,4,8 GB,none,,csv1,none,,,\n`;
  const dir = await mkdtemp(join(tmpdir(), 'tranship-batch-'));
  const files = { planPath: join(dir, 'plan.yaml'), csvPath: join(dir, 'vms.csv') };
  await Promise.all([writeFile(files.planPath, yaml), writeFile(files.csvPath, csv)]);
  const { readPlan } = await import('../../plan/read-plan.ts');
  const errors = async (batch?: string): Promise<readonly string[]> =>
    refusalsOf(await readPlan({ ...files, now: NOW, ...(batch ? { batch } : {}) })).map(({ message }) => message);
  const over = ['The window is over: it closed at 2020-03-10 04:00 UTC'];
  expect(await errors()).toEqual(over);
  expect(await errors('wave-00')).toEqual(over);
  expect(await errors('wave-01')).toEqual([]);
  expect(await readFile(files.csvPath, 'utf8')).toBe(csv);
  await rm(dir, { recursive: true });
});
