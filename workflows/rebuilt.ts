import type { Carried, Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { HopRecord } from '../domain/hop-record.ts';
import type { JourneyOrder } from '../domain/plan.ts';
import { type Hop, hopAt } from './hop-context.ts';
import { type Journey, newJourney } from './journey.ts';
import type { CommandTaken } from './messages.ts';

/** What the hop under way may have done since its checkpoint counts as done, so that a rollback before anybody has looked forgets nothing. */
const cautious = (record: HopRecord, { at, mayHaveBegun, hops }: Checkpoint): HopRecord => {
  const kept = hops.find(({ n }) => n === record.n);
  if (!kept || record.arrived || kept.landed) return { ...record };
  if (!mayHaveBegun) return { ...record, protecting: true };
  const { facts, reshaped } = kept;
  return {
    ...record,
    protecting: true,
    facts: record.facts ?? facts,
    wiring: record.wiring ?? facts.nics,
    autostart: record.autostart ?? facts.autostart,
    wasOn: record.fence === 'none' ? facts.power === 'on' : record.wasOn,
    fence: record.fence === 'none' ? 'begun' : record.fence,
    cutOver: record.cutOver === 'none' ? 'begun' : record.cutOver,
    commit: record.commit === 'none' && reshaped && record.kind === 'restore' ? 'begun' : record.commit,
    exposedAt: record.exposedAt ?? (record.kind === 'switch' || reshaped ? at : null),
  };
};

/** Paused, with all that its checkpoint tells. */
export const journeyFrom = (order: JourneyOrder, carried: Carried): Journey => {
  const j = newJourney(order);
  const { checkpoint } = carried;
  Object.assign(j, { paused: true, recovered: carried });
  if (!checkpoint) return Object.assign(j, { phase: 'Checking' });
  j.decisions.push(...checkpoint.decisions);
  j.commands.push(...(checkpoint.commands as readonly CommandTaken[]));
  j.attestations.push(...checkpoint.attestations);
  j.hooks.ran.push(...checkpoint.hooks);
  j.ledger.entries.push(...checkpoint.ledger.entries);
  j.ledger.waits.push(...checkpoint.ledger.waits);
  j.ledger.bytes.push(...checkpoint.ledger.bytes);
  j.hops.splice(0, j.hops.length, ...checkpoint.records.map((record) => cautious(record, checkpoint)));
  j.orders.splice(0, j.orders.length, ...checkpoint.orders);
  const { phase, hop, group, findings, source, told, holdEndsAt } = checkpoint;
  return Object.assign(j, {
    phase,
    hop,
    group,
    source,
    told,
    holdEndsAt,
    findings: [...findings],
    loans: [...checkpoint.loans],
  });
};

/** Hops that stand, and the one that was under way where there was one. */
export interface HopsKept {
  readonly stands: readonly Hop[];
  readonly next: Hop | null;
}

export const NOTHING_KEPT: HopsKept = { stands: [], next: null };

export const hopsFrom = (j: Journey, { hops }: Checkpoint): HopsKept => {
  const all = hops.map(({ n, vm, facts, baseline, ...learnt }) =>
    Object.assign(hopAt(j, n, vm, facts, baseline), learnt),
  );
  return {
    stands: all.filter(({ record }) => record.arrived),
    next: all.find(({ record }) => !record.arrived) ?? null,
  };
};
