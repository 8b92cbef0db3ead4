import type { AzureMigrateInstance } from '../../domain/estate.ts';
import { isOurs } from '../../domain/token.ts';
import type { Accepted, Arm } from '../arm/arm.ts';
import { subscriptionOf } from '../arm/ids.ts';
import { type Json, listAt, textAt } from '../arm/reading.ts';
import { claim, tokenTagOf } from '../arm/tags.ts';
import { API } from '../arm/versions.ts';
import type { Item } from './items.ts';

/** The VM a failover makes: an Arc machine, and under it the instance that holds the VM itself. A §3 */
export interface TargetVm {
  readonly id: string;
  readonly name: string;
  readonly body: Json;
  /** null while only the machine is there. */
  readonly instance: { readonly power: string; readonly provisioning: string } | null;
}

export interface Targets {
  /** The machine an item lands as; null when it is not there. */
  find(item: Item): Promise<TargetVm | null>;
  /** Whether a machine of this name is where VMs land. */
  isTaken(name: string): Promise<boolean>;
  /** Writes our token on it, so that it can be told from a stranger's. */
  claim(vm: TargetVm, token: string): Promise<void>;
  /** Ids of network interfaces that hold one of these addresses, in the subscription VMs land in; not those of this journey. */
  holding(addresses: readonly string[], journey: string): Promise<readonly string[]>;
  removeInstance(vm: TargetVm): Promise<Accepted>;
  removeMachine(vm: TargetVm): Promise<Accepted>;
}

export const instanceId = (machine: string): string =>
  `${machine}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;

const addressesOf = (nic: Json): readonly (string | null)[] =>
  listAt(nic, 'properties.ipConfigurations').map((row) => textAt(row, 'properties.privateIPAddress'));

export const targets = (arm: Arm, { target: { resourceGroupId } }: AzureMigrateInstance): Targets => ({
  find: async ({ target }) => {
    if (!target.group || !target.vmName) return null;
    const id = `${target.group}/providers/Microsoft.HybridCompute/machines/${target.vmName}`;
    const machine = await arm.get(id, API.hybridCompute);
    if (!machine) return null;
    const instance = await arm.get(instanceId(id), API.stackHci);
    return {
      id: textAt(machine.body, 'id') ?? id,
      name: target.vmName,
      body: machine.body,
      instance: instance && {
        power: textAt(instance.body, 'properties.status.powerState') ?? 'Unknown',
        provisioning: textAt(instance.body, 'properties.provisioningState') ?? 'Unknown',
      },
    };
  },
  isTaken: async (name) =>
    (await arm.get(`${resourceGroupId}/providers/Microsoft.HybridCompute/machines/${name}`, API.hybridCompute)) !==
    null,
  claim: (vm, token) => claim(arm, vm.id, API.hybridCompute, vm.body, token),
  holding: async (addresses, journey) => {
    const { rows } = await arm.list(
      `/subscriptions/${subscriptionOf(resourceGroupId)}/providers/Microsoft.AzureStackHCI/networkInterfaces`,
      API.stackHci,
    );
    return rows
      .filter((nic) => !isOurs(tokenTagOf(nic), journey))
      .filter((nic) => addressesOf(nic).some((ip) => ip !== null && addresses.includes(ip)))
      .map((nic) => textAt(nic, 'id') ?? '');
  },
  removeInstance: (vm) => arm.remove(instanceId(vm.id), API.stackHci),
  removeMachine: (vm) => arm.remove(vm.id, API.hybridCompute),
});
