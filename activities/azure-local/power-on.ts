import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import { stillAtIt } from './asked.ts';
import type { AzureLocal } from './context.ts';
import { description, found } from './describe.ts';

/** Starts the VM once and returns when it is observed running. One that runs already is the answer. */
export const powerOn =
  (room: AzureLocal): Platform['powerOn'] =>
  async ({ vm, token }) => {
    const { asked, instances } = room;
    const key = `start ${vm.id} ${token}`;
    const waits = asked.since(key) === null ? null : await stillAtIt(room, vm.id, key, 'on');
    if (waits) return notFinished(`${vm.name} is ${waits.powerState}; it is being started`);

    const here = await found(room, vm);
    if (here.instance.power === 'on') {
      asked.forget(key);
      return description(room, vm, here);
    }
    if (asked.since(key) === null) {
      if (here.instance.busy || ['Starting', 'Stopping', 'Deallocating'].includes(here.instance.powerState))
        return notFinished(`${vm.name} is ${here.instance.powerState}`);
      asked.keep(key, await instances.start(vm.id));
      return notFinished(`Azure accepted the start of ${vm.name}`);
    }
    const end = await asked.ended(key);
    if (end.state !== 'failed') return notFinished(`${vm.name} is ${here.instance.powerState}; it is being started`);
    asked.forget(key);
    throw mishap.vendor(`Azure could not start ${vm.name}: ${end.error}`, {
      vm: vm.name,
      changed: 'it is still off',
      fix: 'Look at the VM on its cluster, then retry.',
    });
  };
