import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import type { AzureLocal } from './context.ts';
import { found } from './describe.ts';

/**
 * Pulls the plug where ARM can (2026-04-01-preview on); an older version only has `stop`, which asks the guest: where that is refused
 * too, a person must turn the VM off on its cluster node. Only behind its gate.
 */
export const forceOff =
  (room: AzureLocal): Platform['forceOff'] =>
  async ({ vm, token }) => {
    const { asked, instances, now } = room;
    const key = `powerOff ${vm.id} ${token}`;
    const { instance } = await found(room, vm);
    const waited = asked.since(key);
    if (instance.power === 'off') {
      asked.forget(key);
      return { how: waited === null ? 'wasOff' : 'forced', observedAt: new Date(now()).toISOString() };
    }
    if (waited === null) {
      if (instance.busy) return notFinished(`${vm.name} is ${instance.powerState}; Azure is still at work on it`);
      asked.keep(key, await instances.powerOff(vm.id));
      return notFinished(`Azure accepted to turn off ${vm.name}`);
    }
    const end = await asked.ended(key);
    if (end.state !== 'failed') return notFinished(`${vm.name} is ${instance.powerState}; it is being turned off`);
    asked.forget(key);
    throw mishap.refused(`Azure could not turn off ${vm.name}: ${end.error}`, {
      vm: vm.name,
      changed: 'it is still on',
      fix: 'Turn it off on the node it runs on (Stop-VM -TurnOff), then retry: the retry only observes it.',
      ...(instances.canPowerOff ? {} : { likely: 'This API version can only ask the guest to shut down.' }),
    });
  };
