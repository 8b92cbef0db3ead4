import { mishap } from '../../activities/contracts/mishap.ts';
import type { Platform } from '../../activities/contracts/platform.ts';
import type { Stands } from '../../activities/contracts/stands.ts';
import { factsOf } from '../../domain/facts.ts';
import type { Products } from './scripted-products.ts';

/** A platform that remembers power, plugs and its own restart. */
export const scriptedPlatform = (products: Products, where: string): Platform & Stands => {
  const { vms, called, describe } = products;
  /** Announces the verb, does it, and gives the answer a chance to be lost. */
  const act = async <T>(verb: string, effect: () => T): Promise<T> => {
    await called(`${where} ${verb}`);
    const answer = effect();
    products.after(`${where} ${verb}`);
    return answer;
  };
  const set = (id: string, change: Partial<{ power: 'on' | 'off'; connected: boolean; autostart: boolean }>) => {
    const now = vms.get(id);
    if (now) vms.set(id, { ...now, ...change });
  };
  /** What a VM was like before we isolated it, as a real platform keeps it in its notes. */
  const before = new Map<string, boolean>();
  return {
    preflight: ({ vm, role }) =>
      act(`preflight ${role}`, () => ({
        productVersion: '1',
        agentVersion: '1',
        findings: [],
        ...(vm && role === 'source' ? { description: describe(vm.id) } : {}),
      })),
    describe: ({ vm }) => act('describe', () => describe(vm.id)),
    shutDown: ({ vm, expectFacts }) =>
      act('shutDown', () => {
        if (factsOf(describe(vm.id)) !== expectFacts) throw mishap.drift('It is another machine than was approved.');
        set(vm.id, { power: 'off' });
        return { how: 'guest', observedAt: '' };
      }),
    forceOff: ({ vm }) =>
      act('forceOff', () => {
        set(vm.id, { power: 'off' });
        return { how: 'forced', observedAt: '' };
      }),
    powerOn: ({ vm }) =>
      act('powerOn', () => {
        set(vm.id, { power: 'on' });
        return describe(vm.id);
      }),
    isolate: ({ vm, extent }) =>
      act(`isolate ${extent}`, () => {
        const found = describe(vm.id);
        const autostart = before.get(vm.id) ?? found.autostart;
        before.set(vm.id, autostart ?? false);
        set(vm.id, extent === 'full' ? { connected: false, autostart: false } : { autostart: false });
        return { wiring: found.nics, autostart, description: describe(vm.id) };
      }),
    connect: ({ vm, autostart }) =>
      act('connect', () => {
        before.delete(vm.id);
        set(vm.id, { connected: true, ...(autostart === null ? {} : { autostart }) });
        return describe(vm.id);
      }),
    reshape: ({ vm }) =>
      act('reshape', () => ({ description: describe(vm.id), wiring: [], macs: ['50:6b:8d:00:00:01'] })),
    health: () => act('health', () => ({ passed: ['V1-01'], findings: [] })),
    remove: ({ vm }) => act('remove', () => ({ removed: vms.delete(vm.id) })),
    standing: ({ leases }) =>
      act('standing', () => ({ standing: vms.has('staged-1') ? leases.map(({ journey }) => journey) : [] })),
  };
};
