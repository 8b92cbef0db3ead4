import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort, type RunningServer, startTemporal } from '../temporal/start-server.ts';
import { type Program, type Running, startProgram } from './process.ts';

/** The processes of one trial estate: Temporal, the lab, the orchestrator and an agent a host. */
export const PROCESSES = [
  'temporal',
  'lab',
  'orchestrator',
  'agent-source',
  'agent-veeam',
  'agent-staging',
  'agent-azure',
] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What `node lab/main.ts plan` writes beside the plan: which environment variables hold the secrets, and who serves what. */
export interface Written {
  readonly secrets: Readonly<Record<string, string>>;
  readonly agents: Readonly<Record<string, readonly string[]>>;
}

export interface TrialEstate {
  readonly folder: string;
  readonly labState: string;
  readonly scenario: string;
  readonly plan: string;
  readonly vms: string;
  readonly records: string;
  readonly client: Client;
  /** Of the Temporal server. */
  readonly address: string;
  readonly uiAddress: string | null;
  readonly pidOf: (name: ProcessName) => number;
  readonly start: (name: ProcessName) => Promise<void>;
  readonly kill: (name: ProcessName) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const root = resolve(import.meta.dirname, '..', '..');

const labCommand = (args: readonly string[]): string => {
  const done = spawnSync(process.execPath, [join(root, 'lab', 'main.ts'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.status !== 0) throw new Error(`lab ${args[0]} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
};

/** The truth of a run, and what its plan says at first where that is something else: it is edited under way. */
export interface ScenarioAsIs {
  readonly truth: object;
  readonly planned: object;
}

export interface TrialOptions {
  readonly folder: string;
  /** A scenario of the lab by name, with its arguments: `['one', '--speed', '60']`; or one as it stands. */
  readonly scenario: readonly string[] | ScenarioAsIs;
  /** What plan.yaml says beside what follows from the scenario: whole sections, and products the lab does not have. */
  readonly beside?: Readonly<Record<string, unknown>>;
  readonly ui: boolean;
  /** Faults the lab arms at its start, as its README has them. */
  readonly faults?: readonly unknown[];
  /** Folder in which every agent records what the products say. */
  readonly capture?: string;
  readonly say?: (line: string) => void;
}

/** Starts everything on free ports of the loopback. Each process can be killed and started again; all state is on disk. */
export const startTrial = async (options: TrialOptions): Promise<TrialEstate> => {
  const { folder } = options;
  const say = options.say ?? (() => undefined);
  const labState = join(folder, 'lab');
  const logs = join(folder, 'logs');
  for (const path of [labState, logs]) mkdirSync(path, { recursive: true });
  const scenario = join(folder, 'scenario.json');
  const wanted = options.scenario;
  writeFileSync(
    scenario,
    'truth' in wanted ? JSON.stringify(wanted.truth, null, 1) : labCommand(['scenario', ...wanted]),
  );

  if (options.faults) writeFileSync(join(labState, 'faults.json'), JSON.stringify(options.faults));

  const port = await freePort();
  const place = {
    folder: join(folder, 'temporal'),
    port,
    uiPort: options.ui ? await freePort() : 0,
    namespace: 'default',
  };
  const running = new Map<ProcessName, Running>();
  let temporal: RunningServer | undefined;
  const programs = new Map<ProcessName, Program>();

  const start = async (name: ProcessName): Promise<void> => {
    if (name === 'temporal') {
      temporal = await startTemporal(place, { say });
      return;
    }
    const program = programs.get(name);
    if (!program) throw new Error(`The trial has no process ${name}.`);
    running.set(name, await startProgram(program));
  };
  const kill = async (name: ProcessName): Promise<void> => {
    if (name !== 'temporal') return running.get(name)?.kill();
    const server = temporal?.process;
    // An interrupt of the terminal may have ended it already.
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise<void>((done) => server.once('exit', () => done()));
    server.kill('SIGKILL');
    await ended;
  };

  const program = (
    name: ProcessName,
    args: readonly string[],
    ready: string,
    env: Readonly<Record<string, string>>,
  ): void => {
    programs.set(name, { name, command: process.execPath, args, ready, env, log: join(logs, `${name}.log`) });
  };
  program('lab', [join(root, 'lab', 'main.ts'), 'serve', '--scenario', scenario, '--state', labState], 'lab ready', {});
  const stopAll = async (): Promise<void> => {
    await Promise.all([...running.values()].map((process) => process.stop()));
    await kill('temporal');
  };
  /** Nothing goes on running when one of them does not start. */
  const startAll = async (names: readonly ProcessName[]): Promise<void> => {
    const outcomes = await Promise.allSettled(names.map(start));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') return;
    await stopAll();
    throw failed.reason;
  };
  await startAll(['temporal', 'lab']);

  const planned = 'truth' in wanted ? join(folder, 'planned.json') : scenario;
  if ('truth' in wanted) writeFileSync(planned, JSON.stringify(wanted.planned, null, 1));
  const beside = options.beside ? ['--beside', join(folder, 'beside.json')] : [];
  if (options.beside) writeFileSync(join(folder, 'beside.json'), JSON.stringify(options.beside, null, 1));
  labCommand(['plan', '--scenario', planned, '--state', labState, '--out', folder, ...beside]);
  const written = JSON.parse(readFileSync(join(folder, 'trial.json'), 'utf8')) as Written;
  const plan = join(folder, 'plan.yaml');
  const vms = join(folder, 'vms.csv');
  const env = {
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    TEMPORAL_NAMESPACE: 'default',
    TRANSHIP_HOME: join(folder, 'home'),
  };
  const cli = join(root, 'client', 'cli', 'main.ts');
  program('orchestrator', [cli, 'worker', 'orchestrator'], 'orchestrator ready', env);
  for (const [name, queues] of Object.entries(written.agents)) {
    const serve = queues.flatMap((queue) => ['--serve', queue]);
    const record = options.capture === undefined ? [] : ['--capture', options.capture];
    program(name as ProcessName, [cli, 'worker', 'agent', '--plan', plan, ...serve, ...record], 'ready', {
      ...env,
      ...written.secrets,
    });
  }
  await startAll(['orchestrator', ...Object.keys(written.agents)] as ProcessName[]);

  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  return {
    folder,
    labState,
    scenario,
    plan,
    vms,
    records: join(env.TRANSHIP_HOME, 'records'),
    client: new Client({ connection, namespace: 'default' }),
    address: env.TEMPORAL_ADDRESS,
    uiAddress: temporal?.uiAddress ?? null,
    pidOf: (name) => (name === 'temporal' ? temporal?.process.pid : running.get(name)?.pid) ?? 0,
    start,
    kill,
    stop: async () => {
      await connection.close();
      await stopAll();
    },
  };
};
