import { byProduct, handOf, type LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import { existsAt, type Incarnation, isWired, servesAt, stateAt, type VmState } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/**
 * Once a successor has served, what it was made from is off, unplugged and does not start by itself, until it is removed or taken back. A
 * predecessor that serves meanwhile is the matter of one-holder.
 */
export const fence = perVm('fence', (run, story) =>
  story.incarnations.flatMap((vm) => judgeOne(run, story, vm, laterThan(story, vm))),
);

const laterThan = ({ incarnations }: Story, vm: Incarnation): readonly Incarnation[] =>
  incarnations.filter((other) => other.rank > vm.rank);

const judgeOne = (run: Run, story: Story, vm: Incarnation, later: readonly Incarnation[]): readonly Finding[] => {
  const starts = later
    .flatMap((successor) => successor.spans.map((span) => ({ successor, from: span.from })))
    .toSorted((a, b) => a.from.seq - b.from.seq);
  const findings: Finding[] = [];
  let fencedUntil = 0;
  for (const { successor, from } of starts) {
    if (from.seq < fencedUntil || !existsAt(vm, from.seq)) continue;
    const until = takenBack(vm, later, from) ?? vm.removed ?? null;
    fencedUntil = until?.seq ?? Number.POSITIVE_INFINITY;
    findings.push(...breachesOf(run, story, vm, { successor, from, until: fencedUntil }));
  }
  return findings;
};

interface Fence {
  readonly successor: Incarnation;
  readonly from: LabEvent;
  readonly until: number;
}

/** The first thing a product did to it for its return, all that came later being off. */
const takenBack = (vm: Incarnation, later: readonly Incarnation[], from: LabEvent): LabEvent | undefined =>
  vm.states
    .map((state) => state.event)
    .find(
      (event) =>
        event.seq > from.seq &&
        byProduct(event) &&
        opens(event) &&
        later.every((other) => stateAt(other, event.seq)?.isOn !== true),
    );

const opens = ({ kind, fields }: LabEvent): boolean =>
  (kind === 'vm.power' && fields.to === 'on') ||
  (kind === 'vm.nic' && fields.connected === true) ||
  (kind === 'vm.autostart' && fields.on === true);

const breachesOf = (run: Run, story: Story, vm: Incarnation, { successor, from, until }: Fence): readonly Finding[] => {
  const states = vm.states.filter(({ event }) => event.seq > from.seq && event.seq < until);
  const atStart = stateAt(vm, from.seq);
  const idle = [...(atStart ? [atStart] : []), ...states].filter(
    ({ event }) => !servesAt(vm, Math.max(event.seq, from.seq)),
  );
  const says = (state: VmState | undefined, breach: string): readonly Finding[] =>
    state
      ? [
          against(
            story,
            [from, state.event],
            `on ${vm.platform} it ${breach} while ${successor.platform} held production.`,
          ),
        ]
      : [];

  const isPlugged = ({ nics }: VmState): boolean => nics.some((nic) => isWired(nic, run.scenario.privateSwitches));
  const unplugBy = isMadeByMount(run, successor) ? from.seq : graceOf(run, story, from);
  const due = unplugBy < until && !servesAt(vm, unplugBy) ? stateAt(vm, unplugBy) : null;
  return [
    ...says(
      idle.find((state) => state.isOn && !isForeign(vm, state)),
      'was on',
    ),
    ...says(
      idle.find((state) => state.autostart),
      'starts with its host',
    ),
    ...(due && isPlugged(due)
      ? says(due, 'was still plugged in')
      : says(
          idle.find((state) => state.event.seq > unplugBy && isPlugged(state)),
          'was plugged in again',
        )),
  ];
};

/** Turned on by an admin's hand or a host's high availability: faults of the estate, against which the fence holds when they do no harm. */
const isForeign = (vm: Incarnation, { event }: VmState): boolean => {
  const turnedOn = vm.states.findLast(
    (state) => state.event.seq <= event.seq && state.event.kind === 'vm.power' && state.isOn,
  );
  return turnedOn !== undefined && ['admin', 'host'].includes(handOf(turnedOn.event));
};

const isMadeByMount = (run: Run, vm: Incarnation): boolean =>
  run.events.some((event) => event.kind === 'mount.started' && textOf(event.fields, 'vm') === vm.id);

/**
 * A mover that stops and starts by itself leaves the unplugging to be done afterwards: before anybody decides anything more about the
 * VM, before its replication is given up, and before the log ends.
 */
const graceOf = (run: Run, { wish }: Story, from: LabEvent): number => {
  const decided = run.decisions.find(
    (each) => each.origin === wish.uuid && each.time > from.time && !WAYS_BACK.includes(each.gate),
  );
  const ends = [
    run.events.find((event) => decided && event.time >= decided.time && event.seq > from.seq),
    run.eventsOf(wish.uuid, /^item\.removed$/).find((event) => event.seq > from.seq),
    run.events.at(-1),
  ];
  return Math.min(...ends.map((event) => event?.seq ?? Number.POSITIVE_INFINITY));
};

const WAYS_BACK = ['rollBack', 'forceOff', 'discardStaged'];
