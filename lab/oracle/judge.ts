import { CannotJudge } from './evidence/cannot-judge.ts';
import { rules } from './rules/index.ts';
import { openRun, type Terms } from './run/run.ts';
import type { Verdict } from './verdict.ts';

/** Judges the run in `dir` by all rules. Never throws for what it finds there; reads only. */
export const judgeRun = (scenarioFile: string, dir: string, terms: Terms = {}): Verdict => {
  try {
    const run = openRun(scenarioFile, dir, terms);
    const charges = rules.flatMap(({ name, judge }) => judge(run).map((finding) => ({ rule: name, ...finding })));
    return {
      verdict: charges.length > 0 ? 'red' : 'green',
      charges,
      ends: Object.fromEntries(run.stories.map((story) => [story.wish.uuid, run.endOf(story)])),
      read: {
        events: run.events.length,
        decisions: run.decisions.length,
        ...run.tally,
        tables: run.tables !== null,
      },
    };
  } catch (error) {
    if (error instanceof CannotJudge) return { verdict: 'unjudged', reason: error.message };
    throw error;
  }
};
