import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportOf } from '../../client/report.ts';
import { newHopRecord } from '../../domain/hop-record.ts';
import { writeRecord } from '../../workers/records.ts';
import { cli } from '../support/cli.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tranship-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const kept = (programme: string, batch: string, name: string): Promise<string> =>
  writeRecord(join(home, 'records'), {
    journey: `id/of ${name}`,
    programme,
    name,
    end: 'Decommissioned',
    view: {
      programme,
      batch,
      group: 'g',
      owner: 'o',
      vm: { id: `id/of ${name}`, name },
      phase: 'Decommissioned',
      hops: [newHopRecord(1)],
      outageBudgetMs: 60_000,
      ledger: {
        entries: [
          { hop: 1, mark: 'stopOfService', at: 1_000 },
          { hop: 1, mark: 'checksPassed', at: 31_000 },
        ],
        waits: [],
        bytes: [],
      },
      decisions: [],
      commands: [],
      findings: [],
      gate: null,
    },
  });

test('records of a batch tell its report when the server has forgotten it or does not answer', async () => {
  await kept('p1', 'wave-01', 'web-01');
  await kept('p1', 'wave-02', 'db-01');
  const vms = await reportOf(null, join(home, 'records'), 'wave-01');
  expect(vms).toMatchObject([{ name: 'web-01', from: 'record', phase: 'Decommissioned', outageMs: 30_000 }]);

  const env = { TRANSHIP_HOME: home, TEMPORAL_ADDRESS: '127.0.0.1:9' };
  const { code, out, err } = await cli(['report', 'wave-01', '--table'], env);
  expect(code).toBe(0);
  expect(out).toContain('30 s of 1 min');
  expect(err).toContain('alone: what still runs is missing');
});

test('a batch that several programmes have is told apart', async () => {
  await kept('p1', 'wave-01', 'web-01');
  await kept('p2', 'wave-01', 'web-02');
  const env = { TRANSHIP_HOME: home, TEMPORAL_ADDRESS: '127.0.0.1:9' };
  const { code, err } = await cli(['report', 'wave-01'], env);
  expect(code).toBe(2);
  expect(err).toContain('--programme  several have a batch wave-01: p1, p2');
  const one = JSON.parse((await cli(['report', 'wave-01', '--programme', 'p2'], env)).out) as { vms: unknown[] };
  expect(one.vms).toHaveLength(1);
});
