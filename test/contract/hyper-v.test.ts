import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CutOver } from '../../activities/contracts/mover.ts';
import type { Reshaped } from '../../activities/contracts/platform.ts';
import { factsOf } from '../../domain/facts.ts';
import type { VmDescription } from '../../domain/vm.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { type FirstHop, firstHop } from '../support/first-hop.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf } from '../support/mishap-of.ts';

/** The drivers of the first hop in the order of a night, with a Linux guest; then the Hyper-V driver where answers are lost. */

let lab: LabProcess;
let hop: FirstHop;
let facts: VmDescription;
let item: string;
let cut: CutOver;
let reshaped: Reshaped;

/** A second adapter, which no mover brings along, and a Prism Central of a newer minor. */
const withTwoAdapters = (scenario: Scenario): Scenario => ({
  ...scenario,
  prism: { ...scenario.prism, nicSchema: 'newer' },
  vms: scenario.vms.map(({ expected, ...vm }) => {
    const [nic] = vm.nics;
    const [near] = expected.staging.nics;
    const [far] = expected.target.nics;
    if (!nic || !near || !far) throw new Error('The scenario has one adapter.');
    const second = { mac: '50:6b:8d:00:00:02', subnet: 'vlan-120-db', ip: '10.10.120.21', gateway: '' };
    return {
      ...vm,
      nics: [nic, { ...nic, ...second }],
      expected: {
        ...expected,
        staging: { ...expected.staging, nics: [near, { ...near, vlan: 120, gateway: null }] },
        target: { ...expected.target, nics: [far, { ...far, network: 'lnet-db-120', vlan: 120, ip: null }] },
      },
    };
  }),
});

beforeAll(async () => {
  lab = await startLab({ scenario: ['one', '--speed', '240', '--os', 'linux'], change: withTwoAdapters });
  hop = await firstHop(lab);
});
afterAll(() => lab.stop());

const staged = async (): Promise<LabVm | undefined> =>
  (await lab.vms('hyper-v')).find(({ id }) => id === cut.successor.id);
const order = () => ({ vm: cut.successor });
const loseShell = (cmdlet: string) =>
  lab.arm({ kind: 'shellDiesAfterEffect', point: `powershell.${hop.hop.to.instance}.${cmdlet}` });

describe('the first hop', () => {
  test('the preflights find nothing that blocks', async () => {
    const bytesNeeded = 120 * 2 ** 30;
    const reports = await Promise.all([
      hop.ahv('preflight').done(),
      hop.veeam('preflight', { bytesNeeded }).done(),
      hop.hyperV('preflight', { bytesNeeded }).done(),
    ]);
    const blocks = reports.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'block');
    expect(blocks).toEqual([]);
    expect(lab.events('call')).toEqual([]);
  });

  test('the source is copied while it serves, then stopped by its guest and taken off the network', async () => {
    facts = await hop.ahv('describe').done();
    ({ item } = await hop.veeam('protect', { predecessor: facts }).done());
    await hop.veeam('synchronise', { item, round: 0, after: null, final: false }).done();
    expect(lab.events('vm.power', { vm: hop.vm.id, to: 'off' })).toEqual([]);

    const { graceMs } = hop.plan.policies;
    await hop.ahv('shutDown', { graceMs, expectFacts: factsOf(facts) }).done();
    await hop.ahv('isolate', { extent: 'full' }).done();
    const [source] = await lab.vms('ahv');
    expect(source?.power).toBe('off');
    expect(source?.nics.map(({ connected }) => connected)).toEqual([false, false]);
  });

  test('what is mounted on the host, off, was written with the source off', async () => {
    const { newestRun } = await hop.veeam('markFinal', { item }).done();
    const { point } = await hop.veeam('synchronise', { item, round: 1, after: newestRun, final: true }).done();
    cut = await hop.veeam('cutOver', { item, point, predecessor: facts }).done();
    expect(lab.events('point.created', { point })).toEqual([expect.objectContaining({ sourcePower: 'off' })]);
    expect(await staged()).toMatchObject({ name: hop.hop.landing.name, power: 'off', generation: 2 });
  });

  test('a landing whose name another VM has is not given it', async () => {
    const twin = { journey: 'another', token: 'tranship:another/1/cutOver/0' };
    const elsewhere = hop.with({ landing: { ...hop.hop.landing, name: 'taken' } });
    const points = await lab.rows<{ readonly id: string }>('veeam/points');
    const point = points.at(-1)?.id ?? null;
    const other = await elsewhere.veeam('cutOver', { item, point, predecessor: facts, ...twin }).done();
    const wrong = { ...order(), landing: { ...hop.hop.landing, name: 'TAKEN' }, predecessor: facts };
    expect(await mishapOf(hop.hyperV('reshape', wrong).done())).toBe('Conflict');
    expect((await staged())?.name).toBe(hop.hop.landing.name);
    await elsewhere.veeam('abandon', { item, operation: other.operation, successor: other.successor, ...twin }).done();
  });

  test('reshape gives it the size and adapters of its landing, once, although two answers are lost', async () => {
    const since = lab.mark();
    await loseShell('Set-VM');
    await lab.arm({ kind: 'errorAfterEffect', point: 'hyper-v.Add-VMNetworkAdapter' });
    const secure = { ...facts, secureBoot: true };
    const asked = hop.hyperV('reshape', { ...order(), landing: hop.hop.landing, predecessor: secure });
    reshaped = await asked.done();
    expect(asked.said).toHaveLength(2);
    expect(await staged()).toMatchObject({
      cpus: hop.hop.landing.cpus,
      memoryMb: hop.hop.landing.memoryMb,
      autostart: false,
      secureBoot: true,
      nics: facts.nics.map(({ mac }) => expect.objectContaining({ mac, connected: false })),
    });
    expect(reshaped.macs).toEqual(facts.nics.map(({ mac }) => mac));
    expect(lab.events('vm.created', { platform: 'hyper-v', vm: cut.successor.id })).toHaveLength(1);
    expect(lab.events('vm.autostart', { vm: cut.successor.id }, since)).toHaveLength(1);
  });

  test('a Linux guest boots under Secure Boot, once, although the answer is lost', async () => {
    await loseShell('Start-VM');
    const asked = hop.hyperV('powerOn', order());
    expect(await mishapOf(asked.once())).toBe('Unreachable');
    expect(await asked.done()).toMatchObject({ power: 'on' });
    await lab.seen('guest.up', { vm: cut.successor.id });
    expect(lab.events('vm.power', { vm: cut.successor.id })).toHaveLength(1);
  });

  test('committed, its disks stand alone and its network is the planned one, although an answer is lost', async () => {
    const operation = { item, operation: cut.operation, successor: cut.successor };
    expect(await hop.veeam('commit', operation).done()).toEqual({ committed: true });
    await loseShell('Set-VMNetworkAdapterVlan');
    const since = lab.mark();
    await hop.hyperV('connect', { ...order(), wiring: reshaped.wiring, autostart: true }).done();
    const vm = await staged();
    expect(vm?.disks.map(({ parent }) => parent)).toEqual([null, null]);
    expect(vm?.autostart).toBe(true);
    expect(vm?.nics.map(({ network, vlan, connected }) => [network, vlan, connected])).toEqual([
      ['vSwitch-Migration', 110, true],
      ['vSwitch-Migration', 120, true],
    ]);
    const plugged = lab.events('vm.nic', { vm: cut.successor.id, connected: true }, since);
    expect(plugged.map(({ vlan }) => vlan)).toEqual([110, 120]);
  });

  test('the landed VM is healthy and has its address', async () => {
    const report = await hop.hyperV('health', { ...order(), landing: hop.hop.landing, hop: 1 }).done();
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(report.passed).toEqual(expect.arrayContaining(['V1-01', 'V1-02', 'V1-15', 'V1-17', 'V1-20']));
    await lab.seen('guest.addresses', { vm: cut.successor.id });
    const seen = await hop.hyperV('describe', order()).done();
    expect(seen.nics.flatMap(({ addresses }) => addresses)).toContain('10.10.110.21');
  });

  test('retired, nothing of ours is left at Veeam', async () => {
    await hop.veeam('retire', { item, adopted: false }).done();
    for (const table of ['jobs', 'backups', 'mounts', 'workloads'])
      expect(await lab.rows(`veeam/${table}`)).toEqual([]);
  });
});

describe('the staged VM on the host', () => {
  let seen: VmDescription;
  const shutDown = (graceMs = hop.plan.policies.graceMs) =>
    hop.hyperV('shutDown', { ...order(), graceMs, expectFacts: factsOf(seen) });

  test('one that lives on is not removed, nor one that is on', async () => {
    expect(await mishapOf(hop.hyperV('remove', { ...order(), alive: [cut.successor] }).done())).toBe('Unsafe');
    expect(await mishapOf(hop.hyperV('remove', { ...order(), alive: [] }).done())).toBe('Refused');
    expect(await staged()).toBeDefined();
  });

  test('a guest that does not go down within its grace is still on, and an operator is asked', async () => {
    seen = await hop.hyperV('describe', order()).done();
    await lab.arm({ kind: 'guestRefuses', point: 'shutdown.hyper-v' });
    expect(await mishapOf(shutDown(1_000).done())).toBe('GuestRefused');
    expect((await staged())?.power).toBe('on');
  });

  test('a host that is busy with it is asked again', async () => {
    await lab.arm({ kind: 'refused', point: 'hyper-v.Set-VM' });
    const asked = shutDown();
    expect(await mishapOf(asked.once())).toBe('NotFinished');
  });

  test('a shut-down whose shell dies is one, and is seen although the host dies meanwhile', async () => {
    const since = lab.mark();
    await loseShell('Set-VM');
    const asked = shutDown();
    expect(await mishapOf(asked.once())).toBe('Unreachable');
    await asked.waits(/shut down/).catch(() => undefined);
    await lab.restart();
    expect(await asked.done()).toMatchObject({ how: 'guest' });
    expect(lab.events('vm.power', { vm: cut.successor.id }, since)).toEqual([
      expect.objectContaining({ to: 'off', how: 'guest' }),
    ]);
  });

  test('isolate takes it off the network once and still tells the wiring, although the answer is lost', async () => {
    const since = lab.mark();
    await loseShell('Set-VM');
    await lab.arm({ kind: 'errorAfterEffect', point: 'hyper-v.Disconnect-VMNetworkAdapter' });
    const asked = hop.hyperV('isolate', { ...order(), extent: 'full' });
    expect(await asked.done()).toMatchObject({ wiring: reshaped.wiring, autostart: true });
    expect(asked.said).toHaveLength(2);
    const again = await hop.hyperV('isolate', { ...order(), extent: 'full' }).done();
    expect(again).toMatchObject({ wiring: reshaped.wiring, autostart: true });
    expect((await staged())?.nics.map(({ connected }) => connected)).toEqual([false, false]);
    expect(lab.events('vm.nic', { vm: cut.successor.id, connected: false }, since)).toHaveLength(2);
  });

  test('a plug pulled with a lost answer is pulled once', async () => {
    await hop.hyperV('powerOn', order()).done();
    const since = lab.mark();
    await loseShell('Set-VM');
    const asked = hop.hyperV('forceOff', order());
    expect(await mishapOf(asked.once())).toBe('Unreachable');
    expect(await asked.done()).toMatchObject({ how: 'forced' });
    expect(lab.events('vm.power', { vm: cut.successor.id }, since)).toEqual([
      expect.objectContaining({ to: 'off', how: 'forced' }),
    ]);
  });

  test('removed with lost answers, it goes once with its files and its role', async () => {
    const files = (await staged())?.disks.map(({ file }) => file) ?? [];
    await loseShell('Remove-Item');
    await loseShell('Remove-ClusterGroup');
    const asked = hop.hyperV('remove', { ...order(), alive: [hop.vm] });
    expect(await asked.done()).toEqual({ removed: true });
    expect(lab.events('vm.removed', { vm: cut.successor.id })).toHaveLength(1);
    expect(await staged()).toBeUndefined();
    expect(files.map((file) => existsSync(join(lab.dir, 'attic', `${file}.img`)))).toEqual(files.map(() => true));
    expect(await hop.hyperV('remove', { ...order(), alive: [] }).done()).toEqual({ removed: true });
  });

  test('gone, it is missing', async () => {
    expect(await mishapOf(hop.hyperV('describe', order()).done())).toBe('Missing');
  });
});
