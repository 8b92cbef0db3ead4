import { parseArgs } from 'node:util';
import { PROCESSES, type ProcessName } from '../../tools/estate/estate.ts';
import { pairsOf } from './kill-plan.ts';
import { type ChaosWish, runMatrix } from './matrix.ts';
import { runSample } from './sample.ts';
import { STEPS, stepsNamed } from './steps.ts';

const USAGE = `npm run chaos -- --sample | --matrix [--processes a,b] [--steps x,y] [--seed N] [--os windows|linux] [--keep]`;

const processesNamed = (text: string | undefined): readonly ProcessName[] =>
  (text?.split(',') ?? PROCESSES).map((asked) => {
    const found = PROCESSES.find((name) => name === asked.trim());
    if (!found) throw new Error(`there is no process ${asked}; there are ${PROCESSES.join(', ')}`);
    return found;
  });

const { values } = parseArgs({
  options: {
    matrix: { type: 'boolean' },
    sample: { type: 'boolean' },
    processes: { type: 'string' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1' },
    os: { type: 'string', default: 'windows' },
    keep: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const run = async (): Promise<number> => {
  if (!values.matrix && !values.sample) {
    say(USAGE);
    return 2;
  }
  const steps = values.steps?.split(',').flatMap(stepsNamed) ?? STEPS;
  const wish: ChaosWish = {
    pairs: pairsOf(processesNamed(values.processes), steps),
    seed: Number(values.seed),
    os: values.os === 'linux' ? 'linux' : 'windows',
    keep: values.keep,
    say,
  };
  const { lines, failures } = values.matrix ? await runMatrix(wish) : await runSample(wish);
  say(`\n${lines.join('\n')}`);
  for (const words of failures) say(`✗ ${words}`);
  say(failures.length === 0 ? 'Every journey was green, every kill taken.' : `${failures.length} failures`);
  return failures.length === 0 ? 0 : 1;
};

process.exitCode = await run().catch((error: unknown) => {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  return 2;
});
