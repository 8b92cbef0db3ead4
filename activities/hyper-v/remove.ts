import { doing } from '../contracts/cmdlet-failures.ts';
import type { Platform, RemoveOrder } from '../contracts/platform.ts';
import { removeRole, removeVm } from './changes.ts';
import { isOff } from './description.ts';
import { type Drive, deleteFiles, filesOf, findAllDrives, isFile, readAllDrives } from './disks.ts';
import { failures } from './failures.ts';
import { liesIn } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { carries } from './notes.ts';
import { sameText } from './values.ts';
import { EVERY_VM, findAll, type Leftover } from './vms.ts';

/**
 * Removes a VM of this journey and its files. The files go first, while the VM itself still tells which they are and whose it is: a
 * removal whose answer was lost is finished by the next attempt, and no file is ever left without an owner. V §3.2, §4.2
 */
export const remove =
  (hyperV: HyperV): Platform['remove'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was removed`, 'files of this VM may be gone'), async () => {
      const { vms, run } = hyperV;
      const found = await vms.leftover(order.vm.id, [findAll, findAllDrives(EVERY_VM)]);
      if (!found) return { removed: true };
      const { vm } = found;
      mustBeOurs(order, vm);

      const drives = readAllDrives(found.results);
      const own = drives.filter((drive) => sameText(drive.vm, vm.id)).map(({ path }) => path);
      const others = drives.filter((drive) => !sameText(drive.vm, vm.id));
      mustBeOwnFiles(order, own, others, hyperV.instance.storagePaths);

      const { present, parents } = await filesOf(run, own, others.map(({ path }) => path).filter(isFile));
      mustStandAlone(order, present, others, parents);
      const left = await deleteFiles(run, present);
      if (left.length > 0) throw failures.notTaken(order, `${left.join(', ')} is still there`);

      await vms.change(order.vm.id, [...(vm.clustered ? [removeRole(vm.id)] : []), removeVm()]);
      if (await vms.leftover(order.vm.id)) throw failures.notTaken(order, 'the VM is still registered');
      return { removed: true };
    });

const mustBeOurs = (order: RemoveOrder, vm: Leftover): void => {
  if (order.alive.some(({ id }) => sameText(id, vm.id)))
    throw failures.unsafe(order, 'it lives on', 'Remove nothing: the plan still uses this VM.');
  if (!carries(vm.notes, order.journey))
    throw failures.unsafe(
      order,
      'its Notes do not carry the token of this journey',
      'Remove it by hand if it is a leftover of ours.',
    );
  if (!isOff(vm)) throw failures.notOff(order, vm);
  if (vm.checkpoints.length > 0) throw failures.mounted(order, `it has the checkpoint ${vm.checkpoints[0]}`);
};

const mustBeOwnFiles = (
  order: RemoveOrder,
  own: readonly string[],
  others: readonly Drive[],
  roots: readonly string[],
): void => {
  const byHand = 'Look at its disks; remove it by hand if that is right.';
  for (const path of own) {
    if (!isFile(path)) throw failures.unsafe(order, `${path || 'one of its disks'} is no virtual disk`, byHand);
    if (!roots.some((root) => liesIn(path, root)))
      throw failures.unsafe(order, `${path} lies outside the folders of staged VMs`, byHand);
    if (!/\.vhdx?$/i.test(path)) throw failures.mounted(order, `${path} belongs to a mount or a checkpoint`);
    const sharer = others.find((drive) => sameText(drive.path, path));
    if (sharer) throw failures.unsafe(order, `${sharer.vmName} uses ${path}, too`, byHand);
  }
};

/** Neither a child of another file, nor the parent of another VM's. */
const mustStandAlone = (
  order: RemoveOrder,
  own: readonly string[],
  others: readonly Drive[],
  parents: ReadonlyMap<string, string>,
): void => {
  const child = own.find((path) => parents.has(path));
  if (child !== undefined) throw failures.mounted(order, `${child} is served from ${parents.get(child)}`);
  const heir = others.find(({ path }) => own.some((mine) => sameText(parents.get(path) ?? '', mine)));
  if (heir)
    throw failures.unsafe(order, `${heir.vmName} is built upon one of its disks`, 'Remove or detach that VM first.');
};
