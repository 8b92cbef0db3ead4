import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../domain/plan.ts';
import { readPlanOrRefuse } from '../plan.ts';
import { tell } from '../print.ts';
import { atTemporal } from '../session.ts';
import { type LabPlace, labPlace, refuseNoLab, root } from './place.ts';

/** People decided by the command line or the Temporal UI: the oracle is told of each, once, as they were recorded. */
const noteDecisions = async ({ state, home }: LabPlace, plan: Plan): Promise<void> => {
  const { viewsOf } = await import('../../report.ts');
  const path = join(state, 'decisions.jsonl');
  const noted = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
  const views = await atTemporal((reached) => viewsOf(reached, join(home, 'records'), { programme: plan.programme }));
  for (const { vm, hops, decisions } of views)
    for (const { at, hop, gate, decision, by } of decisions) {
      const exposed = hops.find(({ n }) => n === hop)?.exposedAt;
      const loss = gate === 'rollBack' && exposed ? { lossFrom: new Date(exposed).toISOString() } : {};
      const line = JSON.stringify({ at: new Date(at).toISOString(), vm: vm.id, hop, gate, decision, by, ...loss });
      if (!noted.has(line)) appendFileSync(path, `${line}\n`);
    }
};

/** The verdict of the lab's oracle, which reads only the lab's log and disks. */
export const labOracle = async ({ json }: { readonly json?: boolean }): Promise<void> => {
  const place = labPlace();
  refuseNoLab(place);
  const plan = await readPlanOrRefuse({ plan: place.plan, vms: place.vms });
  await noteDecisions(place, plan).catch((error: Error) =>
    tell(`! decisions were not noted for the oracle: ${error.message}`),
  );
  const { staging, stagingBytes } = plan.policies.seats;
  const { status } = spawnSync(
    process.execPath,
    [
      join(root(), 'lab', 'oracle', 'main.ts'),
      ...['--scenario', place.scenario, '--state', place.state],
      ...['--staging-vms', String(staging), '--staging-bytes', String(stagingBytes)],
      ...(json ? ['--json'] : []),
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
};
