import { cloneDisks, type Draft, log, write } from './oracle-run.ts';
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
  shows,
  unplugAll,
} from './oracle-steps.ts';

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
