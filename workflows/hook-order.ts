import { queueOf } from '../domain/address.ts';
import { groupSubject } from '../domain/group-hook.ts';
import type { Hook } from '../domain/hook.ts';
import type { Values } from '../domain/hook-values.ts';
import { tokenOf } from '../domain/token.ts';
import type { Hop } from './hop-context.ts';
import type { Journey } from './journey.ts';

/** What stands in the token: the VM, or all that the hook runs once for. */
const subjectOf = ({ order, group }: Journey, { scope }: Hook): string =>
  scope === 'vm' ? order.source.id : groupSubject(order.batch, scope === 'group' ? group : null);

export const tokenFor = (h: Hop, hook: Hook, act: 'hook' | 'undo'): string =>
  tokenOf({ vm: subjectOf(h.j, hook), hop: h.n, verb: `${act}-${hook.name}`, round: h.record.round });

export const valuesOf = (h: Hop, hook: Hook, token: string): Values => {
  const { order, group } = h.j;
  const { when, point, scope } = hook;
  const shared = { programme: order.programme, batch: order.batch, hop: h.n, when, point, token };
  if (scope !== 'vm') return scope === 'group' ? { ...shared, group } : shared;
  const planned = h.order.landing.nics[0]?.address;
  const has = h.facts.nics[0]?.addresses[0] ?? null;
  return {
    ...shared,
    group,
    owner: order.owner,
    path: order.path,
    'vm.id': order.source.id,
    'vm.name': order.name,
    from: queueOf(h.order.from),
    to: queueOf(h.order.to),
    'source.address': has,
    'landing.name': h.order.landing.name,
    'landing.address': planned === 'keep' ? has : typeof planned === 'object' ? planned.ip : null,
  };
};
