import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePlan } from '../../../lab/plan/write-plan.ts';
import { readPlan } from '../../../plan/read-plan.ts';
import { besideOf, mixedScenario } from './mix-scenario.ts';
import { type ChaosPlan, planOf } from './plan.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mix-scenario-'));
  const at = 'https://127.0.0.1:1';
  const pwsh = Object.fromEntries(
    ['vbr01', 'stage01', 'ntnx-a', 'azl-01', 'dns01'].map((name) => [name, `/bin/${name}`]),
  );
  const endpoints = { prism: at, veeam: at, arm: at, authority: at, powershell: at, control: at, ca: '/ca.pem', pwsh };
  writeFileSync(join(dir, 'endpoints.json'), JSON.stringify({ ...endpoints, ssh: { host: '127.0.0.1', port: 1 } }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The plan as the lab writes it for a seed, read as the product reads it. */
const planned = async ({ scenario, mix }: ChaosPlan) => {
  if (!mix) throw new Error('the seed has no mix');
  const { planned: asPlanned } = mixedScenario(scenario, mix);
  const receiver = mix.http && { endpoint: 'https://127.0.0.1:2', ca: '/receiver.pem' };
  writeFileSync(join(dir, 'planned.json'), JSON.stringify(asPlanned));
  writeFileSync(join(dir, 'beside.json'), JSON.stringify(besideOf(asPlanned, mix, receiver) ?? {}));
  writePlan(join(dir, 'planned.json'), dir, dir, join(dir, 'beside.json'));
  return readPlan({ planPath: join(dir, 'plan.yaml'), csvPath: join(dir, 'vms.csv'), now: 0 });
};

test('the plan of every seed is one that the product takes', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const read = await planned(planOf({ seed, vms: 6 }));
    expect('refusals' in read ? read.refusals.map(({ message }) => `${seed}: ${message}`) : []).toEqual([]);
  }
});

test('gates and hooks of a seed stand in its plan', async () => {
  const seed = 8;
  const read = await planned(planOf({ seed, vms: 6 }));
  if ('refusals' in read) throw new Error('the plan was refused');
  expect(read.plan.gates.go).toMatchObject({ quorum: 2, needs: ['comment'], remindMs: 2_000, expireMs: 14_000 });
  expect(read.plan.hooks?.map(({ name }) => name)).toEqual(['tell', 'lower-ttl', 'point', 'restore-ttl']);
});
