import { blockers } from '../../domain/finding.ts';
import { sameId } from '../arm/ids.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover, Protection, ProtectOrder } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { type Discovered, unfitness } from './discovery.ts';
import type { EndReplication } from './end-replication.ts';
import { ofItem, ofJob } from './failures.ts';
import type { Registered } from './infrastructure.ts';
import { differences, itemBody } from './item-body.ts';
import { itemIdOf } from './item-id.ts';
import type { Item } from './items.ts';
import { type Job, taskText } from './jobs.ts';
import { landingFindings } from './landing-rules.ts';
import { reachableTarget } from './readiness.ts';
import { settingsOf } from './settings.ts';
import { stageOf } from './stage.ts';

/** Waits for the appliance to find the VM, fit to be replicated; its view may be an hour old. A §1.3a */
const discovered = async (
  { discovery, instance }: AzureMigrate,
  at: Registered,
  { vm }: ProtectOrder,
): Promise<Discovered> => {
  if (!at.source.siteId)
    throw mishap.configuration(`The fabric of ${instance.sourceAppliance} names no site`, {
      fix: 'Register the source appliance again.',
    });
  const machine = await discovery.machine(at.source.siteId, vm.id);
  if (!machine) return notFinished(`Appliance ${instance.sourceAppliance} has not discovered ${vm.name} yet`);
  return machine;
};

/** What the appliance has not seen yet it sees in a later pass; what it never sees ends as a stall that says so. */
const waitUntilFit = (machine: Discovered, vm: string): void => {
  const unfit = unfitness(machine);
  if (unfit.length > 0) notFinished(`${vm} is discovered, but ${unfit.join(' and ')}`);
};

/** An item for this VM that is there already: ours after a lost answer, or somebody's that lands just so, or a stranger's. */
const adopt = (
  id: string,
  item: Item,
  { landing, vm, settings }: ProtectOrder,
  { instance }: AzureMigrate,
): Protection => {
  const other = differences(item, landing, instance.target);
  if (other.length === 0) return { item: id, adopted: false };
  if (settingsOf(settings).adoptItem) return { item: id, adopted: true };
  throw mishap.conflict(`${vm.name} is already replicated, but lands as ${other.join(', ')}`, {
    vm: vm.name,
    facts: { item: item.name },
    fix: 'End that replication in the portal, or set `adoptItem: true` in the settings to take it as it is, then retry.',
  });
};

/**
 * Enables replication with the whole landing, which cannot be changed later, and returns when enabling has ended well.
 * Safe to repeat; adopts an item of the same discovered machine that lands the same way. A §1.3d, §1.7
 */
export const protect = (room: AzureMigrate, end: EndReplication): Mover['protect'] => {
  const { items, jobs, infrastructure, discovery, instance } = room;
  /** Jobs of our PUTs. Only a short cut: after a restart the item itself says what became of them. */
  const asked = new Map<string, string>();

  const ofOurPut = async (at: Registered, token: string): Promise<Job | null> => {
    const job = asked.get(token);
    return job ? jobs.named(at.vault.id, job) : null;
  };

  const enable = async (order: ProtectOrder, id: string, machine: Discovered): Promise<never> => {
    const [unmakable] = blockers(landingFindings(order.landing, instance.target));
    if (unmakable) throw mishap.configuration(unmakable.message, { vm: order.vm.name, fix: unmakable.fix });
    waitUntilFit(machine, order.vm.name);
    const { at, region } = await reachableTarget(room);
    const runAsAccount = await discovery.runAsAccount(machine);
    if (!runAsAccount) return notFinished(`The appliance names no account for the host of ${order.vm.name} yet`);
    const { predecessor, landing } = order;
    const body = itemBody({ machine, predecessor, landing, target: instance.target, at, region, runAsAccount });
    const accepted = await items.enable(id, body);
    if (accepted.job) asked.set(order.token, accepted.job);
    return notFinished(`Azure accepted the replication of ${order.vm.name}`);
  };

  const ready = async (at: Registered): Promise<void> => {
    const [policy, extension] = await Promise.all([infrastructure.policy(at), infrastructure.extension(at)]);
    if (policy.state === 'ready' && extension.state === 'ready') return;
    throw mishap.configuration(
      `The replication policy is ${policy.state}, the replication extension ${extension.state}`,
      {
        fix: 'Run `initialise` for this instance, then retry.',
      },
    );
  };

  return async (order) => {
    const { vm, token, settings } = order;
    const at = await infrastructure.registered();
    const machine = await discovered(room, at, order);
    const id = itemIdOf(at.vault.id, machine.name);
    const item = await items.get(id);
    const put = await ofOurPut(at, token);

    if (!item) {
      if (put?.state === 'failed') {
        asked.delete(token);
        throw ofJob(vm.name, `Azure could not enable the replication of ${vm.name}`, put);
      }
      if (put?.state === 'running') return notFinished(`Enabling: ${taskText(put)}`);
      await ready(at);
      return enable(order, id, machine);
    }

    if (item.machine && !sameId(item.machine, machine.id))
      throw mishap.conflict(`Protected item ${item.name} belongs to another machine: ${item.machine}`, {
        vm: vm.name,
        fix: 'Look at it in the portal.',
      });
    const stage = stageOf(item);
    if (stage === 'removing') return notFinished(`An earlier replication is being ended: ${item.stateText}`);
    if (stage === 'failedOver')
      throw mishap.conflict(`${vm.name} has been failed over already`, {
        vm: vm.name,
        fix: 'Complete that migration in the portal, or leave this VM out.',
      });
    const protection = adopt(id, item, order, room);
    if (stage === 'enableFailed') {
      const again = settingsOf(settings).recreateFailed && !protection.adopted && !asked.has(token);
      asked.delete(token);
      // What failed stands, and who goes back has to remove it.
      const left = { protection: id, adopted: protection.adopted };
      if (!again) throw ofItem(vm.name, `Azure could not enable the replication of ${vm.name}`, item, left);
      await end(vm.name, id);
      return notFinished('The failed replication is removed; it is made anew');
    }
    if (stage === 'enabling')
      return notFinished(`Enabling: ${put ? taskText(put) : (item.current?.title ?? item.stateText)}`);
    asked.delete(token);
    return protection;
  };
};
