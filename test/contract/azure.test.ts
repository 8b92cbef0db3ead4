import type { Baseline } from '../../activities/contracts/guest.ts';
import type { CutOver } from '../../activities/contracts/mover.ts';
import type { Isolated, Reshaped } from '../../activities/contracts/platform.ts';
import { factsOf } from '../../domain/facts.ts';
import type { Finding } from '../../domain/finding.ts';
import type { NicAddress } from '../../domain/landing.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { type SecondHop, secondHop } from '../support/second-hop.ts';
import { STAGED, stageFirst } from '../support/staged.ts';

/** The drivers of the second hop in the order of a night, over TLS and a real log-in, with a Windows guest that gets a new address. */

const blocks = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ severity }) => severity === 'block');

const bytesNeeded = 120 * 2 ** 30;

let lab: LabProcess;
let hop: SecondHop;
let item: string;
let baseline: Baseline;
let held: Isolated;
let cut: CutOver;
let reshaped: Reshaped;

beforeAll(async () => {
  lab = await startLab({ scenario: ['one', '--speed', '600'], beforehand: stageFirst() });
  hop = await secondHop(lab);
});
afterAll(() => lab.stop());

const landed = async (): Promise<LabVm | undefined> => (await lab.vms('azure-local'))[0];
const order = () => ({ vm: cut.successor });
const operation = () => ({ item, operation: cut.operation, successor: cut.successor });
/** The landing's addresses as the workflow plans them. */
const planned = (macs: readonly string[]): { mac: string; address: NicAddress }[] =>
  hop.hop.landing.nics.map(({ address }, n) => ({ mac: macs[n] ?? '', address }));
const addresses = (): string[] =>
  hop.hop.landing.nics.flatMap(({ address }) => (typeof address === 'object' ? address.ip : []));

test('before the project is initialised the preflight says what is missing; initialise makes it once', async () => {
  const before = await hop.mover('preflight', { bytesNeeded }).done();
  expect(blocks(before.findings).map(({ id }) => id)).toEqual(['PF-516', 'PF-516', 'PF-511']);

  const made = await hop.initialise().done();
  const since = lab.mark();
  expect(await (await hop.freshAgents()).initialise().done()).toEqual(made);
  expect(lab.events('call', {}, since)).toEqual([]);
  expect(lab.events('call', { verb: 'PUT roleAssignments' })).toHaveLength(6);
  expect(lab.events('call', { verb: 'PUT replicationExtensions' })).toHaveLength(1);
});

test('the preflights of mover and target find nothing that blocks and change nothing', async () => {
  const since = lab.mark();
  const mover = await hop.mover('preflight', { bytesNeeded }).done();
  const target = await hop.azureLocal('preflight', { bytesNeeded }).done();
  expect(blocks([...mover.findings, ...target.findings])).toEqual([]);
  expect(target.productVersion).toMatch(/Azure Local \d+\.\d+/);
  expect(lab.events('call', {}, since)).toEqual([]);
});

test('the guest on staging tells its baseline and takes the addresses of its landing along', async () => {
  const { nics } = await hop.hyperV('describe').done();
  const at = nics.flatMap((nic) => nic.addresses);
  baseline = await hop.guestBefore('inspect', { addresses: at }).done();
  const { placed } = await hop
    .guestBefore('prepare', { addresses: at, nics: planned(nics.map(({ mac }) => mac)) })
    .done();
  expect(placed).toHaveLength(1);
  expect((await lab.vms('hyper-v'))[0]?.guest.addresses).toEqual([expect.objectContaining({ ip: at[0] })]);
});

test('protect waits for discovery and enables replication once', async () => {
  const predecessor = await hop.hyperV('describe').done();
  const protection = await hop.mover('protect', { predecessor }).done();
  item = protection.item;
  expect(protection.adopted).toBe(false);
  expect(await (await hop.freshAgents()).mover('protect', { predecessor }).done()).toEqual(protection);
  expect(lab.events('call', { verb: 'PUT protectedItems' })).toHaveLength(1);
});

test('synchronise ends when Azure would take a failover; lag says that the copy is healthy', async () => {
  const first = await hop.mover('synchronise', { item, round: 0, after: null, final: false }).done();
  expect(first.totalBytes).toBe(bytesNeeded);
  expect(await lab.rows('arm/items')).toEqual([expect.objectContaining({ protectionState: 'Protected' })]);
  expect(await hop.mover('lag', { item }).done()).toMatchObject({ healthy: true });
});

test('a staged VM that loses its autostart goes on serving', async () => {
  held = await hop.hyperV('isolate', { extent: 'autostart' }).done();
  expect(held.description).toMatchObject({ power: 'on', autostart: false, nics: [{ connected: true }] });
  expect(held.autostart).toBe(true);
});

test('the cut-over stops the predecessor before it starts the successor, in one failover', async () => {
  const since = lab.mark();
  cut = await hop.mover('cutOver', { item, point: null, predecessor: held.description }).done();
  const [target] = await lab.vms('azure-local');
  expect(cut).toMatchObject({ state: 'running', mounted: false, successor: { name: hop.hop.landing.name } });
  const [off, on, ...more] = lab.events('vm.power', {}, since);
  expect(off).toMatchObject({ vm: STAGED, to: 'off', how: 'guest' });
  expect(on).toMatchObject({ vm: target?.id, to: 'on', lastSeq: off?.lastSeq });
  expect(more).toEqual([]);
  expect(lab.events('failover.accepted')).toEqual([expect.objectContaining({ legal: true, job: cut.operation })]);
});

test('the predecessor is observed off and isolated; the successor has the size, disks and networks of its landing', async () => {
  const fenced = await hop.hyperV('isolate', { extent: 'full' }).done();
  expect(fenced.description).toMatchObject({ power: 'off', autostart: false, nics: [{ connected: false }] });

  const here = await hop.azureLocal('describe', order()).done();
  const { landing } = hop.hop;
  expect(here).toMatchObject({
    power: 'on',
    os: 'windows',
    cpus: landing.cpus,
    memoryMb: landing.memoryMb,
    generation: 2,
  });
  expect(here.disks.map(({ bytes, boot }) => [bytes, boot])).toEqual(
    held.description.disks.map(({ bytes, boot }) => [bytes, boot]),
  );
  expect(here.nics.map(({ network }) => network)).toEqual(landing.nics.map(({ network }) => network));
});

test('reshape adopts it as it runs and tells the addresses of its adapters', async () => {
  const since = lab.mark();
  reshaped = await hop.azureLocal('reshape', { ...order(), predecessor: held.description }).done();
  expect(reshaped.macs).toEqual((await landed())?.nics.map(({ mac }) => mac));
  expect(lab.events('vm.power', {}, since)).toEqual([]);
  const health = await hop.azureLocal('health', order()).done();
  expect(blocks(health.findings)).toEqual([]);
  expect(health.passed).toEqual(expect.arrayContaining(['V2-01', 'V1-02', 'V2-06']));
});

test('the guest answers at the address of its landing and is as its baseline was', async () => {
  const smoke = { kind: 'none', target: '', expect: '' } as const;
  const checked = hop.guestAfter('check', {
    ...order(),
    addresses: addresses(),
    nics: planned(reshaped.macs),
    baseline,
    smoke,
  });
  const report = await checked.done();
  expect(report.findings).toEqual([]);
  expect(report.passed).toEqual(expect.arrayContaining(['V1-03', 'V1-04', 'V1-11']));
});

test('settle says done, before and after commit; commit ends the replication and leaves the VM alone, also twice', async () => {
  expect(await hop.mover('settle', operation()).done()).toMatchObject({ state: 'done', successor: cut.successor });
  const since = lab.mark();
  await hop.mover('commit', operation()).done();
  await (await hop.freshAgents()).mover('commit', operation()).done();
  expect(lab.events('call', { verb: 'DELETE protectedItems' })).toHaveLength(1);
  expect(await lab.rows('arm/items')).toEqual([]);
  expect(lab.events('vm.power', {}, since)).toEqual([]);
  expect(await hop.mover('settle', operation()).done()).toMatchObject({ state: 'done', successor: cut.successor });
  expect(await hop.mover('retire', { item, adopted: false }).done()).toEqual({ retired: true });
});

test('the successor can be isolated, connected, stopped, started and, off, removed with all that is its own', async () => {
  const isolated = await hop.azureLocal('isolate', { ...order(), extent: 'full' }).done();
  expect((await landed())?.nics).toEqual([]);
  await hop.azureLocal('connect', { ...order(), wiring: isolated.wiring, autostart: null }).done();
  expect((await landed())?.nics.map(({ mac, connected }) => [mac, connected])).toEqual([[reshaped.macs[0], true]]);

  const facts = factsOf(await hop.azureLocal('describe', order()).done());
  await hop.azureLocal('shutDown', { ...order(), graceMs: 5_000, expectFacts: facts }).done();
  await hop.azureLocal('powerOn', order()).done();
  await hop.azureLocal('forceOff', order()).done();
  expect(await landed()).toMatchObject({ power: 'off' });
  expect(await hop.azureLocal('remove', order()).done()).toEqual({ removed: true });
  expect(await landed()).toBeUndefined();
  const left = await lab.rows<{ type: string; name: string }>('arm/resources');
  expect(left.filter(({ type }) => /networkInterfaces|virtualHardDisks/.test(type))).toEqual([]);
  expect(await lab.vms('hyper-v')).toHaveLength(1);
});
