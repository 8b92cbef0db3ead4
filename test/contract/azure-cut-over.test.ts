import { openArm } from '../../activities/arm/index.ts';
import type { CutOver } from '../../activities/contracts/mover.ts';
import type { VmDescription } from '../../domain/vm.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import { ADDRESS, keptAddress } from '../support/kept-address.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf, toldOf } from '../support/mishap-of.ts';
import { type SecondHop, secondHop } from '../support/second-hop.ts';
import { STAGED, stageFirst } from '../support/staged.ts';

/**
 * The planned failover where answers are lost and tasks break: nothing happens twice, its boundary is known, and there is always a
 * way on. The guest is a Linux that keeps its address, reached over the jump host.
 */

let lab: LabProcess;
let hop: SecondHop;
let predecessor: VmDescription;
let item: string;
let cut: CutOver;

const protect = async (): Promise<void> => {
  const protection = await hop.mover('protect', { predecessor }).done();
  item = protection.item;
  await hop.mover('synchronise', { item, round: 0, after: null, final: false }).done();
};

beforeAll(async () => {
  lab = await startLab({
    scenario: ['one', '--speed', '600', '--os', 'linux'],
    change: keptAddress,
    beforehand: stageFirst(),
  });
  hop = await secondHop(lab);
  await hop.initialise().done();
  predecessor = await hop.hyperV('describe').done();
  const address = { ip: ADDRESS, prefix: 24, gateway: '10.10.120.1', dns: [] };
  const nics = predecessor.nics.map(({ mac }) => ({ mac, address }));
  await hop.guestBefore('prepare', { addresses: [ADDRESS], nics }).done();
  await protect();
});
afterAll(() => lab.stop());

const lose = (point: string, kind: 'dropAnswer' | 'errorAfterEffect' = 'dropAnswer') => lab.arm({ kind, point });
const accepted = () => lab.events('failover.accepted');
const staged = async (): Promise<LabVm | undefined> => (await lab.vms('hyper-v'))[0];
const landed = async (): Promise<LabVm | undefined> => (await lab.vms('azure-local'))[0];
const cutOver = (agents: SecondHop = hop) => agents.mover('cutOver', { item, point: null, predecessor });
const operation = () => ({ item, operation: null, successor: null });

describe('the cut-over', () => {
  const fail = (task: string) => lab.arm({ kind: 'failoverFails', point: 'arm.failover', detail: { task } });
  /** Another adapter takes the address the VM keeps; answers how it is freed again. */
  const holdAddress = async (): Promise<() => Promise<unknown>> => {
    const migrate = hop.plan.estate['azure-migrate'][hop.hop.mover.instance];
    const local = hop.plan.estate['azure-local'][hop.hop.to.instance];
    if (!migrate || !local) throw new Error('The estate has the instances of its path.');
    const arm = openArm(migrate, { secret: resolveSecret });
    const id = `${migrate.target.resourceGroupId}/providers/Microsoft.AzureStackHCI/networkInterfaces/stranger`;
    const subnet = { id: local.logicalNetworks['lnet-db-120'] ?? '' };
    const version = local.apiVersions.azureStackHci;
    await arm.put(id, version, {
      location: 'westeurope',
      properties: { ipConfigurations: [{ properties: { subnet, privateIPAddress: ADDRESS } }] },
    });
    return () => arm.remove(id, version);
  };
  const resources = async (): Promise<readonly string[]> =>
    (await lab.rows<{ type: string; name: string }>('arm/resources'))
      .filter(({ type }) => /networkInterfaces|virtualHardDisks/.test(type))
      .map(({ name }) => name);

  test('where Azure asks for patience the failover waits as long as it says', async () => {
    await lab.arm({ kind: 'throttled', point: 'arm.GET protectedItems' });
    await lab.arm({ kind: 'throttled', point: 'arm.POST plannedFailover', detail: { retryAfter: 17 } });
    const asked = cutOver();
    const said = [await asked.once().catch((error) => error), await asked.once().catch((error) => error)];
    expect(said).toEqual([
      expect.objectContaining({ type: 'Throttled', nextRetryDelay: 30_000 }),
      expect.objectContaining({ type: 'Throttled', nextRetryDelay: 17_000 }),
    ]);
    expect(accepted()).toEqual([]);
  });

  test('an address that another adapter holds is found before the source is stopped', async () => {
    const free = await holdAddress();
    expect(await toldOf(cutOver().done())).toMatchObject({ class: 'Conflict', changed: 'nothing' });
    expect(accepted()).toEqual([]);
    expect(await staged()).toMatchObject({ power: 'on' });
    await free();
  });

  test('a failover that failed behind a lost answer is told, not sent again', async () => {
    await fail('Prerequisite check');
    await lose('arm.POST plannedFailover', 'errorAfterEffect');
    const asked = cutOver();
    expect(await mishapOf(asked.once())).toBe('Unreachable');
    expect(await toldOf(asked.done())).toMatchObject({ class: 'Vendor', facts: { boundary: 'before' } });
    expect(accepted()).toEqual([expect.objectContaining({ legal: true })]);
  });

  test('a guest that will not shut down fails the failover and goes on serving', async () => {
    await lab.arm({ kind: 'guestRefuses', point: 'shutdown.hyper-v', subject: STAGED });
    expect(await toldOf(cutOver().done())).toMatchObject({ facts: { boundary: 'before', code: '1000001' } });
    expect(await staged()).toMatchObject({ power: 'on', guestUpSince: expect.any(Number) });
  });

  test('an address that is taken meanwhile stops the failover beyond the boundary', async () => {
    const free = await holdAddress();
    expect(await toldOf(cutOver().done())).toMatchObject({
      class: 'Configuration',
      facts: { boundary: 'after', code: '1000037' },
    });
    await hop.mover('repair', operation()).done();
    await free();
  });

  test.each([
    ['Prerequisite check', 'before'],
    ['Turning off resource on primary', 'before'],
    ['Starting failover', 'before'],
    ['Preparing protected entities', 'after'],
    ['Turning on resource on recovery', 'after'],
  ])('a failover that fails at "%s" stops %s the boundary, and is repaired', async (task, boundary) => {
    await fail(task);
    const told = await toldOf(cutOver().done());
    const isGuest = task === 'Turning off resource on primary';
    expect(told).toMatchObject({ class: isGuest ? 'GuestRefused' : 'Vendor', facts: { boundary, task } });
    const agents = await hop.freshAgents();
    expect(await agents.mover('settle', operation()).done()).toMatchObject({ state: 'failed', boundary });

    const half = await landed();
    const kept = await resources();
    expect(half === undefined).toBe(boundary === 'before');
    if (half) expect(await mishapOf(cutOver().done())).toBe('Unsafe');
    const repaired = await agents.mover('repair', operation()).done();
    expect(repaired).toMatchObject({ state: 'failed', boundary: 'before', successor: null });
    expect(await lab.rows('arm/hybridMachines')).toEqual([]);
    expect(await landed()).toBeUndefined();
    expect(await resources()).toEqual(kept);
    if (half) expect(lab.events('vm.removed', { vm: half.id })).toEqual([expect.objectContaining({ keptDisks: true })]);
  });

  test('a failover that is given up leaves nothing: what was kept for the next one goes with the replication', async () => {
    await fail('Turning on resource on recovery');
    await mishapOf(cutOver().once());
    expect(await toldOf(cutOver(await hop.freshAgents()).done())).toMatchObject({ facts: { boundary: 'after' } });
    await hop.mover('repair', operation()).done();
    expect(await resources()).not.toEqual([]);
    await hop.mover('retire', { item, adopted: false }).done();
    expect(await landed()).toBeUndefined();
    expect(await resources()).toEqual([]);
  });

  test('replicated anew, the VM knows nothing of the failovers before', async () => {
    await hop.hyperV('powerOn').done();
    await protect();
    expect(await hop.mover('settle', operation()).done()).toMatchObject({ state: 'none' });
  });

  test('on the worst night it is still one failover: the answer lost, the estate killed, the agent new', async () => {
    const since = accepted().length;
    await lose('arm.POST plannedFailover');
    const asked = cutOver();
    expect(await mishapOf(asked.once())).toBe('Unreachable');
    await asked.waits(/Preparing protected entities/);
    await lab.restart();
    cut = await cutOver(await hop.freshAgents()).done();
    expect(accepted().slice(since)).toEqual([expect.objectContaining({ job: cut.operation, legal: true })]);
    expect(accepted().every(({ legal }) => legal)).toBe(true);
  });

  test('the successor has every write of its predecessor, and answers at the address it kept', async () => {
    const stopped = lab.events('vm.power', { vm: STAGED, to: 'off' }).at(-1);
    const target = await landed();
    expect(lab.events('vm.power', { vm: target?.id, to: 'on' })).toEqual([
      expect.objectContaining({ lastSeq: stopped?.lastSeq }),
    ]);
    const inside = await hop.guestAfter('inspect', { vm: cut.successor, addresses: [ADDRESS] }).done();
    expect(inside.nics).toEqual([expect.objectContaining({ mac: target?.nics[0]?.mac, addresses: [`${ADDRESS}/24`] })]);
    const { nics } = await hop.azureLocal('describe', { vm: cut.successor }).done();
    expect(nics).toEqual([expect.objectContaining({ addresses: [ADDRESS] })]);
  });
});

describe('after the cut-over', () => {
  test('a predecessor that somebody starts again is seen on, and taken off the network', async () => {
    await lab.power(STAGED, 'on');
    const isolated = await hop.hyperV('isolate', { extent: 'full' }).done();
    expect(isolated.description.power).toBe('on');
    expect((await staged())?.nics.every(({ connected }) => !connected)).toBe(true);
    await lab.power(STAGED, 'off');
  });

  test('there is no way back in Azure: abandon leaves the successor and says so', async () => {
    const since = lab.mark();
    const asked = hop.mover('abandon', { item, operation: cut.operation, successor: cut.successor });
    expect(await asked.done()).toEqual({ successorGone: false });
    expect(lab.events('call', {}, since)).toEqual([]);
  });

  test('commit ends the replication once, although its answer is lost and it is asked for twice', async () => {
    const since = lab.mark();
    const order = { item, operation: cut.operation, successor: cut.successor };
    await lose('arm.DELETE protectedItems');
    await hop.mover('commit', order).done();
    await hop.mover('commit', order).done();
    expect(lab.events('call', { verb: 'DELETE protectedItems' }, since)).toHaveLength(1);
    expect(await landed()).toMatchObject({ power: 'on', name: cut.successor.name });
    expect(await hop.mover('settle', order).done()).toMatchObject({ state: 'done', successor: cut.successor });
  });
});
