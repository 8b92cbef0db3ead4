import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory, InventoryPage } from '../../activities/contracts/platform.ts';
import type { ListedVm } from '../../domain/vm.ts';
import { readPlanBasis } from '../../plan/read-plan.ts';
import { driverOf } from '../../workers/drivers.ts';
import { execution } from '../support/agent-try.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf } from '../support/mishap-of.ts';

/** The inventory of the AHV driver, over more pages of the lab's Prism Central than one answer holds. */

const COUNT = 620;
const QUEUE = 'ahv@ntnx-a';
const TO = { product: 'ahv', instance: 'ntnx-a', contract: 1 } as const;

let lab: LabProcess;
let driver: Inventory;

const driverAt = async (cluster?: string): Promise<Inventory> => {
  const read = await readPlanBasis(join(lab.folder, 'plan.yaml'));
  if ('refusals' in read) throw new Error(JSON.stringify(read.refusals));
  const { estate, policies } = read.basis;
  const own = estate.ahv['ntnx-a'];
  if (!own) throw new Error('the lab’s plan has ntnx-a');
  const ahv = { 'ntnx-a': { ...own, ...(cluster ? { cluster } : {}) } };
  return (await driverOf({ ...TO, estate: { ...estate, ahv }, policies })) as unknown as Inventory;
};

beforeAll(async () => {
  lab = await startLab({ scenario: ['several', '--idle', '--count', String(COUNT)] });
  const trial = JSON.parse(readFileSync(join(lab.folder, 'trial.json'), 'utf8')) as { secrets: Record<string, string> };
  Object.assign(process.env, trial.secrets);
  driver = await driverAt();
});
afterAll(() => lab.stop());

const page = (cursor: string | null, of = driver) =>
  execution(
    of.inventory,
    { to: TO, token: 'inventory', cursor },
    { queue: QUEUE, pollMs: 20, speed: 60, noProgressMs: 20_000 },
  );

const whole = async (first: InventoryPage): Promise<readonly ListedVm[]> =>
  first.next === null ? first.vms : [...first.vms, ...(await whole(await page(first.next).done()))];

const ids = (vms: readonly ListedVm[]): number => new Set(vms.map(({ ref }) => ref.id)).size;

test('every VM comes once, by name, over several answers, with networks and clusters by their names', async () => {
  const first = await page(null).done();
  expect(first).toMatchObject({ next: expect.any(String), total: COUNT });
  const vms = await whole(first);
  expect(vms).toHaveLength(COUNT);
  expect(ids(vms)).toBe(COUNT);
  const names = vms.map(({ ref }) => ref.name);
  expect(names).toEqual([...names].sort());
  expect(vms[0]).toMatchObject({
    ref: { name: 'vm-1' },
    cluster: 'NTNX-A',
    power: 'off',
    cpus: 2,
    memoryMb: 4096,
    nics: [{ network: 'vlan-110-app', vlan: 110, connected: true }],
  });
});

test('an answer stays far below what Temporal carries', async () => {
  expect(JSON.stringify(await page(null).done()).length).toBeLessThan(1_000_000);
});

test('a page that fails in the middle is asked again, and no VM is missing or there twice', async () => {
  const first = await page(null).done();
  await lab.arm({ kind: 'dropAnswer', point: 'prism.list-vms' });
  const second = page(first.next);
  expect(await mishapOf(second.once())).toBe('Unreachable');
  const vms = [...first.vms, ...(await whole(await second.done()))];
  expect([vms.length, ids(vms)]).toEqual([COUNT, COUNT]);
});

test('a Prism Central that asks for patience gets it', async () => {
  await lab.arm({ kind: 'throttled', point: 'prism.list-vms', times: 2 });
  const asked = page(null);
  expect((await asked.done()).vms).toHaveLength(500);
  expect(asked.said).toHaveLength(2);
});

test('a server that was asked for the first page of all, elsewhere, answers the second', async () => {
  const { next } = await page(null).done();
  expect((await page(next, await driverAt()).done()).vms).toHaveLength(COUNT - 500);
});

test('a cluster that the plan names and Prism Central lacks is told with those it has', async () => {
  const asked = page(null, await driverAt('NTNX-Z'));
  await expect(asked.once()).rejects.toMatchObject({
    type: 'Configuration',
    details: [expect.objectContaining({ fix: expect.stringContaining('NTNX-A') })],
  });
});

test('nothing was changed', () => {
  expect(lab.events('call')).toEqual([]);
});
