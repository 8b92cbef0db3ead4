import { isApproved, type Question, wasApproved } from '../evidence/decisions.ts';
import { byProduct, type LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import { hasServedBefore, type Incarnation } from '../run/incarnation.ts';
import { LAST_RANK } from '../run/path.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** Nothing that cannot be undone happens without somebody having decided it before. That removals came in time is nothing-early's matter. */
export const decisions = perVm('decisions', (run, story) => [
  ...story.incarnations.flatMap((vm) => [...stopsOf(run, story, vm), ...removalOf(run, story, vm)]),
  ...failoversOf(run, story),
  ...commitsOf(run, story),
]);

const missing = (
  run: Run,
  story: Story,
  event: LabEvent,
  gates: readonly string[],
  hop: number | null,
  did: string,
) => {
  const question: Question = { origin: story.wish.uuid, gates, ...(hop !== null && { hop }) };
  if (wasApproved(run.decisions, question, event.time)) return [];
  const where = hop === null ? '' : ` of hop ${hop}`;
  return [against(story, [event], `${did} without a decision at ${gates.join(' or ')}${where} before.`)];
};

const stopsOf = (run: Run, story: Story, vm: Incarnation): readonly Finding[] =>
  vm.states
    .map((state) => state.event)
    .filter((event) => event.kind === 'vm.power' && event.fields.to === 'off' && byProduct(event))
    .flatMap((event) => {
      const served = hasServedBefore(vm, event.seq);
      const how = textOf(event.fields, 'how');
      const gates = vm.rank === 0 ? ['cutover'] : ['cutover', 'rollBack'];
      const isSource = vm.rank < LAST_RANK && (vm.rank === 0 || served);
      const stopped = `on ${vm.platform} it was stopped`;
      return [
        ...(isSource && !opens(run, story, event, vm, gates)
          ? missing(run, story, event, gates, vm.rank + 1, stopped)
          : []),
        ...(how === 'forced' && served
          ? missing(run, story, event, ['forceOff'], null, `on ${vm.platform} it was turned off by force`)
          : []),
      ];
    });

/** What a rollback stops is a successor of the hop before: that hop's decision counts as well. */
const opens = (run: Run, story: Story, event: LabEvent, vm: Incarnation, gates: readonly string[]): boolean =>
  gates.includes('rollBack') &&
  wasApproved(run.decisions, { origin: story.wish.uuid, gates: ['rollBack'], hop: vm.rank }, event.time);

const failoversOf = (run: Run, story: Story): readonly Finding[] =>
  run
    .eventsOf(story.wish.uuid, /^failover\.accepted$/)
    .flatMap((event) => missing(run, story, event, ['cutover'], LAST_RANK, 'its failover was started'));

/** Replication of a VM that was failed over is its last way back. */
const commitsOf = (run: Run, story: Story): readonly Finding[] => {
  const { wish } = story;
  const ended = run.eventsOf(wish.uuid, /^failover\.ended$/).filter((event) => event.fields.result === 'Succeeded');
  return run.eventsOf(wish.uuid, /^item\.removed$/).flatMap((event) => {
    const isLast = ended.some(
      (each) => each.seq < event.seq && textOf(each.fields, 'item') === textOf(event.fields, 'item'),
    );
    return isLast ? missing(run, story, event, ['signOff', 'rollBack'], null, 'its replication was removed') : [];
  });
};

const removalOf = (run: Run, story: Story, vm: Incarnation): readonly Finding[] => {
  const { removed } = vm;
  if (!removed || !byProduct(removed) || !hasServedBefore(vm, removed.seq)) return [];
  const gates = gatesOfRemoval(vm);
  if (isApproved(run.decisions, { origin: story.wish.uuid, gates })) return [];
  return missing(run, story, removed, gates, null, `on ${vm.platform} it was removed`);
};

/** Who may have a VM removed that has served. */
export const gatesOfRemoval = ({ rank }: Incarnation): readonly string[] => {
  if (rank === 0) return ['decommission'];
  return rank < LAST_RANK ? ['signOff', 'discardStaged', 'rollBack'] : ['discardStaged', 'rollBack'];
};
