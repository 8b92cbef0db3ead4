import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPlan } from '../../plan/read-plan.ts';
import { startTrial, type TrialEstate } from '../../tools/estate/estate.ts';
import { batchHandle, batchOrder } from '../batches.ts';
import { handleOf } from '../operations.ts';
import { accompany } from './accompany.ts';
import { commandLine, environmentOf } from './commands.ts';
import { operators } from './operators.ts';
import { people } from './people.ts';
import { askOracle, journeys, processes, seconds } from './report.ts';
import { screenOn } from './screen.ts';
import { noStrikes, strikesOn } from './strikes.ts';

const WITHIN_MS = 300_000;
const WITHIN_WITH_PEOPLE_MS = 86_400_000;

const { values } = parseArgs({
  options: {
    'pause-at-gates': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    one: { type: 'boolean', default: false },
    os: { type: 'string', default: 'windows' },
    speed: { type: 'string', default: '60' },
  },
});
const scenario = values.one ? ['one', '--os', values.os] : ['eight'];
const screen = screenOn(process.stdout);
const { say } = screen;

/** Inventory, plan check, start, journeys, figures and the oracle's verdict; answers with its exit code. */
const run = async (trial: TrialEstate): Promise<number> => {
  const tranship = commandLine(trial, say);
  const plan = ['--plan', trial.plan, '--vms', trial.vms];
  await tranship('inventory', '--plan', trial.plan, '--out', join(trial.folder, 'inventory.csv'));
  await tranship('initialise', ...plan);
  await tranship('plan', 'check', ...plan);

  const read = await readPlan({ planPath: trial.plan, csvPath: trial.vms, now: Date.now() });
  const [name] = 'plan' in read ? Object.keys(read.plan.batches) : [];
  if ('refusals' in read || name === undefined) throw new Error('The lab wrote a plan that cannot be used.');
  const began = Date.now();
  await tranship('start', name, ...plan);

  const travellers = batchOrder(read.plan, name).members.map(({ id, order }) => ({
    label: order.hops.at(-1)?.landing.name ?? order.name,
    handle: handleOf(trial.client, id),
  }));
  const batch = batchHandle(trial.client, read.plan.programme, name);
  const decides = values['pause-at-gates'] ? people : operators;
  const crew = decides({ trial, say });
  const strikes = values['pause-at-gates'] ? noStrikes : strikesOn(trial, say);
  const withinMs = values['pause-at-gates'] ? WITHIN_WITH_PEOPLE_MS : WITHIN_MS;
  const arrived = await accompany({ trial, screen, batch, travellers, operators: crew, strikes, withinMs });
  await batch.result();

  say(`${name} took ${seconds(Date.now() - began)}; people were asked about ${crew.parks()} failures.`);
  for (const left of strikes.left()) say(`! The power cut of ${left} never came.`);
  screen.print(`\n${await journeys(arrived)}\n\n${processes(trial)}\n`);
  say('The oracle, which reads only the lab’s log and disks:');
  // A person may turn a VM round.
  return askOracle(trial, values['pause-at-gates'] ? null : 'journey');
};

const folder = mkdtempSync(join(tmpdir(), 'tranship-demo-'));
say('Starting Temporal, the lab, the orchestrator and four agents …');
const trial = await startTrial({ folder, scenario: [...scenario, '--speed', values.speed], ui: true, say });
say(`Up. Temporal UI: ${trial.uiAddress}. Everything is below ${folder}.`);
if (values['pause-at-gates']) {
  const set = Object.entries(environmentOf(trial)).map(([key, value]) => `${key}=${value}`);
  say(`You decide, in another terminal: export ${set.join(' ')}; npm run tranship -- inbox`);
}

const INTERRUPTED = 130;
const interrupted = new Promise<number>((heard) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => heard(INTERRUPTED));
});
const began = Date.now();
const told = run(trial).then(
  (code) => {
    const [load] = loadavg();
    say(`Done, ${seconds(Date.now() - began)} after everything was up. Load of this machine: ${load?.toFixed(1)}.`);
    return code;
  },
  (error: unknown) => {
    screen.close();
    say(`✗ ${error instanceof Error ? error.message : String(error)}`);
    say(`  Logs are below ${folder}.`);
    return 1;
  },
);
const code = await Promise.race([told, interrupted]);
if (values.keep && code !== INTERRUPTED) {
  say(`All is left running. Stop it with Ctrl-C; ${folder} stays.`);
  await interrupted;
}
await trial.stop();
if (code === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
process.exit(code);
