import type { VmDescription } from '../../domain/vm.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf, toldOf } from '../support/mishap-of.ts';
import { type SecondHop, secondHop } from '../support/second-hop.ts';
import { STAGED, stageFirst } from '../support/staged.ts';

/** The second hop up to its cut-over where answers are lost and things break: nothing is made twice, and there is always a way on. */

let lab: LabProcess;
let hop: SecondHop;
let predecessor: VmDescription;
let item: string;

/** The first copy takes a second or two. */
const slowCopy = (made: unknown): Scenario => {
  const scenario = made as Scenario;
  return { ...scenario, azure: { ...scenario.azure, replicationRate: 2 ** 14 } };
};

beforeAll(async () => {
  lab = await startLab({ scenario: ['one', '--speed', '600'], change: slowCopy, beforehand: stageFirst() });
  hop = await secondHop(lab);
});
afterAll(() => lab.stop());

const lose = (point: string, kind: 'dropAnswer' | 'errorAfterEffect' = 'dropAnswer') => lab.arm({ kind, point });
const calls = (verb: string) => lab.events('call', { verb });
const staged = async (): Promise<LabVm | undefined> => (await lab.vms('hyper-v'))[0];
const protect = (settings = {}) => hop.mover('protect', { predecessor, settings });

test('initialise makes each thing once, although answers are lost', async () => {
  for (const type of [
    'replicationPolicies',
    'storageAccounts',
    'roleAssignments',
    'solutions',
    'replicationExtensions',
  ])
    await lose(`arm.PUT ${type}`, 'errorAfterEffect');
  await hop.initialise().done();
  expect(calls('PUT replicationPolicies')).toHaveLength(1);
  expect(calls('PUT storageAccounts')).toHaveLength(1);
  expect(calls('PUT roleAssignments')).toHaveLength(6);
  expect(calls('PUT replicationExtensions')).toHaveLength(1);
});

test('without an answer from the log-in nothing is sent and nothing is given up', async () => {
  await lab.arm({ kind: 'refused', point: 'authority.token' });
  const agents = await hop.freshAgents();
  expect(await mishapOf(agents.azureLocal('preflight').once())).toBe('Unreachable');
  expect((await agents.azureLocal('preflight').done()).findings).toBeDefined();
});

test('protect waits while an appliance is silent or the resource bridge is offline', async () => {
  predecessor = await hop.hyperV('describe').done();

  await lab.arm({ kind: 'refused', point: 'arm.bridge' });
  await protect().waits(/bridge is Offline/);
  await lab.arm({ kind: 'refused', point: 'arm.agent', subject: '*' });
  await protect().waits(/does not answer Azure/);
  expect(calls('PUT protectedItems')).toEqual([]);
});

test('an enabling that failed is told; made anew on request it is one replication, although both answers are lost', async () => {
  await lab.arm({ kind: 'failoverFails', point: 'arm.enable', detail: { message: 'The agent is out of memory.' } });
  expect(await toldOf(protect().done())).toMatchObject({ class: 'Vendor' });
  expect(await mishapOf(protect().done())).toBe('Vendor');
  expect(calls('PUT protectedItems')).toHaveLength(1);

  await lose('arm.DELETE protectedItems');
  await lose('arm.PUT protectedItems', 'errorAfterEffect');
  const made = await protect({ recreateFailed: true }).done();
  item = made.item;
  expect(made.adopted).toBe(false);
  expect(calls('DELETE protectedItems')).toHaveLength(1);
  expect(calls('PUT protectedItems')).toHaveLength(2);
});

test('a staged VM that is turned off in the first copy shows as unhealthy; on again, the copy ends well', async () => {
  await lab.power(STAGED, 'off');
  const copy = hop.mover('synchronise', { item, round: 0, after: null, final: false });
  await copy.waits(/turned off/);
  expect(await hop.mover('lag', { item }).done()).toMatchObject({ healthy: false });
  await lab.power(STAGED, 'on');
  await copy.done();
  expect(await hop.mover('lag', { item }).done()).toMatchObject({ healthy: true });
});

test('abandon before a failover ends the replication and touches no VM', async () => {
  const since = lab.mark();
  const order = { item, operation: null, successor: null };
  expect(await hop.mover('settle', order).done()).toMatchObject({ state: 'none' });
  expect(await hop.mover('abandon', order).done()).toEqual({ successorGone: true });
  expect(await lab.rows('arm/items')).toEqual([]);
  expect(await staged()).toMatchObject({ power: 'on', nics: [{ connected: true }] });
  expect(lab.events('vm.power', {}, since)).toEqual([]);
});
