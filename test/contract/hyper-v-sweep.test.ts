import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Platform } from '../../activities/contracts/platform.ts';
import { openEstate } from '../../lab/estate/index.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import { driverOf } from '../../workers/drivers.ts';
import { firstHop } from '../support/first-hop.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf } from '../support/mishap-of.ts';

/** Fifty VMs on one staging host that have all just been started, and an agent that waits for each of them to be steady. */

const FIFTY = 50;
const POLL_MS = 1_500;
const POLLS = 4;

const idOf = (n: number): string => `5e0a1c00-0000-4000-8000-${String(n).padStart(12, '0')}`;

const fiftyOnStaging = (scenario: Scenario, dir: string): void => {
  const estate = openEstate(scenario, dir, { ticking: false });
  const [source] = estate.vms.list('ahv');
  if (!source) throw new Error('The scenario has a VM.');
  estate.together(() => {
    for (let n = 0; n < FIFTY; n += 1) {
      const { instance } = scenario.hyperV;
      const id = idOf(n);
      estate.vms.create(
        { ...source, id, platform: 'hyper-v', instance, name: `waits-${n}`, power: 'off', disks: [], nics: [] },
        'test:fifty',
      );
      estate.vms.powerOn(id, 'test:fifty');
    }
  });
  estate.close();
};

/** Every start of the host's shell leaves a line. */
const countShells = (command: string, log: string): (() => number) => {
  writeFileSync(log, '');
  renameSync(command, `${command}.real`);
  writeFileSync(command, `#!/bin/sh\necho started >> '${log}'\nexec '${command}.real' "$@"\n`, { mode: 0o755 });
  return () => readFileSync(log, 'utf8').split('\n').length - 1;
};

let lab: LabProcess;
afterAll(() => lab.stop());

test('fifty VMs that wait start no more than one shell an interval', async () => {
  lab = await startLab({ scenario: ['one', '--speed', '60'], beforehand: fiftyOnStaging });
  const { plan, hop, token } = await firstHop(lab);
  const { product, instance } = hop.to;
  const host = plan.estate['hyper-v'][instance];
  if (!host) throw new Error('The plan has a staging host.');
  const shells = countShells(host.powershell.command, join(lab.folder, 'shells.log'));
  const policies = { ...plan.policies, pollMs: POLL_MS, steadyMs: 3_600_000 };
  const { health } = (await driverOf({ estate: plan.estate, policies, product, instance })) as unknown as Platform;

  const began = Date.now();
  /** As Temporal asks again and again, each VM from its own moment on. */
  const wait = async (n: number): Promise<void> => {
    await pause((n * POLL_MS) / FIFTY);
    for (let attempt = 2; attempt < 2 + POLLS; attempt += 1) {
      const order = { to: hop.to, vm: { id: idOf(n), name: `waits-${n}` }, token: token('health'), hop: 1 };
      const asked = new MockActivityEnvironment({ attempt }).run(health, { ...order, landing: hop.landing });
      expect(await mishapOf(asked)).toBe('NotFinished');
      await pause(POLL_MS);
    }
  };
  await Promise.all(Array.from({ length: FIFTY }, (_, n) => wait(n)));

  const intervals = Math.ceil((Date.now() - began) / POLL_MS);
  process.stdout.write(`${POLLS * FIFTY} polls of ${FIFTY} VMs in ${intervals} intervals: ${shells()} shells\n`);
  expect(shells()).toBeGreaterThan(1);
  expect(shells()).toBeLessThanOrEqual(intervals);
}, 60_000);
