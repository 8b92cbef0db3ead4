import type { Accepted, Arm } from '../arm/arm.ts';
import { type Json, textAt } from '../arm/reading.ts';
import { claim } from '../arm/tags.ts';
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
  /** Writes our token on it, so that it can be told from a stranger's. */
  claim(vm: TargetVm, token: string): Promise<void>;
  removeInstance(vm: TargetVm): Promise<Accepted>;
  removeMachine(vm: TargetVm): Promise<Accepted>;
}

const instanceId = (machine: string): string =>
  `${machine}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;

export const targets = (arm: Arm): Targets => ({
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
  claim: (vm, token) => claim(arm, vm.id, API.hybridCompute, vm.body, token),
  removeInstance: (vm) => arm.remove(instanceId(vm.id), API.stackHci),
  removeMachine: (vm) => arm.remove(vm.id, API.hybridCompute),
});
