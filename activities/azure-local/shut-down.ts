import { factsOf } from '../../domain/facts.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import { stillAtIt } from './asked.ts';
import type { AzureLocal } from './context.ts';
import { description, found } from './describe.ts';

/**
 * Asks once, through the host, and waits for the VM to be observed off. ARM does not say how a VM came to be off;
 * one that we asked counts as `acpi`. A refusal by the guest and a grace time that has passed are both `GuestRefused`.
 */
export const shutDown =
  (room: AzureLocal): Platform['shutDown'] =>
  async ({ vm, token, graceMs, expectFacts }) => {
    const { asked, instances, now } = room;
    const key = `stop ${vm.id} ${token}`;
    const waited = asked.since(key);
    const waits = waited !== null && waited < graceMs ? await stillAtIt(room, vm.id, key, 'off') : null;
    if (waits) return notFinished(`${vm.name} is ${waits.powerState}; it was asked to shut down`);

    const here = await found(room, vm);
    const facts = factsOf(await description(room, vm, here));
    if (facts !== expectFacts)
      throw mishap.drift(`${vm.name} is not the VM that was approved`, {
        vm: vm.name,
        facts: { approved: expectFacts, now: facts },
        fix: 'Look what changed, then decide again.',
      });

    if (here.instance.power === 'off') {
      asked.forget(key);
      return { how: waited === null ? 'wasOff' : 'acpi', observedAt: new Date(now()).toISOString() };
    }
    if (waited === null) {
      if (here.instance.busy || here.instance.power === 'other')
        return notFinished(`${vm.name} is ${here.instance.powerState}`);
      asked.keep(key, await instances.stop(vm.id));
      return notFinished(`Azure accepted the shutdown of ${vm.name}`);
    }

    const end = await asked.ended(key);
    if (end.state !== 'failed' && waited < graceMs)
      return notFinished(`${vm.name} is ${here.instance.powerState}; it was asked to shut down`);
    asked.forget(key);
    const why =
      end.state === 'failed'
        ? end.error
        : `it was still ${here.instance.powerState} after ${Math.round(graceMs / 1000)} s`;
    throw mishap.guestRefused(`${vm.name} did not shut down: ${why}`, {
      vm: vm.name,
      changed: 'it was asked to shut down and is still on',
      fix: 'Shut it down inside the guest and retry, or let it be turned off by force.',
    });
  };
