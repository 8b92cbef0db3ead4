import type { Scenario, VmScenario } from '../../lab/estate/types.ts';
import { eightVms } from '../../lab/scenarios/eight.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { cloneDisks, type Draft, draftOf, fillDisk, log, write } from './oracle-run.ts';
import {
  boot,
  create,
  decide,
  idle,
  ipOf,
  type Journey,
  macOf,
  named,
  plug,
  power,
  removeVm,
  shows,
  unplugAll,
} from './oracle-steps.ts';

const DISK = 512 * 2 ** 20;
const HOUR = 3_600_000;

/** The ordinary scenarios with small disks, VMs that are on, and sizes that differ from what a mover brings by itself. */
const small = (scenario: Scenario): Scenario => ({
  ...scenario,
  vms: scenario.vms.map((vm): VmScenario => {
    const { staging, target } = vm.expected;
    const size = { cpus: 4, memoryMb: 8192 };
    return {
      ...vm,
      ...size,
      power: 'on',
      disks: vm.disks.map(() => ({ bytes: DISK, dataBytes: 24 * 65_536 })),
      expected: { ...vm.expected, staging: { ...staging, ...size }, target: { ...target, ...size } },
    };
  }),
});

export const one = (): Scenario => small(oneVm());
export const eight = (): Scenario => small(eightVms());

/** The VMs as they run on AHV when the lab begins. */
export const begun = (scenario: Scenario): { draft: Draft; journeys: Journey[] } => {
  const draft = draftOf(scenario);
  const journeys = scenario.vms.map((wish): Journey => {
    const disks = wish.disks.map(({ bytes }, n) => ({ file: `ahv-${wish.uuid}-${n}`, bytes, path: `/vmdisk/${n}` }));
    const nics = wish.nics.map((nic, n) => {
      const subnet = scenario.prism.subnets.find(({ name }) => name === nic.subnet);
      return {
        id: `${wish.uuid}-nic-${n}`,
        mac: nic.mac,
        network: nic.subnet,
        vlan: subnet?.vlan ?? null,
        connected: true,
      };
    });
    const source = idle(wish, { disks, nics });
    disks.forEach((_, n) => void fillDisk(draft, source, n, wish.hostname));
    create(draft, source, 'scenario');
    boot(draft, source, 'scenario');
    wish.nics.forEach(({ mac, ip }) => void shows(draft, source, mac, ip));
    return { wish, source, staged: source, landed: source };
  });
  log(draft, 'lab.started', { scenario: scenario.name, speed: scenario.speed });
  return { draft, journeys };
};

const backup = (draft: Draft, { wish, source }: Journey, round: string): string => {
  const origin = wish.uuid;
  const ids = { job: `job-${origin}`, run: `run-${round}-${origin}`, point: `point-${round}-${origin}` };
  const runKind = round === 'full' ? 'full' : 'increment';
  log(draft, 'run.started', { job: ids.job, run: ids.run, runKind, origin, origins: [origin], by: 'veeam:jobs/start' });
  const disks = source.disks.map((_, n) => `veeam-${ids.point}-${n}`);
  log(draft, 'point.created', { point: ids.point, origin, run: ids.run, disks, sourcePower: source.power });
  log(draft, 'run.ended', { job: ids.job, run: ids.run, runKind, result: 'Success', point: ids.point });
  return ids.point;
};

export const seed = (draft: Draft, journey: Journey): void => {
  const origin = journey.wish.uuid;
  const job = { product: 'veeam', job: `job-${origin}`, name: `Tranship ${origin}`, origin, origins: [origin] };
  log(draft, 'job.created', { ...job, by: 'veeam:job.created', settings: {} });
  log(draft, 'licence.taken', { origin, free: 1 });
  write(draft, journey.source, 5);
  backup(draft, journey, 'full');
};

/** Shut down, isolated, synchronised, mounted, adopted, migrated, connected. `round` tells a second attempt from the first. */
export const hopOne = (draft: Draft, journey: Journey, round = 1): void => {
  const { wish, source } = journey;
  const origin = wish.uuid;
  write(draft, source, 12);
  decide(draft, journey, 'cutover', 1);
  power(draft, source, 'off', 'guest', `prism:guest-shutdown:${origin}`);
  unplugAll(draft, source, `prism:update-nic:${origin}`);
  const point = backup(draft, journey, `final-${round}`);

  const mount = {
    mount: `mount-${round}-${origin}`,
    origin,
    point,
    vm: `staged-${round}-${origin}`,
    reason: `cut/${round}`,
  };
  const disks = source.disks.map(({ bytes }, n) => ({ file: `${mount.mount}-${n}`, bytes, path: `C:\\Staging\\${n}` }));
  log(draft, 'mount.started', mount);
  cloneDisks(
    draft,
    source,
    disks.map(({ file }) => file),
  );
  journey.staged = idle(wish, {
    id: mount.vm,
    platform: 'hyper-v',
    instance: 'stage01',
    name: wish.expected.staging.name,
    disks,
    cpus: 2,
    memoryMb: 4096,
    seq: source.seq,
  });
  create(draft, journey.staged, 'veeam:Start-VBRHvInstantRecovery:cut');
  log(draft, 'mount.ready', mount);
  adopt(draft, journey);
  log(draft, 'mount.migrating', mount);
  log(draft, 'mount.migrated', mount);
  wish.expected.staging.nics.forEach((nic, n) => {
    const wired = {
      id: `sn-${n}`,
      mac: macOf('00:15:5d', origin, n),
      network: nic.network,
      vlan: nic.vlan,
      connected: true,
    };
    plug(draft, journey.staged, wired, 'hyper-v:Connect-VMNetworkAdapter');
    shows(draft, journey.staged, wired.mac, ipOf(wish, nic, n));
  });
  write(draft, journey.staged, 15);
};

const adopt = (draft: Draft, { staged, wish }: Journey): void => {
  const { cpus, memoryMb } = wish.expected.staging;
  Object.assign(staged, { cpus, memoryMb });
  const disks = staged.disks.map(({ file, bytes }) => ({ file, bytes }));
  log(draft, 'vm.reshaped', { ...named(staged), cpus, memoryMb, disks, by: 'hyper-v:Set-VMMemory' });
  boot(draft, staged, 'hyper-v:Start-VM');
};

/** Replicated and failed over: the mover stops the staged VM, and it is isolated afterwards. */
export const hopTwo = (draft: Draft, journey: Journey): void => {
  const { wish, staged } = journey;
  const origin = wish.uuid;
  const item = { item: `item-${origin}`, origin, vm: staged.id };
  const by = 'arm:plannedFailover';
  log(draft, 'item.created', item);
  log(draft, 'item.protected', item);
  decide(draft, journey, 'cutover', 2);
  log(draft, 'vm.autostart', { ...named(staged), on: false, by: 'hyper-v:Set-VM' });
  const failover = { item: item.item, job: `failover-${origin}`, origin };
  log(draft, 'failover.accepted', { ...failover, legal: true });
  power(draft, staged, 'off', 'guest', by);

  const { target } = wish.expected;
  const folder = draft.scenario.azure.storagePaths.find(({ name }) => name === target.storagePath)?.path.toLowerCase();
  const disks = staged.disks.map(({ bytes }, n) => ({
    file: `azl-${origin}-${n}`,
    bytes,
    path: `${folder}\\${n}.vhdx`,
  }));
  cloneDisks(
    draft,
    staged,
    disks.map(({ file }) => file),
  );
  const { name, cpus, memoryMb } = target;
  const id = `landed-${origin}`;
  journey.landed = idle(wish, {
    id,
    platform: 'azure-local',
    instance: 'azl-01',
    name,
    cpus,
    memoryMb,
    disks,
    seq: staged.seq,
  });
  const { landed } = journey;
  create(draft, landed, by);
  const nics = target.nics.map(({ network, vlan }, n) => ({
    id: `tn-${n}`,
    mac: macOf('00:15:5e', origin, n),
    network,
    vlan,
    connected: true,
  }));
  for (const nic of nics) plug(draft, landed, nic, by);
  boot(draft, landed, by);
  target.nics.forEach((nic, n) => void shows(draft, landed, nics[n]?.mac ?? '', ipOf(wish, nic, n)));
  log(draft, 'failover.ended', { ...failover, result: 'Succeeded', task: null, target: id });
  unplugAll(draft, staged, 'hyper-v:Disconnect-VMNetworkAdapter');
  write(draft, landed, 8);
};

/** Our objects in the backup product. */
const retire = (draft: Draft, { wish: { uuid: origin } }: Journey): void => {
  const kept = draft.events.filter((event) => event.kind === 'point.created' && event.origin === origin);
  for (const { point, run } of kept) log(draft, 'point.removed', { point, origin, run });
  log(draft, 'job.removed', { product: 'veeam', job: `job-${origin}`, name: `Tranship ${origin}`, origin });
  log(draft, 'licence.released', { origin, free: 2 });
};

/** Signed off, completed, cleaned, held for a day, decommissioned. */
export const finish = (draft: Draft, journey: Journey): void => {
  const { wish, staged, source } = journey;
  decide(draft, journey, 'signOff', 2);
  log(draft, 'item.removed', { item: `item-${wish.uuid}`, origin: wish.uuid, vm: staged.id });
  removeVm(draft, staged, 'hyper-v:Remove-VM');
  retire(draft, journey);
  draft.now += 24 * HOUR;
  decide(draft, journey, 'decommission', 2);
  removeVm(draft, source, 'prism:delete-vm');
};

/** Back from staging after production writes, with the loss that was stated. */
export const rollBack = (draft: Draft, journey: Journey): void => {
  const { staged, source, wish } = journey;
  const served = draft.events.findLast(({ kind, vm }) => kind === 'vm.nic' && vm === staged.id);
  const text = (at: number): string => new Date(at).toISOString();
  const loss = { lossFrom: text(served?.at ?? draft.now), lossTo: text(draft.now + 5000) };
  decide(draft, journey, 'rollBack', 1, loss);
  power(draft, staged, 'off', 'guest', 'hyper-v:Stop-VM');
  unplugAll(draft, staged, 'hyper-v:Disconnect-VMNetworkAdapter');
  for (const nic of source.nics) plug(draft, source, { ...nic, connected: true }, `prism:update-nic:${wish.uuid}`);
  boot(draft, source, `prism:power-on:${wish.uuid}`);
  wish.nics.forEach(({ mac, ip }) => void shows(draft, source, mac, ip));
  write(draft, source, 9);
  decide(draft, journey, 'discardStaged', 1);
  removeVm(draft, staged, 'hyper-v:Remove-VM');
};

/** Back from the target to staging, which serves on. */
export const backFromTarget = (draft: Draft, journey: Journey): void => {
  const { staged, landed, wish } = journey;
  const served = draft.events.findLast(({ kind, vm }) => kind === 'guest.up' && vm === landed.id);
  decide(draft, journey, 'rollBack', 2, { lossFrom: new Date(served?.at ?? draft.now).toISOString() });
  power(draft, landed, 'off', 'guest', 'arm:stop');
  unplugAll(draft, landed, 'arm:update');
  for (const nic of staged.nics) plug(draft, staged, { ...nic, connected: true }, 'hyper-v:Connect-VMNetworkAdapter');
  boot(draft, staged, 'hyper-v:Start-VM');
  staged.nics.forEach(({ mac }, n) => void shows(draft, staged, mac, wish.nics[n]?.ip));
  write(draft, staged, 4);
  removeVm(draft, landed, 'arm:delete');
  log(draft, 'item.removed', { item: `item-${wish.uuid}`, origin: wish.uuid, vm: staged.id });
};

/** Every VM went the whole way. */
export const wholeJourney = (scenario: Scenario = one()): { draft: Draft; journeys: Journey[] } => {
  const run = begun(scenario);
  for (const journey of run.journeys) {
    seed(run.draft, journey);
    hopOne(run.draft, journey);
    hopTwo(run.draft, journey);
    finish(run.draft, journey);
  }
  return run;
};

/** Every VM was staged and came back. */
export const rolledBack = (): { draft: Draft; journeys: Journey[] } => {
  const run = begun(one());
  for (const journey of run.journeys) {
    seed(run.draft, journey);
    hopOne(run.draft, journey);
    rollBack(run.draft, journey);
    retire(run.draft, journey);
  }
  return run;
};
