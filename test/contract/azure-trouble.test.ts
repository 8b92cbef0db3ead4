import { ApplicationFailure } from '@temporalio/common';
import { openArm } from '../../activities/arm/index.ts';
import type { Mishap } from '../../domain/mishap.ts';
import type { LabVm, Scenario } from '../../lab/estate/types.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import { mishapOf } from '../support/mishap-of.ts';
import { type Protected, type ProtectedLab, protectedLab } from '../support/protected-lab.ts';
import { STAGED } from '../support/staged.ts';

/** The drivers of the second hop where answers are lost and the failover breaks: one failover, a known side of its boundary, a way on. */

/** The VM keeps its address: its VLAN exists at the target. */
const kept = (scenario: unknown): Scenario => {
  const changed = structuredClone(scenario) as Scenario & { vms: { nics: object[]; expected: Record<string, { nics: object[] }> }[] };
  const [vm] = changed.vms;
  const nic = { subnet: 'vlan-120-db', ip: '10.10.120.21', gateway: '10.10.120.1' };
  const landing = { ip: null, vlan: 120, gateway: '10.10.120.1' };
  if (vm) {
    vm.nics = vm.nics.map((each) => ({ ...each, ...nic }));
    for (const place of ['staging', 'target']) {
      const expected = vm.expected[place];
      if (expected) expected.nics = expected.nics.map((each) => ({ ...each, ...landing, ...(place === 'target' ? { network: 'lnet-db-120' } : {}) }));
    }
  }
  return changed;
};

let ready: ProtectedLab;
let hop: Protected;

beforeAll(async () => {
  ready = await protectedLab({ scenario: ['one', '--speed', '600'], change: kept });
});
afterAll(() => ready.stop());
beforeEach(async () => {
  hop = await ready.begin();
});
afterEach(() => hop.lab.stop());

const cutOver = (agents: Protected | Awaited<ReturnType<Protected['freshAgents']>> = hop) =>
  agents.mover('cutOver', { item: hop.item, point: null, predecessor: hop.predecessor });
const operation = () => ({ item: hop.item, operation: null, successor: null });
const accepted = () => hop.lab.events('failover.accepted');
const landed = async (): Promise<LabVm | undefined> => (await hop.lab.vms('azure-local'))[0];
const resources = async (type: RegExp): Promise<readonly string[]> =>
  (await hop.lab.rows<{ type: string; name: string }>('arm/resources')).filter((one) => type.test(one.type)).map(({ name }) => name);

const toldOf = (call: Promise<unknown>): Promise<Mishap> =>
  call.then(
    () => Promise.reject(new Error('it ended well')),
    (error: unknown) => {
      if (error instanceof ApplicationFailure) return error.details?.[0] as Mishap;
      throw error;
    },
  );

test.each(['errorAfterEffect', 'dropAnswer'] as const)('a failover whose answer is lost (%s) is accepted once', async (kind) => {
  await hop.lab.arm({ kind, point: 'arm.POST plannedFailover' });
  const asked = cutOver();
  expect(await mishapOf(asked.once())).toBe('Unreachable');
  await asked.done();
  expect(accepted()).toEqual([expect.objectContaining({ legal: true })]);
  expect(hop.lab.events('failover.ended')).toEqual([expect.objectContaining({ result: 'Succeeded' })]);
});

test('an agent that dies after it asked, and another one, share one failover', async () => {
  await mishapOf(cutOver().once());
  const done = await cutOver(await hop.freshAgents()).done();
  expect(accepted()).toEqual([expect.objectContaining({ job: done.operation })]);
});

test('the estate dies in the middle of a failover and the failover goes on', async () => {
  const asked = cutOver();
  await asked.waits(/Preparing protected entities/);
  await hop.lab.restart();
  const done = await asked.done();
  expect(accepted()).toHaveLength(1);
  expect(await landed()).toMatchObject({ power: 'on', name: done.successor.name });
  expect(hop.lab.events('vm.created', { platform: 'azure-local' })).toHaveLength(1);
});

test('where Azure asks for patience the failover waits as long as it says and is sent once', async () => {
  await hop.lab.arm({ kind: 'throttled', point: 'arm.POST plannedFailover', detail: { retryAfter: 17 } });
  await hop.lab.arm({ kind: 'throttled', point: 'arm.GET protectedItems' });
  const asked = cutOver();
  const first = await asked.once().catch((error: unknown) => error);
  const second = await asked.once().catch((error: unknown) => error);
  expect([first, second]).toEqual([
    expect.objectContaining({ type: 'Throttled', nextRetryDelay: 30_000 }),
    expect.objectContaining({ type: 'Throttled', nextRetryDelay: 17_000 }),
  ]);
  expect(accepted()).toEqual([]);
  await asked.done();
  expect(accepted()).toHaveLength(1);
});

test('a failover that fails at any task tells its side of the boundary; what is half made is cleared and a retry succeeds', async () => {
  const before = ['Prerequisite check', 'Turning off resource on primary', 'Starting failover'];
  const after = ['Preparing protected entities', 'Turning on resource on recovery'];
  for (const task of [...before, ...after]) {
    const boundary = before.includes(task) ? 'before' : 'after';
    await hop.lab.arm({ kind: 'failoverFails', point: 'arm.failover', detail: { task } });
    const told = await toldOf(cutOver().done());
    expect(told).toMatchObject({ class: 'Vendor', facts: { boundary, task } });
    expect(await hop.mover('settle', operation()).done()).toMatchObject({ state: 'failed', boundary });
    const half = await landed();
    expect([task, half === undefined]).toEqual([task, boundary === 'before']);

    const kinds = /networkInterfaces|virtualHardDisks/;
    const left = await resources(kinds);
    if (boundary === 'after') expect(await mishapOf(cutOver().done())).toBe('Unsafe');
    const repaired = await hop.mover('repair', operation()).done();
    expect(repaired).toMatchObject({ state: 'failed', boundary: 'before', successor: null });
    expect(await resources(kinds)).toEqual(left);
    expect(await hop.lab.rows('arm/hybridMachines')).toEqual([]);
    if (half) expect(hop.lab.events('vm.removed', { vm: half.id })).toEqual([expect.objectContaining({ keptDisks: true })]);
  }
  const asked = cutOver();
  await asked.done();
  expect(accepted()).toHaveLength(6);
  expect(accepted().every(({ legal }) => legal)).toBe(true);
  const [off] = hop.lab.events('vm.power', { vm: STAGED, to: 'off' });
  expect(hop.lab.events('vm.power', { vm: (await landed())?.id, to: 'on' })).toEqual([
    expect.objectContaining({ lastSeq: off?.lastSeq }),
  ]);
}, 20_000);

test('a guest that will not shut down fails the failover before the boundary, and goes on serving', async () => {
  await hop.lab.arm({ kind: 'guestRefuses', point: 'shutdown.hyper-v', subject: STAGED });
  expect(await toldOf(cutOver().done())).toMatchObject({ facts: { boundary: 'before', code: '1000001' } });
  expect((await hop.lab.vms('hyper-v'))[0]).toMatchObject({ power: 'on' });
  await cutOver().done();
});

test('an address that another adapter holds stops the failover; freed, the failover goes through', async () => {
  const migrate = hop.plan.estate['azure-migrate'][hop.hop.mover.instance];
  const local = hop.plan.estate['azure-local'][hop.hop.to.instance];
  if (!migrate || !local) throw new Error('the plan has both');
  const arm = openArm(migrate, { secret: resolveSecret });
  const stranger = `${migrate.target.resourceGroupId}/providers/Microsoft.AzureStackHCI/networkInterfaces/stranger`;
  await arm.put(stranger, local.apiVersions.azureStackHci, {
    location: 'westeurope',
    properties: {
      ipConfigurations: [
        { properties: { subnet: { id: local.logicalNetworks['lnet-db-120'] ?? '' }, privateIPAddress: '10.10.120.21' } },
      ],
    },
  });
  const told = await toldOf(cutOver().done());
  expect(told).toMatchObject({ class: 'Configuration', facts: { boundary: 'after', code: '1000037' } });
  await hop.mover('repair', operation()).done();
  await arm.remove(stranger, local.apiVersions.azureStackHci);
  await cutOver().done();
  const machine = { id: '', name: '' };
  expect(machine).toBeDefined();
});

test('a staged VM that is turned off during replication shows as unhealthy until it is on again', async () => {
  await hop.lab.power(STAGED, 'off');
  const lag = hop.mover('lag', { item: hop.item });
  expect(await lag.done()).toBeDefined();
});
