import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import type { Mover, Settled } from '../../activities/contracts/mover.ts';
import type { Stands } from '../../activities/contracts/stands.ts';
import type { Capabilities } from '../../domain/capability.ts';
import type { Products } from './scripted-products.ts';

/**
 * What a mover holds of the VM.
 *
 * - `mounted`   a restore that can still be taken back
 * - `standing`  a successor of its own: committed, or switched to
 * - `halfMade`  a switch that failed past its boundary
 */
export interface Carried {
  item: boolean;
  stands: 'nothing' | 'mounted' | 'standing' | 'halfMade';
  polls: number;
}

export interface MoverScript {
  readonly where: string;
  readonly kind: 'restore' | 'switch';
  readonly successor: string;
  readonly predecessor: string;
  readonly carried: () => Carried;
}

const capabilities = (cutover: 'restore' | 'switch'): Capabilities => ({
  from: ['ahv', 'hyper-v'],
  to: ['hyper-v', 'azure-local'],
  cutover,
  undoableUntil: 'connect',
  rehearsal: false,
  cancellable: false,
  stopsBeforeStart: true,
  fixesAtProtect: cutover === 'switch',
  preservesIp: true,
});

const POLLS_OF_A_FULL_COPY = 5;

/** A mover that finds what it made before, and says how its cut-over stands. */
export const scriptedMover = (products: Products, script: MoverScript): Mover & Stands => {
  const { vms, called } = products;
  const { where, kind, successor, predecessor, carried } = script;
  const item = `${where}-item`;
  const operation = `${where}-op`;
  const ref = { id: successor, name: successor };
  const nothing: Settled = { state: 'none', boundary: null, operation: null, successor: null, detail: '' };

  const act = async <T>(verb: string, effect: () => T): Promise<T> => {
    await called(`${where} ${verb}`);
    const answer = effect();
    products.after(`${where} ${verb}`);
    return answer;
  };
  const settled = (): Settled => {
    const { stands } = carried();
    if (stands === 'nothing') return nothing;
    const there = vms.has(successor) ? ref : null;
    if (stands === 'halfMade') return { ...nothing, state: 'failed', boundary: 'after', operation, successor: there };
    return { ...nothing, state: 'done', operation, successor: there };
  };

  return {
    preflight: () =>
      act('preflight', () => {
        const says = products.kinds.get(where);
        const told =
          says === null ? {} : { capabilities: { ...capabilities(kind), ...(says ? { cutover: says } : {}) } };
        return { productVersion: '1', agentVersion: '1', findings: [], ...told };
      }),
    protect: () =>
      act('protect', () => {
        carried().item = true;
        return { item, adopted: false };
      }),
    synchronise: ({ round }) =>
      act(`synchronise ${round}`, () => {
        const held = carried();
        held.polls += 1;
        if (round === 0 && held.polls < POLLS_OF_A_FULL_COPY) return notFinished(`${held.polls * 20} %`);
        return { run: `run-${round}`, point: `point-${round}`, movedBytes: 1000, totalBytes: 1000, pointAt: null };
      }),
    lag: () => act('lag', () => ({ point: 'p', pointAt: null, ageSeconds: 60, healthy: true, detail: '' })),
    markFinal: () => act('markFinal', () => ({ newestRun: 'run-0' })),
    cutOver: () =>
      act('cutOver', () => {
        const held = carried();
        if (held.stands === 'nothing') {
          const before = vms.get(predecessor);
          if (kind === 'switch' && before) vms.set(predecessor, { ...before, power: 'off' });
          const on = kind === 'switch' && before?.power === 'on';
          vms.set(successor, { power: on ? 'on' : 'off', connected: kind === 'switch', autostart: false });
          held.stands = kind === 'restore' ? 'mounted' : 'standing';
        }
        const state = kind === 'restore' ? ('off' as const) : ('running' as const);
        return { successor: ref, operation, state, mounted: kind === 'restore' };
      }),
    standing: ({ leases }) =>
      act('standing', () => {
        const { item: held, stands, polls } = carried();
        const copies = held && stands === 'nothing' && polls < POLLS_OF_A_FULL_COPY;
        return { standing: copies ? leases.map(({ journey }) => journey) : [] };
      }),
    settle: () => act('settle', settled),
    repair: () =>
      act('repair', () => {
        vms.delete(successor);
        carried().stands = 'nothing';
        return nothing;
      }),
    commit: () =>
      act('commit', () => {
        carried().stands = 'standing';
        return { committed: true as const };
      }),
    abandon: () =>
      act('abandon', () => {
        const held = carried();
        if (held.stands === 'standing') return { successorGone: false };
        vms.delete(successor);
        held.stands = 'nothing';
        return { successorGone: true };
      }),
    retire: (order) =>
      act('retire', () => {
        const held = carried();
        if (held.stands === 'mounted') throw mishap.unsafe('the VM is still served from the backup');
        if (order.item === item) Object.assign(held, { item: false, stands: 'nothing', polls: 0 });
        return { retired: true };
      }),
  };
};
