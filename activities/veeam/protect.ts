import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover, ProtectOrder } from '../contracts/mover.ts';
import type { Job } from './jobs.ts';
import { carriesOurToken, hasOurName, ourJobName, ourJobText } from './our-job.ts';
import type { Veeam } from './parts.ts';
import { askedOf } from './settings.ts';

/** Our job; an object of our name without our token is somebody else's. V §4.1 */
const ours = async (veeam: Veeam, all: readonly Job[], order: ProtectOrder): Promise<Job | null> => {
  const named = all.filter((job) => hasOurName(job, order));
  const marked: Job[] = [];
  for (const job of named) if (await carriesOurToken(veeam, job, order)) marked.push(job);
  if (marked.length === 1) return marked[0] ?? null;
  if (named.length === 0) return null;
  throw mishap.conflict(
    `Veeam has ${named.length} jobs named like ours, ${marked.length} of them carrying our token.`,
    {
      at: veeam.at,
      vm: order.vm.name,
      fix: `Look at ${named.map(({ name }) => name).join(', ')}; remove or rename what is not of this migration.`,
    },
  );
};

/** Jobs of others that back this VM up. */
const covering = async ({ jobs }: Veeam, all: readonly Job[], order: ProtectOrder): Promise<readonly Job[]> => {
  const found: Job[] = [];
  for (const job of all) if (job.backsUp && (await jobs.settings(job)).vms.includes(order.vm.id)) found.push(job);
  return found;
};

/** The job the plan names, of those that have the VM. */
const adopt = (veeam: Veeam, theirs: readonly Job[], adoptJob: string | null, order: ProtectOrder): Job => {
  const where = { at: veeam.at, vm: order.vm.name };
  const names = theirs.map(({ name }) => name).join(', ');
  if (adoptJob === null)
    throw mishap.configuration(`${order.vm.name} is already in the job ${names}.`, {
      ...where,
      fix: 'Name that job in the column `adopt_job` of the plan, or take the VM out of it.',
    });
  const [job, namesake] = theirs.filter(({ name }) => name === adoptJob);
  if (!job)
    throw mishap.configuration(`No job named ${adoptJob} has ${order.vm.name}; it is in ${names || 'none'}.`, {
      ...where,
      fix: 'Correct `adopt_job` in the plan, or put the VM into that job.',
    });
  if (namesake)
    throw mishap.conflict(`${order.vm.name} is in several jobs named ${adoptJob}: none of them can be adopted.`, {
      ...where,
      fix: 'Take it out of all but one, or rename the others.',
    });
  if (!job.enabled)
    throw mishap.configuration(`The job ${job.name} is disabled: it is not adopted.`, {
      ...where,
      fix: 'Enable it, or take the VM out of it.',
    });
  return job;
};

/**
 * Finds or makes our job for this VM, without a schedule of its own; or adopts the job that has it already when the plan
 * says so. Safe to repeat: our job is found by its token. V §1.7.2, §4.1
 */
export const protect =
  (veeam: Veeam): Mover['protect'] =>
  async (order) => {
    const { jobs, repositories, instance, at } = veeam;
    const where = { at, vm: order.vm.name };
    const all = await jobs.all();
    const mine = await ours(veeam, all, order);
    if (mine) return { item: mine.id, adopted: false };

    const { adoptJob, repository } = askedOf(order.settings, instance.repository);
    const theirs = await covering(veeam, all, order);
    if (theirs.length > 0 || adoptJob !== null)
      return { item: adopt(veeam, theirs, adoptJob, order).id, adopted: true };

    const repositoryId = await repositories.idOf(repository);
    if (!repositoryId)
      throw mishap.configuration(`Veeam has no repository ${repository}.`, {
        ...where,
        fix: 'Correct `repository` in the plan.',
      });
    const vm = await jobs.vm(order.vm.id);
    if (!vm)
      throw mishap.missing(`The AHV plug-in of Veeam does not know ${order.vm.name} (${order.vm.id}).`, {
        ...where,
        fix: 'Rescan the Prism Central in Veeam, then retry.',
      });
    await jobs.create({ name: ourJobName(order), description: ourJobText(order.token), repositoryId, vm });
    const made = await ours(veeam, await jobs.all(), order);
    return made ? { item: made.id, adopted: false } : notFinished('Veeam accepted the job but does not list it yet');
  };
