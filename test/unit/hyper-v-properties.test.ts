import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CmdletCall } from '../../activities/contracts/cmdlets.ts';
import { admit } from '../../workers/powershell/admission.ts';
import { catalogueOf } from '../../workers/powershell/catalogue.ts';
import { error } from './hyper-v-fixtures.ts';
import type { FakeHost } from './hyper-v-host.ts';
import { outcomeOf, type Scenario, scenarios, stateOf } from './hyper-v-scenarios.ts';

/** The place in the driver a call comes from: its id without the number or adapter in it. */
const siteOf = ({ cmdlet, id }: CmdletCall): string =>
  `${cmdlet} as ${id.replace(/ (Microsoft:.*|NIC \d+|\d+)$/, ' …')}`;

const isChange = ({ cmdlet }: CmdletCall): boolean => !/^(Get|Test)-/.test(cmdlet);

const callsOf = async (scenario: Scenario): Promise<readonly CmdletCall[]> => {
  const host = scenario.host();
  await outcomeOf(scenario, host);
  return host.lists.flat();
};

const ended = async (scenario: Scenario, spoil: (host: FakeHost) => void): Promise<string> => {
  const host = scenario.host();
  spoil(host);
  return JSON.stringify([await outcomeOf(scenario, host), stateOf(host)]);
};

const verbs = [...new Set(scenarios.map(({ verb }) => verb))];

test.each(verbs)('%s: every call it makes is needed', async (verb) => {
  const needed = new Map<string, boolean>();
  for (const scenario of scenarios.filter((one) => one.verb === verb)) {
    const usual = await ended(scenario, () => undefined);
    for (const site of new Set((await callsOf(scenario)).map(siteOf))) {
      const without = await ended(scenario, (host) => {
        host.leaveOut = (call) => siteOf(call) === site;
      });
      needed.set(site, (needed.get(site) ?? false) || without !== usual);
    }
  }
  const idle = [...needed].filter(([, isNeeded]) => !isNeeded).map(([site]) => site);
  // What belongs to a VM is read by every verb in one list; whether each of its calls is needed is decided over all verbs, below.
  expect(idle.filter((site) => !READ_TOGETHER.includes(site.replace(/ again$/, '')))).toEqual([]);
});

const READ_TOGETHER = [
  'Get-VMMemory as memory',
  'Get-VMFirmware as firmware',
  'Get-VMHardDiskDrive as drives',
  'Get-VHD as vhds',
  'Get-VMNetworkAdapter as nics',
  'Get-VMSnapshot as checkpoints',
  'Get-VMIntegrationService as services',
];

test.each(READ_TOGETHER)('%s is needed by some verb', async (site) => {
  const outcomes = scenarios.map(async (scenario) => {
    const usual = await ended(scenario, () => undefined);
    return (
      usual !==
      (await ended(scenario, (host) => {
        host.leaveOut = (call) => siteOf(call) === site;
      }))
    );
  });
  expect((await Promise.all(outcomes)).some(Boolean)).toBe(true);
});

const disturbed = scenarios.filter(({ verb }) => !['preflight', 'describe', 'health'].includes(verb));
/** A refusal forgets the request, so a refusal whose answer was lost asks once more; test/unit/hyper-v-shut-down.test.ts has those. */
const repeatable = disturbed.filter(({ name }) => !/refuses|cannot be asked/.test(name));

/** Whether the answer of a request came is not part of what a VM looks like. */
const regardless = (text: string): string => text.replaceAll('taken\\":false', 'taken\\":true');

test.each(repeatable.map((scenario) => [`${scenario.verb}, ${scenario.name}`, scenario] as const))(
  '%s: when the shell dies after any of its changes, the next attempt ends as if nothing had happened',
  async (_, scenario) => {
    const usual = await ended(scenario, () => undefined);
    const changes = (await callsOf(scenario)).filter(isChange).length;
    for (let lived = 1; lived <= changes; lived += 1) {
      const host = scenario.host();
      host.diesAfter = lived;
      const first = JSON.stringify(await outcomeOf(scenario, host));
      expect([lived, first]).toEqual([lived, expect.stringContaining('Unreachable')]);
      expect(regardless(JSON.stringify([await outcomeOf(scenario, host), stateOf(host)]))).toBe(regardless(usual));
    }
  },
);

const accepted = disturbed.filter(({ name }) => !/refuses|cannot be asked|takes its time/.test(name));

test.each(accepted.map((scenario) => [`${scenario.verb}, ${scenario.name}`, scenario] as const))(
  '%s: a change that the host accepts and does not make is never reported as made',
  async (_, scenario) => {
    const changes = (await callsOf(scenario)).filter(
      (call) => isChange(call) && !('Notes' in call.parameters) && call.cmdlet !== 'Remove-ClusterGroup',
    );
    for (const site of new Set(changes.map(siteOf))) {
      const host = scenario.host();
      host.ignore = (call) => siteOf(call) === site;
      expect([site, await outcomeOf(scenario, host)]).toEqual([
        site,
        { failed: expect.stringMatching(/^(NotFinished|Vendor|Unsafe)$/), message: expect.any(String) },
      ]);
    }
  },
);

test.each(scenarios.map((scenario) => [`${scenario.verb}, ${scenario.name}`, scenario] as const))(
  '%s: a host that refuses any call is told as a failure, or the call was one that may fail',
  async (_, scenario) => {
    const calls = (await callsOf(scenario)).filter(({ mayFail }) => !mayFail);
    for (const site of new Set(calls.map(siteOf))) {
      const host = scenario.host();
      host.refuse = (call) => (siteOf(call) === site ? error('PermissionDenied', 'AccessDenied,Any') : null);
      expect([site, await outcomeOf(scenario, host)]).toEqual([
        site,
        { failed: 'Configuration', message: expect.any(String) },
      ]);
    }
  },
);

test('every call of every list is in the catalogue, and so is nothing that no verb calls', async () => {
  const raw = JSON.parse(readFileSync(join(process.cwd(), 'activities/hyper-v/cmdlets.json'), 'utf8')) as unknown[];
  const catalogue = catalogueOf(raw);
  const called = new Map<string, Set<string>>();
  for (const scenario of scenarios) {
    const host = scenario.host();
    await outcomeOf(scenario, host);
    for (const list of host.lists) admit(list, catalogue, new Set());
    for (const { cmdlet, parameters } of host.lists.flat()) {
      const known = called.get(cmdlet) ?? new Set();
      for (const name of Object.keys(parameters)) known.add(name);
      called.set(cmdlet, known);
    }
  }
  // Only where the host has no cluster is this one left out of what took effect.
  const catalogued = Object.fromEntries(
    catalogue.entries.map(({ cmdlet, parameters }) => [cmdlet, [...parameters].sort()]),
  );
  expect(Object.fromEntries([...called].map(([cmdlet, names]) => [cmdlet, [...names].sort()]))).toEqual(catalogued);
});
