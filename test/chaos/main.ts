import { parseArgs } from 'node:util';
import { PROCESSES, type ProcessName } from '../../tools/estate/estate.ts';
import { pairsOf } from './kill-plan.ts';
import { type ChaosWish, runMatrix } from './matrix.ts';
import { runSample } from './sample.ts';
import { planOf } from './seeded/plan.ts';
import { runSeeds, seedsIn } from './seeded/seeds.ts';
import { STEPS, stepsNamed } from './steps.ts';

const USAGE = `npm run chaos -- --seed N | --seeds 1-40  [--vms M] [--dry-run] [--no-kills] [--no-faults] [--no-mix] [--at-once 2] [--keep]
npm run chaos -- --sample | --matrix [--processes a,b] [--steps x,y] [--seed N] [--os windows|linux] [--keep]`;

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
    seed: { type: 'string' },
    seeds: { type: 'string' },
    vms: { type: 'string', default: '6' },
    'dry-run': { type: 'boolean', default: false },
    'no-kills': { type: 'boolean', default: false },
    'no-faults': { type: 'boolean', default: false },
    'no-mix': { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '1' },
    os: { type: 'string', default: 'windows' },
    keep: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const runSeeded = async (asked: string): Promise<number> => {
  const vms = Number(values.vms);
  if (!Number.isInteger(vms) || vms < 1 || vms > 200) throw new Error(`--vms is a whole number from 1 to 200`);
  const atOnce = Number(values['at-once']);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 16)
    throw new Error(`--at-once is a whole number from 1 to 16`);
  const wish = { vms, kills: !values['no-kills'], faults: !values['no-faults'], mix: !values['no-mix'] };
  const seeds = seedsIn(asked);
  if (values['dry-run']) {
    const plans = seeds.map((seed) => planOf({ seed, ...wish }));
    say(JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 1));
    return 0;
  }
  return (await runSeeds({ seeds, ...wish, atOnce, keep: values.keep, say })) ? 0 : 1;
};

const run = async (): Promise<number> => {
  const seeds = values.seeds ?? values.seed;
  if (!values.matrix && !values.sample && seeds) return runSeeded(seeds);
  if (!values.matrix && !values.sample) {
    say(USAGE);
    return 2;
  }
  const steps = values.steps?.split(',').flatMap(stepsNamed) ?? STEPS;
  const wish: ChaosWish = {
    pairs: pairsOf(processesNamed(values.processes), steps),
    seed: Number(values.seed ?? 1),
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
