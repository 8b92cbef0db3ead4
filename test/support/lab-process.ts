import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent } from 'undici';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { Fault, LabPlatform, LabVm } from '../../lab/estate/types.ts';
import type { Endpoints } from '../../lab/serve.ts';
import { type Running, startProgram } from '../../tools/estate/process.ts';
import { eventually } from './server.ts';

export type LabEvent = Readonly<Record<string, unknown>> & { readonly seq: number; readonly kind: string };

/** A fault without the fields that are the same in most tests. */
export type FaultWish = Pick<Fault, 'kind' | 'point'> & Partial<Fault>;

/** The real lab as its own process, with its control API and what it leaves on disk. */
export interface LabProcess {
  readonly folder: string;
  readonly dir: string;
  readonly endpoints: Endpoints;
  /** Ends it as a power cut would, and starts it again on the same directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  arm(fault: FaultWish): Promise<void>;
  /** How often each fault has fired, by id. */
  fired(): Promise<Readonly<Record<string, number>>>;
  /** An admin's hand. */
  power(vm: string, to: 'on' | 'off'): Promise<void>;
  /** Every row of a table, as in `lab/vms`. */
  rows<T>(table: string): Promise<readonly T[]>;
  vms(platform: LabPlatform): Promise<readonly LabVm[]>;
  /** Events of a kind, or all of them, that hold these fields; from `since` on. */
  events(kind?: string, holding?: Readonly<Record<string, unknown>>, since?: number): readonly LabEvent[];
  /** Waits for such an event. */
  seen(kind: string, holding?: Readonly<Record<string, unknown>>, since?: number): Promise<LabEvent>;
  /** Number of the newest event. */
  mark(): number;
}

const labCommand = (args: readonly string[]): string => {
  const done = spawnSync(process.execPath, [resolve('lab', 'main.ts'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.status !== 0) throw new Error(`lab ${args[0]} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
};

export interface LabWish {
  /** Arguments of `lab scenario`, such as `['one', '--speed', '60']`. */
  readonly scenario?: readonly string[];
  /** Changes the scenario before the lab is made from it. */
  readonly change?: (scenario: Scenario) => Scenario;
  /** Makes more of the state directory than the scenario says, before the lab runs on it. */
  readonly beforehand?: (scenario: Scenario, dir: string) => void;
}

/** Starts a lab of its own on free ports and writes the plan for it. */
export const startLab = async ({
  scenario = ['one', '--speed', '60'],
  change,
  beforehand,
}: LabWish = {}): Promise<LabProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-lab-'));
  const dir = join(folder, 'lab');
  mkdirSync(dir);
  const file = join(folder, 'scenario.json');
  const made = labCommand(['scenario', ...scenario]);
  writeFileSync(file, change ? JSON.stringify(change(JSON.parse(made) as Scenario)) : made);
  beforehand?.(JSON.parse(readFileSync(file, 'utf8')) as Scenario, dir);

  const start = (): Promise<Running> =>
    startProgram({
      name: 'lab',
      command: process.execPath,
      args: [resolve('lab', 'main.ts'), 'serve', '--scenario', file, '--state', dir],
      env: {},
      ready: 'lab ready',
      log: join(folder, 'lab.log'),
    });
  let running = await start();
  labCommand(['plan', '--scenario', file, '--state', dir, '--out', folder]);

  const endpoints = JSON.parse(readFileSync(join(dir, 'endpoints.json'), 'utf8')) as Endpoints;
  const token = readFileSync(join(dir, 'control.token'), 'utf8').trim();
  const agent = new Agent({ connect: { ca: readFileSync(endpoints.ca, 'utf8') } });
  const { origin } = new URL(endpoints.control);
  const control = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const answer = await agent.request({
      origin,
      path,
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} of the lab: ${answer.statusCode} ${text}`);
    return JSON.parse(text);
  };

  const read = (): readonly LabEvent[] =>
    readFileSync(join(dir, 'events.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as LabEvent);
  const rows = async <T>(table: string): Promise<readonly T[]> => {
    const state = (await control('GET', '/state')) as Record<string, Record<string, T>>;
    return Object.values(state[table] ?? {});
  };
  const events: LabProcess['events'] = (kind, holding = {}, since = 0) =>
    read().filter(
      (event) =>
        event.seq > since &&
        (kind === undefined || event.kind === kind) &&
        Object.entries(holding).every(([name, value]) => event[name] === value),
    );
  let faults = 0;

  return {
    folder,
    dir,
    endpoints,
    restart: async () => {
      await running.kill();
      running = await start();
    },
    stop: async () => {
      await agent.close();
      await running.kill();
      rmSync(folder, { recursive: true, force: true });
    },
    arm: async (fault) => {
      faults += 1;
      await control('POST', '/faults', { id: `fault-${faults}`, times: 1, detail: {}, ...fault });
    },
    fired: async () => {
      const armed = (await control('GET', '/faults')) as readonly { fault: Fault; fired: readonly unknown[] }[];
      return Object.fromEntries(armed.map((one) => [one.fault.id, one.fired.length]));
    },
    power: async (vm, to) => void (await control('POST', `/vms/${vm}/power`, { to })),
    rows,
    vms: async (platform) => (await rows<LabVm>('lab/vms')).filter((vm) => vm.platform === platform),
    events,
    seen: (kind, holding, since) => eventually(() => events(kind, holding, since).at(-1), `${kind} in the lab`),
    mark: () => read().at(-1)?.seq ?? 0,
  };
};
