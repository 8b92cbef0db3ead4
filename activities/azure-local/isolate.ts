import type { Platform } from '../contracts/platform.ts';
import type { AzureLocal } from './context.ts';
import { description, found } from './describe.ts';
import { nicsOf, settleNics, wiringOf } from './wiring.ts';

/**
 * Takes every interface off the VM. Before that each is marked with the VM and its place, so that the wiring is known again after
 * a lost answer. Azure Local has no autostart of its own to turn off: `autostart` is null and that extent changes nothing.
 */
export const isolate =
  (room: AzureLocal): Platform['isolate'] =>
  async ({ vm, token, extent }) => {
    const { belongings } = room;
    const here = await found(room, vm);
    const attached = await nicsOf(room, vm, here.instance.nics);
    if (extent === 'autostart')
      return { wiring: attached.map(wiringOf), autostart: null, description: await description(room, vm, here) };

    if (attached.length > 0) await belongings.mark(vm.id, attached);
    const isolated = await settleNics(room, vm, token, here, []);
    const wiring =
      attached.length > 0 ? attached : await nicsOf(room, vm, await belongings.marked('networkInterfaces', vm.id));
    return { wiring: wiring.map(wiringOf), autostart: null, description: await description(room, vm, isolated) };
  };
