import { ApplicationFailure } from '@temporalio/common';
import type { Nic, VmDescription, VmRef } from '../../domain/vm.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import { textAt } from '../http/reading.ts';
import { readMarker, withMarker, withoutMarker } from './marker.ts';
import { readNic } from './nics.ts';
import type { Ahv } from './parts.ts';
import { settledPower } from './power.ts';
import { wiringOf } from './vm.ts';

interface Order {
  readonly vm: VmRef;
  readonly token: string;
}

/** Sets one adapter's plug and sees it set. O E.10 */
export const setPlug = async (
  { at, vms, change }: Ahv,
  { vm, token }: Order,
  nic: string,
  connected: boolean,
): Promise<void> => {
  const where = { at, vm: vm.name };
  await change({
    action: `nic ${nic} ${connected ? 'on' : 'off'}`,
    token,
    where,
    read: () => vms.nic(vm, nic),
    decide: (seen) => {
      if (!seen) return null;
      const found = readNic(seen.data);
      if (found.connected === connected) return null;
      if (!found.pluggable)
        throw mishap.refused(`Adapter ${found.mac} of ${vm.name} is a hardware adapter without a plug.`, {
          ...where,
          fix: 'Replace it by a virtual adapter, then retry.',
        });
      return vms.plug(vm, seen, connected);
    },
  });
};

/** Writes the description unless it says so already. False where Prism does not let us: the caller's record has to do. */
export const setDescription = async (
  { at, vms, change }: Ahv,
  { vm, token }: Order,
  wanted: (now: string | null) => string,
): Promise<boolean> => {
  try {
    await change({
      action: 'description',
      token,
      where: { at, vm: vm.name },
      read: () => vms.read(vm),
      decide: (seen) => {
        if (!seen) return null;
        const now = textAt(seen.data, 'description');
        return (now ?? '') === wanted(now) ? null : vms.describeAs(vm, seen, wanted(now));
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === 'Refused') return false;
    throw error;
  }
};

const readAgain = async ({ vms }: Ahv, vm: VmRef): Promise<VmDescription> => vms.describe((await vms.read(vm)).data);

/** The wiring before we touched it: the plugs are remembered, everything else an unplugged adapter still has. */
const found = (nics: readonly Nic[], up: readonly string[]) =>
  wiringOf(nics.map((nic) => ({ ...nic, connected: up.includes(nic.id) })));

/**
 * Pulls every adapter's plug, one after the other. Which were plugged in is written into the VM's description first, so a
 * second try, or a person, still finds it; AHV has no start with the host to turn off. Safe to repeat. O E.10
 */
export const isolate =
  (ahv: Ahv): Platform['isolate'] =>
  async (order) => {
    const { vm, token, extent } = order;
    const where = { at: ahv.at, vm: vm.name };
    const seen = await ahv.vms.read(vm);
    const before = await ahv.vms.describe(seen.data);
    const kept = readMarker(before.note);
    const up = kept?.up ?? before.nics.filter((nic) => nic.connected).map((nic) => nic.id);
    if (extent === 'autostart') return { wiring: found(before.nics, up), autostart: null, description: before };

    if (settledPower(seen.data, vm, where) !== 'OFF')
      throw mishap.unsafe(`${vm.name} is on: pulling its plugs would cut a running machine off.`, {
        ...where,
        fix: 'Find out who started it, shut it down, then retry.',
      });
    if (!kept) await setDescription(ahv, order, (now) => withMarker(now, { token, up }));
    for (const nic of before.nics.filter((one) => one.connected)) await setPlug(ahv, order, nic.id, false);

    const description = await readAgain(ahv, vm);
    if (description.nics.some((nic) => nic.connected))
      return notFinished(`An adapter of ${vm.name} is still plugged in`);
    return { wiring: found(before.nics, up), autostart: null, description };
  };

/** Plugs the adapters in as the wiring says, by id, else by MAC, and takes our mark off the VM. Safe to repeat. O E.10 */
export const connect =
  (ahv: Ahv): Platform['connect'] =>
  async (order) => {
    const { vm, wiring } = order;
    const before = await ahv.vms.describe((await ahv.vms.read(vm)).data);
    for (const wanted of wiring) {
      const nic = before.nics.find((one) => one.id === wanted.id) ?? before.nics.find((one) => one.mac === wanted.mac);
      if (!nic)
        throw mishap.drift(`${vm.name} has no adapter ${wanted.mac} any more.`, {
          at: ahv.at,
          vm: vm.name,
          fix: 'Give it back, or change the wiring, then retry.',
        });
      if (nic.connected !== wanted.connected) await setPlug(ahv, order, nic.id, wanted.connected);
    }
    if (readMarker(before.note)) await setDescription(ahv, order, withoutMarker);
    return readAgain(ahv, vm);
  };
