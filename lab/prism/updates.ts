import type { Estate, LabNic, LabVm } from '../estate/types.ts';
import { type AppMessage, invalid } from './errors.ts';
import type { Effects, NewTask, Task } from './tasks.ts';

interface Where {
  readonly path: string;
  readonly now: number;
}

interface NicPayload {
  readonly nic: string;
  readonly connected: boolean;
  readonly network: string | null;
}

interface VmPayload {
  readonly name: string;
  readonly note: string;
}

type Body = Readonly<Record<string, unknown>>;

const part = (body: Body, name: string): Body => {
  const value = body[name];
  return typeof value === 'object' && value !== null ? (value as Body) : {};
};

/** The whole NIC is sent back in the schema of its version; MAC and model cannot change. O E.10 */
export const nicTask = (
  estate: Estate,
  at: Where,
  target: { readonly vm: LabVm; readonly nic: LabNic; readonly minor: number; readonly requestId: string },
  body: Body,
): NewTask => {
  const [backingName, networkName] =
    target.minor < 3 ? ['backingInfo', 'networkInfo'] : ['nicBackingInfo', 'nicNetworkInfo'];
  const backing = part(body, backingName);
  const subnetId = part(part(body, networkName), 'subnet').extId;
  const refuse = (attribute: string, message: string) => invalid(at, 'body', attribute, message);

  if (typeof backing.isConnected !== 'boolean') throw refuse(`${backingName}.isConnected`, 'A boolean is required.');
  if (backing.macAddress !== undefined && String(backing.macAddress).toLowerCase() !== target.nic.mac)
    throw refuse(`${backingName}.macAddress`, 'The MAC address of a NIC cannot be changed.');
  const subnet = estate.scenario.prism.subnets.find(({ extId }) => extId === subnetId);
  if (!subnet) throw refuse(`${networkName}.subnet.extId`, `There is no subnet ${String(subnetId)}.`);

  return {
    effect: 'update-nic',
    operation: 'UpdateNic',
    vm: target.vm.id,
    requestId: target.requestId,
    payload: { nic: target.nic.id, connected: backing.isConnected, network: subnet.name } satisfies NicPayload,
    lastsMs: 2_000,
    stuckIn: null,
  };
};

/** Name and description are what the lab lets a client change; anything else that differs is refused rather than ignored. */
export const vmTask = (at: Where, vm: LabVm, shown: Body, requestId: string, body: Body): NewTask => {
  const changed = ['numSockets', 'numCoresPerSocket', 'memorySizeBytes', 'disks', 'nics', 'bootConfig'].find(
    (name) => name in body && JSON.stringify(body[name]) !== JSON.stringify(shown[name]),
  );
  if (changed) throw invalid(at, 'body', changed, 'The lab changes only name and description of a VM.');
  if (typeof body.name !== 'string' || body.name === '') throw invalid(at, 'body', 'name', 'A name is required.');
  return {
    effect: 'update-vm',
    operation: 'UpdateVm',
    vm: vm.id,
    requestId,
    payload: { name: body.name, note: String(body.description ?? '') } satisfies VmPayload,
    lastsMs: 2_000,
    stuckIn: null,
  };
};

/** The VM goes with its disks; attached volume groups are not part of it. O E.10 */
export const deleteTask = (vm: LabVm, requestId: string): NewTask => ({
  effect: 'delete-vm',
  operation: 'DeleteVm',
  vm: vm.id,
  requestId,
  payload: null,
  lastsMs: 3_000,
  stuckIn: null,
});

const gone: AppMessage = {
  code: 'VMM-40000',
  errorGroup: 'ENTITY_NOT_FOUND',
  message: 'The VM does not exist any more.',
};

export const updateEffects = (estate: Estate): Effects => {
  const change = (task: Task, edit: (vm: LabVm) => void): AppMessage | null => {
    if (!estate.vms.get(task.vm)) return gone;
    estate.vms.change(task.vm, `prism:${task.effect}:${task.requestId}`, edit);
    return null;
  };
  return {
    'update-nic': (task) =>
      change(task, (vm) => {
        const { nic: id, connected, network } = task.payload as NicPayload;
        const nic = vm.nics.find((each) => each.id === id);
        if (!nic) return;
        nic.connected = connected;
        nic.network = network;
        nic.vlan = estate.scenario.prism.subnets.find(({ name }) => name === network)?.vlan ?? null;
      }),
    'update-vm': (task) =>
      change(task, (vm) => {
        const { name, note } = task.payload as VmPayload;
        vm.name = name;
        vm.note = note;
      }),
    'delete-vm': (task) => {
      if (!estate.vms.get(task.vm)) return gone;
      estate.vms.remove(task.vm, `prism:${task.effect}:${task.requestId}`, { keepDisks: false });
      return null;
    },
  };
};
