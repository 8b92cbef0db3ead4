import { answering, isApproved, wasApproved } from '../evidence/decisions.ts';
import { byProduct, type LabEvent } from '../evidence/events.ts';
import { existsAt, hasServedBefore, type Incarnation, lastState, servesAt } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { gatesOfRemoval } from './decisions.ts';
import { against, type Finding, perVm } from './rule.ts';

/** Nothing is taken away before what follows it holds, and before its decision and its hold. That there is a decision is its own rule. */
export const nothingEarly = perVm('nothing-early', (run, story) =>
  story.incarnations.flatMap((vm) => [...removalOf(run, story, vm), ...disksOf(run, story, vm)]),
);

const removalOf = (run: Run, story: Story, vm: Incarnation): readonly Finding[] => {
  const { removed } = vm;
  const origin = story.wish.uuid;
  if (!removed || !byProduct(removed)) return [];
  if (vm.rank > 0 && !hasServedBefore(vm, removed.seq)) return [];

  const gates = gatesOfRemoval(vm);
  const told = (early: string): readonly Finding[] => [
    against(story, [removed], `on ${vm.platform} it was removed ${early}.`),
  ];
  const isDecided = isApproved(run.decisions, { origin, gates });
  if (isDecided && !wasApproved(run.decisions, { origin, gates }, removed.time))
    return told(`before the decision at ${gates.join(' or ')}`);
  if (!isSucceeded(story, vm, removed)) return told('while nothing else of it served production');
  return vm.rank === 0 ? insideHold(run, story, removed).flatMap(told) : [];
};

/** Something else of this VM serves then. One that is meant to be off has to exist. */
const isSucceeded = ({ incarnations, wish }: Story, vm: Incarnation, { seq }: LabEvent): boolean =>
  incarnations.some((other) => other !== vm && (wish.power === 'on' ? servesAt(other, seq) : existsAt(other, seq)));

/** The hold begins with the sign-off. */
const insideHold = (run: Run, { wish }: Story, removed: LabEvent): readonly string[] => {
  const signed = answering(run.decisions, { origin: wish.uuid, gates: ['signOff'] }).filter((each) => each.approves);
  const last = signed.at(-1);
  if (!last) return [];
  const held = removed.time - last.time;
  if (held < 0) return ['before it was signed off'];
  const { holdMs = 0 } = run.terms;
  return held < holdMs ? [`${Math.round(held / 1000)} s into a hold of ${Math.round(holdMs / 1000)} s`] : [];
};

/** The log has no event for a disk file; the folder it lies in at the end tells. */
const disksOf = (run: Run, story: Story, vm: Incarnation): readonly Finding[] => {
  if (vm.removed) return [];
  const gone = (lastState(vm)?.disks ?? []).filter(({ file }) => run.shelf.placeOf(file) !== 'disks');
  if (gone.length === 0) return [];
  const files = gone.map(({ file }) => file).join(', ');
  return [
    against(story, [lastState(vm)?.event], `on ${vm.platform} it stands without its disks: ${files} was removed.`),
  ];
};
