import { rmSync } from 'node:fs';
import { judgeRun } from '../../lab/oracle/judge.ts';
import { rules } from '../../lab/oracle/rules/index.ts';
import { written } from '../support/oracle-run.ts';
import { sabotages } from '../support/oracle-sabotages.ts';

describe('one thing that went wrong turns exactly its rule red', () => {
  test.each(sabotages)('%s: %s', (rule, _name, make) => {
    const { draft, terms } = make();
    const { dir, scenario } = written(draft);
    const verdict = judgeRun(scenario, dir, terms);
    rmSync(dir, { recursive: true });

    if (verdict.verdict === 'unjudged') throw new Error(verdict.reason);
    expect([...new Set(verdict.charges.map((charge) => charge.rule))]).toEqual([rule]);
  });

  test('no rule is without a sabotage', () => {
    const covered = new Set(sabotages.map(([rule]) => rule));
    expect(rules.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });
});
