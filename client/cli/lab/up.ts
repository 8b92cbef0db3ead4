import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../../tools/background/alive.ts';
import { readNotes } from '../../../tools/background/notes.ts';
import { leaveServerRunning } from '../../../tools/background/server.ts';
import { startInBackground } from '../../../tools/background/start.ts';
import type { Written } from '../../../tools/estate/estate.ts';
import { temporalPlace } from '../../temporal.ts';
import { wrongInput } from '../../wrong-input.ts';
import { readPlanOrRefuse } from '../plan.ts';
import { marked, say, sayJson } from '../print.ts';
import { type LabPlace, labPlace, madeOf, root } from './place.ts';

export interface UpOptions {
  readonly speed: number;
  readonly count?: number;
  readonly seed?: number;
  readonly os?: string;
  readonly port: number;
  readonly json?: boolean;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):/;

const lab = (args: readonly string[]): string => {
  const done = spawnSync(process.execPath, [join(root(), 'lab', 'main.ts'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.status !== 0) throw new Error(`The lab ended with ${done.status}: ${done.stderr.trim()}`);
  return done.stdout;
};

/** A lab that stands is gone on with; one of another scenario is not thrown away unasked. */
const makeScenario = (place: LabPlace, asked: readonly string[]): void => {
  const made = madeOf(place);
  if (made && made.join(' ') !== asked.join(' '))
    throw wrongInput(
      `lab up  a lab of another scenario stands below ${place.folder}: ${made.join(' ')}`,
      'Go on with it by these words, or end it (`tranship down`) and remove that folder; or set TRANSHIP_HOME to another one.',
    );
  if (made) return;
  const scenario = lab(['scenario', ...asked]);
  mkdirSync(place.state, { recursive: true });
  writeFileSync(place.scenario, scenario);
  writeFileSync(place.made, JSON.stringify(asked));
};

/** The server that `up` left, else a new one; never one that other people use. */
const serverFor = async (place: LabPlace, port: number): Promise<{ address: string; ui: string | null }> => {
  const { address, namespace } = temporalPlace();
  if (process.env.TEMPORAL_ADDRESS !== undefined || !LOOPBACK.test(String(address))) {
    if (!LOOPBACK.test(String(address)))
      throw wrongInput(
        `TEMPORAL_ADDRESS  ${address} is not on this machine (namespace ${namespace})`,
        'A lab has no business on a server that others use: unset it, or the profile that names it.',
      );
    return { address: String(address), ui: null };
  }
  const { noted } = await leaveServerRunning(place.home, port);
  return { address: noted.address ?? '', ui: noted.uiAddress ?? null };
};

const startMissing = async (
  place: LabPlace,
  name: string,
  args: readonly string[],
  ready: string,
  env: Readonly<Record<string, string>>,
): Promise<void> => {
  if (readNotes(place.home).some((noted) => noted.name === name && isAlive(noted))) return;
  await startInBackground(
    { name, command: process.execPath, args, env, ready, log: join(place.logs, `${name}.log`) },
    place.home,
  );
};

const startAll = async (place: LabPlace, address: string): Promise<readonly string[]> => {
  const { state, scenario, plan } = place;
  await startMissing(
    place,
    'lab',
    [join(root(), 'lab', 'main.ts'), 'serve', '--scenario', scenario, '--state', state],
    'lab ready',
    {},
  );
  lab(['plan', '--scenario', scenario, '--state', state, '--out', place.folder]);
  const { agents, secrets } = JSON.parse(readFileSync(join(place.folder, 'trial.json'), 'utf8')) as Written;
  const env = { TEMPORAL_ADDRESS: address, TRANSHIP_HOME: place.home };
  const cli = join(root(), 'client', 'cli', 'main.ts');
  await startMissing(place, 'orchestrator', [cli, 'worker', 'orchestrator'], 'orchestrator ready', env);
  // One after the other: notes are one file.
  for (const [name, queues] of Object.entries(agents)) {
    const serve = queues.flatMap((queue) => ['--serve', queue]);
    await startMissing(place, name, [cli, 'worker', 'agent', '--plan', plan, ...serve], 'ready', {
      ...env,
      ...secrets,
    });
  }
  return ['lab', 'orchestrator', ...Object.keys(agents)];
};

/** Server, lab, plan, orchestrator and agents, all in the background; started again, what is missing. */
export const labUp = async (scenario: string, options: UpOptions): Promise<void> => {
  const place = labPlace();
  const { speed, count, seed, os } = options;
  const more = { speed, count, seed, os };
  const asked = [
    scenario,
    ...Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
  ];
  makeScenario(place, asked);
  const server = await serverFor(place, options.port);
  const running = await startAll(place, server.address);
  const batches = Object.keys((await readPlanOrRefuse({ plan: place.plan, vms: place.vms })).batches);
  const files = `--plan ${place.plan} --vms ${place.vms}`;
  const next = [
    `tranship plan check ${files}`,
    `tranship initialise ${files}`,
    `tranship start ${batches.join(' | ')} ${files}`,
    'tranship watch',
    'tranship lab oracle',
    'tranship down',
  ];
  if (options.json) return sayJson({ ...place, address: server.address, ui: server.ui, running, next });
  say(marked('✓', `${running.join(', ')} run; logs are below ${place.logs}`));
  say(`  Temporal answers at ${server.address}${server.ui ? `; its UI is ${server.ui}` : ''}`);
  say(`  Next:\n${next.map((line) => `    ${line}`).join('\n')}`);
};
