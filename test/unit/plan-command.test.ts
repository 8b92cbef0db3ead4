import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { docsExample, type Example } from './plan-example.ts';

/** `tranship plan check` and `tranship inventory` as they are typed, where no server answers. */

let example: Example;
let dir: string;
beforeAll(async () => {
  example = await docsExample();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tranship-command-'));
  write(example);
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = ({ yaml, csv }: Example): void => {
  writeFileSync(join(dir, 'plan.yaml'), yaml);
  writeFileSync(join(dir, 'vms.csv'), csv);
};

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const tranship = (...args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [resolve('client', 'cli', 'main.ts'), ...args], {
      cwd: dir,
      env: { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', TRANSHIP_HOME: join(dir, 'home'), NO_COLOR: '1' },
    });
    const heard = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (heard.out += String(chunk)));
    child.stderr.on('data', (chunk) => (heard.err += String(chunk)));
    child.on('close', (code) => done({ code, ...heard }));
  });

test('a plan that is right by its files passes offline', async () => {
  expect(await tranship('plan', 'check', '--offline')).toEqual({
    code: 0,
    out: '✓ contoso-2030: 3 VMs in 1 batch, the files alone. Nothing in the estate was touched.\n',
    err: '',
  });
});

test('files that are wrong end with 2, each place with its fix, and as JSON for programs', async () => {
  write({ yaml: example.yaml.replace('21d', '2d'), csv: example.csv.replace('db,team-orders', 'db,') });
  const words = await tranship('plan', 'check');
  expect([words.code, words.out]).toEqual([2, '']);
  expect(words.err).toContain('✗ vms.csv:2:55  owner is empty\n    Fill it in.');

  const { code, out } = await tranship('plan', 'check', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({
    refusals: [expect.objectContaining({ line: 2, column: 55, severity: 'error', fix: expect.any(String) })],
    warnings: [expect.objectContaining({ severity: 'warning' })],
  });
});

test('a batch that the plan lacks is refused', async () => {
  const { code, err } = await tranship('plan', 'check', '--offline', '--batch', 'wave-09');
  expect(code).toBe(2);
  expect(err).toContain('It has: wave-01.');
});

test('without a server the live check says so and names the check of the files', async () => {
  const { code, err } = await tranship('plan', 'check');
  expect(code).toBe(1);
  expect(err).toContain('Temporal does not answer at 127.0.0.1:1');
  expect(err).toContain('--offline');
}, 20_000);

test('a sheet that is there is refused before anything is asked, and stays as it is', async () => {
  const { code, err } = await tranship('inventory');
  expect(code).toBe(2);
  expect(err).toContain('vms.csv  is there already');
  expect(readFileSync(join(dir, 'vms.csv'), 'utf8')).toBe(example.csv);
});

test('an instance that is no source is refused with those there are', async () => {
  const { code, err } = await tranship('inventory', '--instance', 'veeam@vbr01', '--out', 'new.csv');
  expect(code).toBe(2);
  expect(err).toContain('It has: ahv@ntnx-a.');
});
