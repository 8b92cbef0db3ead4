import { textAt } from '../json.ts';
import { type Lab, putResource, resourceAt } from '../lab.ts';
import { accountFlaw } from '../platform/storage-accounts.ts';
import { isResponsive } from './appliances.ts';
import { end } from './engine.ts';
import type { JobRecord } from './records.ts';

/** Vendor ms of each task: an extension takes three minutes. A §1.3b */
const durations = { policy: [20_000], extension: [20_000, 80_000, 80_000] } as const;

/** Moves the job of a policy or an extension on; its resource ends Succeeded or Failed with it. */
export const settleSetting = (lab: Lab, job: JobRecord, now: number): void => {
  const steps = job.kind === 'policy' ? durations.policy : durations.extension;
  let begins = job.startedAt;
  for (const [n, task] of job.tasks.entries()) {
    const ends = begins + lab.estate.scaled(steps[n] ?? 0);
    if (now >= begins && task.state === 'Pending') Object.assign(task, { state: 'Started', startedAt: begins });
    if (now >= ends && task.state === 'Started') Object.assign(task, { state: 'Succeeded', endedAt: ends });
    begins = ends;
  }
  lab.tables.jobs.put(job.name, job);
  if (now < begins) return;

  const flaw = job.kind === 'extension' ? extensionFlaw(lab, job) : null;
  const last = job.tasks.at(-1);
  if (flaw && last) {
    last.state = 'Failed';
    job.errors = [
      {
        code: '1000030',
        message: 'The replication extension could not be configured.',
        causes: flaw,
        recommendation: 'Resolve the issue and retry the operation.',
        at: now,
      },
    ];
  }
  const setting = resourceAt(lab, job.objectId ?? '');
  if (setting)
    putResource(lab, {
      ...setting,
      properties: { ...setting.properties, provisioningState: flaw ? 'Failed' : 'Succeeded' },
    });
  end(lab, job, flaw ? 'Failed' : 'Succeeded', now);
};

const extensionFlaw = (lab: Lab, job: JobRecord): string | null => {
  const account = textAt(resourceAt(lab, job.objectId ?? '')?.properties, 'customProperties', 'storageAccountId');
  const flaw = accountFlaw(account === null ? undefined : resourceAt(lab, account), lab.estate.scenario.azure.location);
  if (flaw) return flaw;
  const silent = [lab.names.sourceAgent, lab.names.targetAgent].find((agent) => !isResponsive(lab, agent));
  return silent ? `The appliance agent '${silent}' is not responding.` : null;
};
