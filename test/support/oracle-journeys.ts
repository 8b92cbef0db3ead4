import type { Scenario, VmScenario } from '../../lab/estate/scenario.ts';
import { eightVms } from '../../lab/scenarios/eight.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { hopOne, hopTwo, seed } from './oracle-hops.ts';
import { type Draft, draftOf, fillDisk, log, write } from './oracle-run.ts';
import { boot, create, decide, idle, type Journey, plug, power, removeVm, shows, unplugAll } from './oracle-steps.ts';

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

/** Our objects in the backup product. */
export const retire = (draft: Draft, { wish: { uuid: origin } }: Journey): void => {
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
