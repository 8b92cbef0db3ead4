import { isIrreversible } from '../../domain/ballot.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import { ENDS, type Phase } from '../../domain/phase.ts';
import { planRollBack } from '../../domain/rollback.ts';
import type { MigrationView } from '../../workflows/messages.ts';

/** One step that is still to come. `gate`: people decide first. */
export interface Remaining {
  readonly hop: number;
  readonly does: string;
  readonly gate: GateName | null;
  readonly irreversible: boolean;
}

/** How far a hop is, by the phase of its migration; 0 where nothing of it has begun. */
const AT: Readonly<Partial<Record<Phase, number>>> = {
  Seeding: 1,
  Syncing: 1,
  Rehearsing: 1,
  AwaitingCutover: 2,
  CuttingOver: 3,
  Validating: 4,
  AwaitingGo: 5,
  AwaitingSignOff: 5,
  Committing: 6,
  OnStaging: 7,
  Holding: 8,
  AwaitingDecommission: 9,
};

const AFTER_LAST = 7;

const step = (hop: number, does: string, gate: GateName | null = null): Remaining => ({
  hop,
  does,
  gate,
  irreversible: gate !== null && isIrreversible(gate),
});

const ofHop = (view: MigrationView, n: number): readonly Remaining[] => {
  const isLast = n === view.hops.length;
  const order = view.orders?.find((each) => each.n === n);
  const to = order ? ` on ${order.to.product}@${order.to.instance}` : '';
  const window = order?.window;
  return [
    step(n, 'prepares the guest and asks for room'),
    step(n, 'copies it in full, then keeps the copy fresh'),
    step(n, `asks before its outage${window ? `, then waits for the window ${window.text}` : ''}`, 'cutover'),
    step(n, `stops it and cuts over${order ? ` to ${order.landing.name}${to}` : ''}`),
    step(n, 'checks what landed'),
    isLast ? step(n, 'asks its owner to accept it', 'signOff') : step(n, 'asks whether it is good', 'go'),
    step(
      n,
      isLast
        ? 'gives up the undo and deletes the copies on the way'
        : 'gives up the undo of this hop, where its cut-over has not done so',
    ),
  ];
};

const atTheEnd = ({ hops }: MigrationView): readonly Remaining[] => [
  step(hops.length, 'keeps the source, off and fenced, until the hold is over'),
  step(1, 'asks before the source goes', 'decommission'),
  step(1, 'deletes the source, and keeps the record'),
];

const rollingBack = (view: MigrationView, now: number): readonly Remaining[] => {
  const { steps, hop } = planRollBack({ ...view, legal: ['rollBack'] }, now);
  return steps.map(({ does, gate }) => step(hop, does, gate));
};

/** What comes next, from the step under way to the end, in order. Pure: nothing but the view tells it. */
export const remainingSteps = (view: MigrationView, now: number): readonly Remaining[] => {
  const { phase, hop, hops } = view;
  if (ENDS.includes(phase)) return [];
  if (phase === 'RollingBack') return rollingBack(view, now);
  const at = AT[phase] ?? 0;
  if (at > AFTER_LAST) return atTheEnd(view).slice(at - AFTER_LAST - 1);
  const later = hops.filter(({ n }) => n > hop).flatMap(({ n }) => ofHop(view, n));
  return [...ofHop(view, hop).slice(at), ...later, ...atTheEnd(view)];
};
