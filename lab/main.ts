import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dated } from './estate/clocks.ts';
import { openEstate } from './estate/index.ts';
import type { Scenario } from './estate/scenario.ts';
import type { Estate } from './estate/types.ts';
import { writePlan } from './plan/write-plan.ts';
import { writeLaunchers } from './powershell/launchers.ts';
import { withDns } from './scenarios/dns.ts';
import { eightVms } from './scenarios/eight.ts';
import { oneVm } from './scenarios/one.ts';
import { randomVms } from './scenarios/random.ts';
import { severalVms } from './scenarios/several.ts';
import { serveEstate } from './serve.ts';

const USAGE = `node lab/main.ts serve --scenario FILE --state DIR
node lab/main.ts plan --scenario FILE --state DIR --out DIR [--beside FILE]
node lab/main.ts scenario one|eight|several|random [--speed N] [--os windows|linux] [--count N] [--groups N] [--idle] [--seed N] [--dns] > FILE`;

type Listening = (estate: Estate) => RequestListener;

/** A room with a part missing says so and answers 503; the others open all the same. */
const room = async (folder: string, name: 'handle' | 'authority' = 'handle'): Promise<Listening> => {
  try {
    const module = (await import(`./${folder}/index.ts`)) as Record<string, Listening | undefined>;
    const found = module[name];
    if (!found) throw new Error(`lab/${folder}/index.ts exports no ${name}`);
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(`lab: ${(error as Error).message}\n`);
    return () => (_request, response) => void response.writeHead(503).end();
  }
};

const serve = async (scenarioFile: string, dir: string): Promise<void> => {
  const scenario = JSON.parse(readFileSync(scenarioFile, 'utf8')) as Scenario;
  const estate = openEstate(scenario, resolve(dir));
  const { prism, veeam, hyperV, azure, dns } = scenario;
  const instances = [
    veeam.instance,
    hyperV.instance,
    prism.instance,
    azure.localInstance,
    ...(dns ? [dns.instance] : []),
  ];
  const pwsh = writeLaunchers(estate.dir, instances, resolve(import.meta.dirname, 'powershell/stand-in.ts'));
  const vendors = {
    prism: dated(estate.at('prism'), (await room('prism'))(estate.at('prism'))),
    veeam: dated(estate.at('veeam'), (await room('veeam'))(estate.at('veeam'))),
    arm: (await room('arm'))(estate),
    authority: (await room('arm', 'authority'))(estate),
    powershell: (await room('powershell'))(estate),
  };
  await serveEstate(estate, vendors, pwsh);
  process.stdout.write('lab ready\n');
};

const scenarioOf = (
  name: string | undefined,
  options: { speed?: string; os?: string; count?: string; groups?: string; idle?: boolean; seed?: string },
): Scenario | null => {
  const speed = Number(options.speed ?? 60);
  if (name === 'one') return oneVm({ speed, os: options.os === 'linux' ? 'linux' : 'windows' });
  if (name === 'several')
    return severalVms({
      speed,
      count: Number(options.count ?? 4),
      idle: options.idle ?? false,
      ...(options.groups ? { groups: Number(options.groups) } : {}),
    });
  if (name === 'random')
    return randomVms({ seed: Number(options.seed ?? 1), count: Number(options.count ?? 6), speed });
  return name === 'eight' ? eightVms({ speed, watched: true }) : null;
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    scenario: { type: 'string' },
    state: { type: 'string' },
    out: { type: 'string' },
    beside: { type: 'string' },
    speed: { type: 'string' },
    os: { type: 'string' },
    count: { type: 'string' },
    groups: { type: 'string' },
    idle: { type: 'boolean' },
    seed: { type: 'string' },
    dns: { type: 'boolean' },
  },
});
const [command, name] = positionals;

if (command === 'serve' && values.scenario && values.state) {
  await serve(values.scenario, values.state);
} else if (command === 'plan' && values.scenario && values.state && values.out) {
  writePlan(values.scenario, values.state, values.out, values.beside);
} else {
  const plain = command === 'scenario' ? scenarioOf(name, values) : null;
  const scenario = plain && values.dns ? withDns(plain) : plain;
  if (scenario) process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`);
  else {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 64;
  }
}
