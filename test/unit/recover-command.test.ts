import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, filesBelow } from '../support/cli.ts';
import { docsExample, type Example } from './plan-example.ts';

let example: Example;
let folder: string;
let checkpoints: string;

beforeAll(async () => {
  example = await docsExample();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tranship-recover-'));
  writeFileSync(join(folder, 'plan.yaml'), example.yaml);
  writeFileSync(join(folder, 'vms.csv'), example.csv);
  const programme = /^programme: (\S+)/m.exec(example.yaml)?.[1] ?? '';
  checkpoints = join(folder, 'home', 'records', programme, 'checkpoints');
});
afterEach(() => rmSync(folder, { recursive: true }));

const programmeOf = (): string => checkpoints.split('/').at(-2) ?? '';

const checkpoint = (change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    ...{ version: 1, id: 'vm/p/a/1', at: 1, records: [{ n: 1 }], hops: [{ n: 1 }] },
    order: { programme: programmeOf(), source: { id: '1' }, hops: [{ n: 1 }] },
    ...change,
  });

const given = (text: string): void => {
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(checkpoints, '1.json'), text);
};

const recover = (...more: readonly string[]) =>
  cli(['recover', '--plan', join(folder, 'plan.yaml'), '--vms', join(folder, 'vms.csv'), ...more], {
    TRANSHIP_HOME: join(folder, 'home'),
    TEMPORAL_ADDRESS: '127.0.0.1:9',
  });

const refusedFor = async (asked: Promise<{ code: number; out: string; err: string }>, says: string, fix: string) => {
  const before = filesBelow(folder);
  const { code, out, err } = await asked;
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(says);
  expect(err).toContain(fix);
  expect(filesBelow(folder)).toEqual(before);
};

test.each([
  ['one that was torn', () => '{"version": 1, "id": "vm', '1.json  is no checkpoint'],
  ['one that is a list', () => '[]', '1.json  is no checkpoint'],
  ['one of a later release', () => checkpoint({ version: 2 }), 'is of version 2, which this release cannot read'],
  ['one that names nobody', () => checkpoint({ id: 7 }), 'names no migration'],
  [
    'one of another programme',
    () => checkpoint({ order: { programme: 'other', source: { id: '1' }, hops: [] } }),
    'is of the programme "other"',
  ],
  ['one that lacks a hop', () => checkpoint({ records: [] }), 'does not tell of every hop'],
  ['one of a journey that had not begun', () => checkpoint({ hops: [] }), 'tells of no hop that was begun'],
])('a checkpoint is refused by its file: %s', async (_, text, says) => {
  given(text());
  await refusedFor(recover(), says, 'Move it out of the folder');
});

test('a folder of records that is not there is refused', async () => {
  await refusedFor(recover('--records', join(folder, 'none')), 'none is not there', 'below its TRANSHIP_HOME');
});

test('a file in place of the records is refused', async () => {
  await refusedFor(recover('--records', join(folder, 'vms.csv')), 'vms.csv is a file', 'Name the folder of records');
});

test('a plan that is not there is refused', async () => {
  await refusedFor(recover('--plan', join(folder, 'none.yaml')), 'none.yaml', 'Check the path');
});

test('with good files it goes as far as the server', async () => {
  given(checkpoint());
  const { code, err } = await recover();
  expect(code).toBe(1);
  expect(err).toContain('Temporal does not answer at 127.0.0.1:9');
});
