import { ApplicationFailure } from '@temporalio/common';
import type { VmDescription, VmRef } from '../../domain/vm.ts';
import { mishap } from '../contracts/mishap.ts';
import { type JsonObject, listAt, textAt, without } from '../http/reading.ts';
import type { Doing } from './failures.ts';
import { readNic, readSubnet, type Subnet, withPlug } from './nics.ts';
import type { Change, Place, Prism, Read } from './prism.ts';
import { describeVm } from './vm.ts';

/** What Prism has of VMs, read and written: the only file that knows their paths. O E.3, E.4, E.10 */
export interface Vms {
  /** Null when Prism answers that there is none. */
  find(id: string): Promise<Read | null>;
  /** Throws `Missing` when Prism answers that there is none. */
  read(vm: VmRef): Promise<Read>;
  describe(vm: JsonObject): Promise<VmDescription>;
  nic(vm: VmRef, nic: string): Promise<Read>;
  power(vm: VmRef, action: PowerAction): Wanted;
  plug(vm: VmRef, nic: Read, connected: boolean): Wanted;
  describeAs(vm: VmRef, seen: Read, description: string): Wanted;
  remove(vm: VmRef): Wanted;
}

export type PowerAction = 'power-on' | 'power-off' | 'shutdown' | 'guest-shutdown';

/** A change without what every change needs: the tag and the id. */
export type Wanted = Pick<Change, 'method' | 'place' | 'body'>;

const VMS = '/ahv/config/vms';
const place = (rest: string): Place => ({ namespace: 'vmm', rest: `${VMS}${rest}` });

/** Set by Prism; a PUT of the whole VM carries the rest back as it was read. */
const READ_ONLY = ['links', 'tenantId', '$reserved', '$unknownFields', 'createTime', 'updateTime'];

/** A guest without scripts of its own is simply shut down. O E.4 */
const GUEST_OPTIONS: JsonObject = {
  guestPowerStateTransitionConfig: { shouldEnableScriptExec: false, shouldFailOnScriptFailure: false },
};

export const vmsOf = (prism: Prism, where: Doing): Vms => {
  /** Names of subnets change so rarely that a process asks once. */
  const subnets = new Map<string, Subnet>();

  /** An account without a right to see subnets still moves VMs: it sees their ids. */
  const learn = async (id: string): Promise<void> => {
    if (subnets.has(id)) return;
    const found = await prism
      .find({ namespace: 'networking', rest: `/config/subnets/${id}` })
      .catch((error: unknown) => {
        if (error instanceof ApplicationFailure && error.type === 'Configuration') return null;
        throw error;
      });
    if (found) subnets.set(id, readSubnet(found.data));
  };

  const find: Vms['find'] = (id) => prism.find(place(`/${id}`));

  const read: Vms['read'] = async (vm) => {
    const found = await find(vm.id);
    if (found) return found;
    throw mishap.missing(`Prism Central has no VM ${vm.name} (${vm.id}).`, {
      ...where,
      vm: vm.name,
      fix: 'Look whether it was deleted or belongs to another Prism Central.',
    });
  };

  return {
    find,
    read,
    describe: async (vm) => {
      const used = listAt(vm, 'nics').map((nic) => readNic(nic).subnet);
      for (const id of new Set(used)) if (id !== null) await learn(id);
      return describeVm(vm, subnets);
    },
    nic: async (vm, nic) => {
      const found = await prism.find(place(`/${vm.id}/nics/${nic}`));
      if (found) return found;
      throw mishap.drift(`${vm.name} has lost its adapter ${nic}.`, {
        ...where,
        vm: vm.name,
        fix: 'Look at the VM, then retry.',
      });
    },
    power: (vm, action) => ({
      method: 'POST',
      place: place(`/${vm.id}/$actions/${action}`),
      ...(action === 'guest-shutdown' ? { body: GUEST_OPTIONS } : {}),
    }),
    plug: (vm, nic, connected) => ({
      method: 'PUT',
      place: place(`/${vm.id}/nics/${textAt(nic.data, 'extId') ?? ''}`),
      body: withPlug(nic.data, connected),
    }),
    describeAs: (vm, seen, description) => ({
      method: 'PUT',
      place: place(`/${vm.id}`),
      body: { ...without(seen.data, READ_ONLY), description },
    }),
    remove: (vm) => ({ method: 'DELETE', place: place(`/${vm.id}`) }),
  };
};
