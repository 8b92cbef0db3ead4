import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capacityView, packPlan } from '../../client/capacity.ts';
import { capacityText, packingText } from '../../client/cli/capacity.ts';
import { forecastText } from '../../client/cli/forecast.ts';
import { forecastOf } from '../../client/forecast.ts';
import { noSizes } from '../../client/sizes.ts';
import type { Reached } from '../../client/temporal.ts';
import { cli, type Said } from '../support/cli.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import { programmeRun, programmeSeen } from '../support/programme-run.ts';
import { eventually } from '../support/server.ts';

const programmes = programmeRun();

const tranship = (...argv: string[]): Promise<Said> =>
  cli(argv, {
    TEMPORAL_ADDRESS: programmes.run.env.server.address,
    TEMPORAL_NAMESPACE: 'test',
    TRANSHIP_HOME: programmes.run.records,
    NO_COLOR: '1',
  });

const TWO = { a: { g: ['a-1'] }, b: { g: ['b-1'] } };

test('a programme is looked at, paused, frozen and let go from the command line', async () => {
  const { handle } = await programmes.start(scriptedPlan('typed', { batches: TWO }));
  await programmeSeen(handle, 'a runs', ({ turns }) => turns[0]?.status === 'running');
  const shown = await eventually(async () => {
    const said = await tranship('programme', 'status', '--programme', 'typed');
    return /^(1 running · 0|0 running · 1) waiting for you · 0 stalled · 0 failed$/m.test(said.out) && said;
  }, 'the status');
  expect(shown.out).toMatch(/^a +running +1 /m);
  expect(shown.out).toMatch(/^b +planned +1 +1 in flight at most: a$/m);

  expect(await tranship('programme', 'pause', '--programme', 'typed')).toMatchObject({ code: 2 });
  const paused = await tranship('programme', 'pause', '--programme', 'typed', '--by', 'ann', '--comment', 'storage');
  expect(paused.out).toContain('Nothing new begins: ann paused the programme: storage');
  expect((await tranship('programme', 'resume', '--programme', 'typed', '--by', 'ann')).out).not.toContain(
    'Nothing new',
  );

  const times = ['--from', '2030-12-18 18:00', '--to', '2031-01-07 06:00', '--zone', 'Europe/Vienna'];
  const on = ['programme', 'freeze', '--programme', 'typed', '--by', 'ann'];
  expect((await tranship(...on, ...times.slice(0, 4))).code).toBe(2);
  const added = await tranship(...on, ...times, '--comment', 'close');
  expect(added.out).toContain(
    '2030-12-18T17:00Z/2031-01-07T05:00Z  2030-12-18T17:00:00Z  2031-01-07T05:00:00Z  close  ann',
  );
  const gone = await tranship(...on, '--remove', '2030-12-18T17:00Z/2031-01-07T05:00Z');
  expect(gone).toMatchObject({ code: 0, out: 'Nothing is frozen.\n' });
  const again = await tranship(...on, '--remove', 'that');
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('There is no such freeze') });
  const json = await tranship('programme', 'status', '--programme', 'typed', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ programme: 'typed', summary: { failed: 0 } });
}, 60_000);

test('a programme that is not there is said with what helps', async () => {
  const said = await tranship('programme', 'status', '--programme', 'nowhere');
  expect(said).toMatchObject({ code: 1 });
  expect(said.err).toContain('`tranship programme start` starts the programme of the plan.');
});

test('capacity tells who holds what and who waits, in the table and as JSON', async () => {
  const { handle } = await programmes.start(
    scriptedPlan('held', {
      batches: { a: { g: ['c-1', 'c-2'] } },
      policies: { seats: { staging: 1, stagingBytes: 2 ** 42, moverOperations: 4, cutovers: 4 } },
    }),
  );
  await programmeSeen(handle, 'a runs', ({ turns }) => turns[0]?.status === 'running');
  const said = await eventually(async () => {
    const { out } = await tranship('capacity', '--programme', 'held');
    return out.includes('1st in line for staging') && out;
  }, 'one waits');
  expect(said).toMatch(/^VMs on staging +1 +1 +0$/m);
  expect(said).toMatch(/^c-\d +staging +10\.0 GiB bytes on staging, 1 VMs on staging/m);
  expect(said).toMatch(/^c-\d +1 .*1st in line for staging: 0 of 1 seats free, needs 1/m);
  const json = JSON.parse((await tranship('capacity', '--programme', 'held', '--json')).out);
  expect(json.waiting.filter(({ purpose }: { purpose: string }) => purpose === 'staging')).toHaveLength(1);
  expect(json.resources[0]).toEqual({ resource: 'stagingSeats', used: 1, limit: 1 });
}, 60_000);

test('a forecast is drawn from the ledgers of what was moved, and says so', async () => {
  programmes.openGates();
  const plan = scriptedPlan('drawn', { batches: TWO });
  const { handle } = await programmes.start(plan);
  await handle.result();
  const { client } = programmes.run.env;
  const reached = { client, ask: <T>(question: () => Promise<T>) => question() } as unknown as Reached;
  const next = { ...plan, batches: { ...plan.batches, c: { name: 'c', windows: [], groups: ['g'] } } };
  const more = { ...next, vms: [...plan.vms, ...plan.vms.map((vm) => ({ ...vm, id: 'n', name: 'n-1', batch: 'c' }))] };
  const forecast = await forecastOf(reached, more, programmes.run.records, noSizes('not asked'));
  expect(forecast.ledgers).toBe(2);
  expect(forecast.batches.map(({ name }) => name)).toEqual(['c']);
  expect(forecast.batches[0]?.why.find((line) => line.startsWith('people at go'))).toContain('measured');
  const text = forecastText(forecast);
  expect(text).toContain('Critical path: c (from ');
  expect(text).toContain('Why the range:');
}, 90_000);

test('a proposal packs the groups of the plan whole, and tells the one that is too large', () => {
  const names = Array.from({ length: 12 }, (_, n) => `big-${n}`);
  const plan = scriptedPlan('packed', { batches: { a: { erp: names }, b: { web: ['w-1'], db: ['d-1'] } } });
  const sizes = { bytes: new Map(plan.vms.map(({ name }) => [name, 2 ** 30])), missing: [] };
  const text = packingText(packPlan(plan, sizes));
  expect(text).toMatch(/^batch 1 +2 +2\.6 GiB +b\/(db|web), b\/(db|web)$/m);
  expect(text).toContain('a/erp fits no batch whole: 12 VMs, and a batch takes 10.');
});

test('an empty table says so', () => {
  const limits = { stagingBytes: 5, stagingSeats: 2 };
  const text = capacityText(capacityView('p', { limits, held: [], waiting: [] }), 0);
  expect(text).toContain('Nobody holds anything.');
  expect(text).toMatch(/^cut-overs in flight +0 +no limit$/m);
});

test('commands that read a plan say what is wrong with it before anything is asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-none-'));
  const files = ['--plan', join(folder, 'plan.yaml'), '--vms', join(folder, 'vms.csv')];
  for (const command of [['programme', 'start'], ['forecast'], ['capacity', '--pack']]) {
    const said = await tranship(...command, ...files);
    expect(said.code).toBe(2);
    expect(said.err).toContain('plan.yaml');
  }
});
