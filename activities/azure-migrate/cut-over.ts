import { keyOf } from '../arm/ids.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { CutOver, CutOverOrder, Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { ofFailover } from './failures.ts';
import { vaultOf } from './item-id.ts';
import type { Item } from './items.ts';
import { boundaryOf, type Failovers, startOf, taskText } from './jobs.ts';
import { reachableTarget } from './readiness.ts';
import { mayFailOver, stageOf } from './stage.ts';

/** The successor, once the item says so and the VM itself is there; marked as ours before it is handed on. */
const landed = async ({ targets, jobs }: AzureMigrate, { vm, token }: CutOverOrder, item: Item): Promise<CutOver> => {
  const found = await targets.find(item);
  if (!found?.instance || found.instance.provisioning === 'Deleting')
    return notFinished(`Azure says ${item.stateText}; VM ${item.target.vmName ?? vm.name} is not listed yet`);
  await targets.claim(found, token);
  const { newest } = await jobs.failovers(item);
  return {
    successor: { id: found.id, name: found.name },
    operation: newest?.name ?? null,
    state: 'running',
    mounted: false,
  };
};

const refuseUnready = (item: Item, vm: string): void => {
  if (item.current?.running) notFinished(`Azure is still busy with ${item.current.title}`);
  if (item.resyncRequired)
    throw mishap.refused(`${vm} must be copied again before it can be moved (${item.stateText})`, {
      vm,
      fix: 'Let it synchronise, then retry.',
    });
  if (!mayFailOver(item))
    throw mishap.refused(
      `Azure does not take a planned failover of ${vm} now (${item.stateText}); it allows: ${item.allowed.join(', ') || 'nothing'}`,
      {
        vm,
        facts: { item: item.name, state: item.state },
        fix: 'Let it become ready to migrate, then retry.',
      },
    );
};

/** Nobody's VM may stand where ours will: neither a stranger's nor what an earlier failover left half made. */
const refuseOccupied = async (
  { targets }: AzureMigrate,
  item: Item,
  vm: string,
  { deciding }: Failovers,
): Promise<void> => {
  const found = await targets.find(item);
  if (!found) return;
  if (deciding && boundaryOf(deciding) === 'after')
    throw mishap.unsafe(`An earlier failover left ${found.name} half made on the target`, {
      vm,
      facts: { job: deciding.name, boundary: 'after', item: item.name },
      fix: 'Repair, which removes it and keeps its disks, then retry.',
    });
  throw mishap.conflict(`A machine named ${found.name} is already in the target's resource group`, {
    vm,
    fix: 'Remove or rename it, then retry.',
  });
};

/**
 * The addresses the VM will have must be free: Azure finds out only after the source is off. Once a failover has been tried,
 * the interfaces it made may hold them, and Azure alone knows whose they are. U PF-505
 */
const refuseTaken = async (
  { targets }: AzureMigrate,
  { landing, predecessor, vm, journey }: CutOverOrder,
  { deciding }: Failovers,
): Promise<void> => {
  const wanted = landing.nics.flatMap(({ source, address }) => {
    if (typeof address === 'object') return [address.ip];
    return address === 'keep' ? (predecessor.nics[source]?.addresses ?? []) : [];
  });
  if (deciding || wanted.length === 0) return;
  const [holder] = await targets.holding(wanted, journey);
  if (holder)
    throw mishap.conflict(`${holder} holds an address that ${vm.name} shall have (${wanted.join(', ')})`, {
      vm: vm.name,
      fix: 'Free the address, or give the landing another one, then retry.',
    });
};

/**
 * The planned failover: Azure stops the source, copies the rest, makes the VM and starts it. Looked at before anything is sent:
 * a running one is adopted, a finished one is the answer. It is sent once; after a lost answer the next attempt looks first.
 * The job is the truth, its running task the progress. A failed one ends the verb; only a fresh order, which a person gave,
 * sends it again. A §1.3g, §1.7, §5.4
 */
export const cutOver = (room: AzureMigrate): Mover['cutOver'] => {
  const { items, jobs, attempt } = room;
  /** Jobs this process has started or seen running, by item. Beside the attempt's number it tells a poll from a person's retry. */
  const watched = new Map<string, string>();

  /** The job we watch. One from before this item was enabled was an earlier item's, which had the same name: it is forgotten. */
  const ofThisItem = async (id: string, { newest, since }: Failovers): Promise<string | null> => {
    const ours = watched.get(keyOf(id)) ?? null;
    if (ours === null || ours === newest?.name) return ours;
    const job = await jobs.named(vaultOf(id), ours);
    if (!job || startOf(job) >= since) return ours;
    watched.delete(keyOf(id));
    return null;
  };

  return async (order) => {
    const { item: id, vm } = order;
    const known = watched.get(keyOf(id));
    const going = known ? await jobs.named(vaultOf(id), known) : null;
    if (going?.state === 'running') return notFinished(taskText(going), `${going.name} ${taskText(going)}`);

    const item = await items.get(id);
    if (!item)
      throw mishap.missing(`The replication of ${vm.name} is gone`, {
        vm: vm.name,
        fix: 'Look who ended it before going on.',
      });

    const stage = stageOf(item);
    if (stage === 'failedOver') {
      const done = await landed(room, order, item);
      watched.delete(keyOf(id));
      return done;
    }

    const failovers = await jobs.failovers(item);
    const { running, newest, deciding } = failovers;
    if (running) {
      watched.set(keyOf(id), running.name);
      return notFinished(taskText(running), `${running.name} ${taskText(running)}`);
    }
    if (stage === 'failingOver' || deciding?.state === 'succeeded')
      return notFinished(`${item.stateText}; waiting for Azure to say it is done`);
    const ours = await ofThisItem(id, failovers);
    if (ours && newest?.name !== ours)
      return notFinished(`Azure accepted the failover as job ${ours} and does not list it yet`);
    if (newest && deciding && (ours || attempt() > 1 || item.target.reusesArc)) {
      watched.delete(keyOf(id));
      throw ofFailover(vm.name, item, { newest, deciding });
    }

    refuseUnready(item, vm.name);
    await refuseOccupied(room, item, vm.name, failovers);
    await refuseTaken(room, order, failovers);
    await reachableTarget(room);
    const accepted = await items.failOver(id);
    if (accepted.job) watched.set(keyOf(id), accepted.job);
    return notFinished(`Azure accepted the planned failover${accepted.job ? ` as job ${accepted.job}` : ''}`);
  };
};
