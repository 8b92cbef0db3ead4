import type { VmRef } from '../../domain/vm.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import type { JsonObject } from '../http/reading.ts';
import type { Doing } from './failures.ts';
import type { Ahv } from './parts.ts';
import { powerOf } from './vm.ts';

/** On or off; anything else is not a state to decide on. */
export const settledPower = (vm: JsonObject, ref: VmRef, where: Doing): 'ON' | 'OFF' => {
  const power = powerOf(vm);
  if (power === 'ON' || power === 'OFF') return power;
  if (power === 'UNDETERMINED') return notFinished(`Prism cannot tell the power state of ${ref.name} at the moment`);
  if (power === 'PAUSED')
    throw mishap.refused(`${ref.name} is paused.`, { ...where, vm: ref.name, fix: 'Resume it in Prism, then retry.' });
  throw mishap.configuration(`The account of this instance may not see the power state of ${ref.name}.`, {
    ...where,
    vm: ref.name,
    fix: 'Give the account the role Prism Admin, or one that views VMs, then retry.',
  });
};

/** Safe to repeat. Returns when Prism shows it on. O E.4 */
export const powerOn =
  ({ at, vms, change }: Ahv): Platform['powerOn'] =>
  async ({ vm, token }) => {
    const where = { at, vm: vm.name };
    const seen = await change({
      action: 'power-on',
      token,
      where,
      read: () => vms.read(vm),
      decide: (read) => (read && settledPower(read.data, vm, where) === 'OFF' ? vms.power(vm, 'power-on') : null),
    });
    return vms.describe(seen?.data ?? (await vms.read(vm)).data);
  };

/** Pulls the plug: what the guest had not written is lost. Safe to repeat. O E.4 */
export const forceOff =
  ({ at, vms, change, attempt, now }: Ahv): Platform['forceOff'] =>
  async ({ vm, token }) => {
    const where = { at, vm: vm.name };
    let forced = attempt().before?.action === 'power-off';
    await change({
      action: 'power-off',
      token,
      where,
      read: () => vms.read(vm),
      decide: (read) => {
        if (!read || settledPower(read.data, vm, where) === 'OFF') return null;
        forced = true;
        return vms.power(vm, 'power-off');
      },
    });
    return { how: forced ? 'forced' : 'wasOff', observedAt: now().toISOString() };
  };
