import { parse } from 'csv-parse/sync';
import { docsExample, type Example, goodPlan, readWritten, refusalsOf } from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

const cellsOf = (csv: string): readonly (readonly string[])[] => parse(csv);

const quoted = (csv: string, sign: string): string =>
  cellsOf(csv)
    .map((cells) => cells.map((cell) => `"${cell}"`).join(sign))
    .join('\n');

const ENCODINGS: readonly (readonly [string, (csv: string) => string])[] = [
  ['a byte order mark', (csv) => `\uFEFF${csv}`],
  ['CRLF line ends', (csv) => csv.replaceAll('\n', '\r\n')],
  ['CR line ends', (csv) => csv.replaceAll('\n', '\r')],
  ['a byte order mark, semicolons and CRLF', (csv) => `\uFEFF${quoted(csv, ';').replaceAll('\n', '\r\n')}`],
  ['all cells in quotes', (csv) => quoted(csv, ',')],
  ['tabs', (csv) => quoted(csv, '\t')],
  ['a header in capitals', (csv) => csv.replace(/^.*/, (header) => header.toUpperCase())],
  ['blank and empty rows', (csv) => csv.replaceAll('\n', `\n  \n\n${','.repeat(14)}\n`)],
  ['no new line at the end', (csv) => csv.trimEnd()],
];

test.each(ENCODINGS)('vms.csv with %s says the same', async (_, encode) => {
  const plain = goodPlan(await readWritten(example));
  expect(goodPlan(await readWritten({ ...example, csv: encode(example.csv) }))).toEqual(plain);
});

test.each(ENCODINGS)('with %s a refusal still names the right line and column', async (_, encode) => {
  const csv = encode(example.csv).replace('8192', '81x2');
  const { line, column } = placeOf(
    csv
      .replaceAll('\r\n', '\n')
      .replaceAll('\r', '\n')
      .replace(/^\uFEFF/, ''),
    '81x2',
  );
  expect(refusalsOf(await readWritten({ ...example, csv }))).toEqual([
    expect.objectContaining({ line, column, message: expect.stringContaining('81x2') }),
  ]);
});

/** Where a cell begins: at its quote, if it has one. */
const placeOf = (text: string, cell: string): { readonly line: number; readonly column: number } => {
  const at = text.indexOf(cell);
  const before = text.slice(0, text[at - 1] === '"' ? at - 1 : at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

test('lines and columns stay true behind new lines and quotes within cells', async () => {
  const csv = example.csv
    .replace('db-01,wave-01', '"db\n""01""",wave-01')
    .replace('web-01,wave-01', '"web-\r\nä01",wave-1');
  expect(refusalsOf(await readWritten({ ...example, csv }))).toContainEqual(
    expect.objectContaining({ line: 5, column: 6, message: expect.stringContaining('wave-1') }),
  );
});

test('a semicolon file needs no quotes around a comma', async () => {
  const header = 'name;batch;owner;path;hop1.cpus;hop1.memory;hop1.nics;hop2.nics;hop2.storage;group';
  const row = 'web-01;wave-01;team, orders;main;4;8 GB;none;"0:lnet-app; 1:lnet-db";csv1;db';
  const yaml = example.yaml.replace('[db, web]', '[db]');
  const { vms } = goodPlan(await readWritten({ yaml, csv: `${header}\n${row}` }));
  expect(vms.map(({ owner, landings }) => [owner, landings[1]?.nics.length])).toEqual([['team, orders', 2]]);
});

test('text that is not UTF-8 is refused where it is not', async () => {
  const csv = Buffer.concat([Buffer.from(`${example.csv}e41d,caf`), Buffer.from([0xe9]), Buffer.from(',x\n')]);
  expect(refusalsOf(await readWritten({ ...example, csv }))).toEqual([
    expect.objectContaining({ file: 'vms.csv', line: 5, column: 9, fix: expect.stringContaining('UTF-8') }),
  ]);
});

test('UTF-16, as Excel saves Unicode text, is refused with what to save instead', async () => {
  const csv = Buffer.from(`\uFEFF${example.csv}`, 'utf16le');
  expect(refusalsOf(await readWritten({ ...example, csv }))).toEqual([
    expect.objectContaining({ file: 'vms.csv', line: 1, column: 1, fix: expect.stringContaining('CSV UTF-8') }),
  ]);
});

/** Of this process's own work: what others do on the machine counts for nothing. */
const msSince = (began: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
};

test('ten thousand rows are read in three seconds of computing', async () => {
  const header = example.csv.split('\n', 1)[0];
  const row = (n: number): string => {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const net = `10.${n >> 8}.${n & 255}`;
    return `${id},vm-${n},wave-01,web,team,main,4,8 GB,0:vSwitch-Stage/vlan=20/keep,,csv1,"0:lnet-app/${net}.5/24/gw=${net}.1/dns=10.0.0.10,10.0.0.11",,,`;
  };
  const csv = [header, ...Array.from({ length: 10_000 }, (_, n) => row(n))].join('\n');
  const began = process.cpuUsage();
  const plan = goodPlan(
    await readWritten({
      yaml: example.yaml.replace('[db, web]', '[web]').replace('staging: 8', 'staging: 10000'),
      csv,
    }),
  );
  expect(msSince(began)).toBeLessThan(3000);
  expect(plan.vms).toHaveLength(10_000);
});

test('ten thousand rows that are all wrong are refused in three seconds of computing', async () => {
  const [header, row] = example.csv.split('\n');
  const csv = [header, ...Array.from({ length: 10_000 }, () => row?.replace(',8,', ',x,').replace(/^[^,]*/, ''))].join(
    '\n',
  );
  const began = process.cpuUsage();
  const refusals = refusalsOf(await readWritten({ ...example, csv }));
  expect(msSince(began)).toBeLessThan(3000);
  expect(refusals.at(-1)?.line).toBe(10_001);
});

test('a group that is bigger than staging is refused: it would wait for itself', async () => {
  const yaml = example.yaml.replace('staging: 8', 'staging: 1');
  const [refusal] = refusalsOf(await readWritten({ ...example, yaml }));
  expect(refusal).toMatchObject({ line: 4, message: 'Group web has 2 VMs, and staging has 1 seat' });
});

test('where each VM is decided on by itself, a group may be bigger than staging', async () => {
  const yaml = example.yaml
    .replace('staging: 8', 'staging: 1')
    .replace(/^gates:\n/m, 'gates:\n  cutover: { approvers: [migration-leads], scope: vm }\n');
  expect(goodPlan(await readWritten({ ...example, yaml })).vms).toHaveLength(3);
});
