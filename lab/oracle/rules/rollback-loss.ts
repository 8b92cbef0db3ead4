import { answering } from '../evidence/decisions.ts';
import type { Run } from '../run/run.ts';
import type { Return, Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** A rollback loses the writes it was said to lose, and no others. */
export const rollbackLoss = perVm('rollback-loss', (run, story) =>
  story.returns.flatMap((rollback) => judgeReturn(run, story, rollback)),
);

const judgeReturn = (run: Run, story: Story, { to, abandoned, at }: Return): readonly Finding[] => {
  const stated = answering(run.decisions, { origin: story.wish.uuid, gates: ['rollBack'] }).flatMap((each) =>
    each.approves && each.time <= at.time && each.loss ? [each.loss] : [],
  );
  const lost = abandoned.flatMap(({ vm, span }) =>
    run.acksOf(vm.id).filter(({ time }) => time >= span.from.time && time <= (span.to?.time ?? at.time)),
  );
  const untold = lost.filter(({ time }) => !stated.some(({ from, to: until }) => time >= from && time <= until));
  const numbers = untold.map((ack) => ack.seq);
  if (numbers.length === 0) return [];

  const range = `writes ${Math.min(...numbers)} to ${Math.max(...numbers)}`;
  const evidence = [...abandoned.flatMap(({ span }) => [span.from, span.to]), at];
  const says =
    stated.length === 0
      ? `${range} were lost when it went back to ${to.platform}, and no loss was stated.`
      : `${range} were lost when it went back to ${to.platform}, outside the stated interval.`;
  return [against(story, evidence, says)];
};
