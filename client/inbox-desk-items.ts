/** What waits, as a desk needs it: what may be done about each, and for what of it. Pure. */

import { isIrreversible } from '../domain/ballot.ts';
import type { Need } from '../domain/gate-policy.ts';
import { WHOLE } from '../domain/group-gate.ts';
import { kebab } from '../domain/words.ts';
import type { Waiting } from './inbox.ts';

export type Act = 'approve' | 'reject' | 'retry' | 'skip';

export interface DeskItem {
  /** The same from one look to the next. */
  readonly key: string;
  readonly waiting: Waiting;
  /** What it costs that it waits. */
  readonly costs: readonly string[];
}

export interface DeskGate {
  readonly fingerprint: string;
  readonly openedAt: number;
  readonly isIrreversible: boolean;
  readonly needs: readonly Need[];
}

export const keyOf = (waiting: Waiting): string => {
  if (waiting.kind === 'wave') return `wave/${waiting.programme}`;
  if (waiting.kind === 'group') return `group/${waiting.programme}/${waiting.batch}/${waiting.gate.group}`;
  if (waiting.kind === 'turn')
    return `turn/${waiting.programme}/${waiting.batch}/${waiting.decided.group}/${waiting.decided.hop}`;
  return waiting.listed.workflowId;
};

/** The gate that it waits at and that is decided on here; null where there is none. */
export const gateOf = ({ waiting }: DeskItem): DeskGate | null => {
  if (waiting.kind === 'group') {
    const { fingerprint, openedAt, needs = [] } = waiting.gate;
    return { fingerprint, openedAt, needs, isIrreversible: true };
  }
  if (waiting.kind === 'wave') {
    const { fingerprint, at: openedAt } = waiting.stopped;
    return { fingerprint, openedAt, needs: ['comment'], isIrreversible: false };
  }
  const gate = waiting.kind === 'vm' ? waiting.view.gate : null;
  if (!gate || gate.together) return null;
  const { fingerprint, openedAt, needs = [], name } = gate;
  return { fingerprint, openedAt, needs, isIrreversible: isIrreversible(name) };
};

/** Names one opening of its gate and all that it shows; null without a gate. */
export const idOf = (item: DeskItem): string | null => {
  const gate = gateOf(item);
  return gate && `${item.key}@${gate.fingerprint}/${gate.openedAt}`;
};

export const calledOf = ({ waiting }: DeskItem): string => {
  if (waiting.kind === 'wave') return waiting.programme;
  if (waiting.kind === 'group' || waiting.kind === 'turn') {
    const group = waiting.kind === 'group' ? waiting.gate.group : waiting.decided.group;
    return group === WHOLE ? waiting.batch : `${waiting.batch}/${group}`;
  }
  return waiting.listed.name;
};

/** Why this cannot be done about it, or null. */
export const refuseAct = (item: DeskItem, act: Act): string | null => {
  const { waiting } = item;
  if (waiting.kind === 'silent') return 'it does not answer; `tranship doctor` looks why.';
  if (act === 'retry' || act === 'skip') {
    if (waiting.kind !== 'vm' || !waiting.view.parked) return 'nothing of it is parked.';
    const { parked, legal } = waiting.view;
    return legal.includes(act) ? null : `${parked.step} takes no ${act}. It takes: ${legal.map(kebab).join(', ')}.`;
  }
  if (waiting.kind === 'turn')
    return act === 'reject' ? null : 'it is approved and waits for its turn; r takes it back.';
  if (waiting.kind === 'wave' && act === 'reject') return 'it stays stopped until somebody goes on.';
  if (!gateOf(item)) return 'it waits at no gate.';
  if (act === 'approve' && waiting.kind === 'group' && waiting.gate.missing.length > 0)
    return `not all are at the gate: ${waiting.gate.missing.map(({ name }) => name).join(', ')}.`;
  return null;
};

export const mayAct = (item: DeskItem, act: Act): boolean => refuseAct(item, act) === null;
