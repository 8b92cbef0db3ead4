import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { Job } from './jobs.ts';
import { observe } from './observe.ts';
import { carriesOurToken, giveScheduleBack, hasOurName, ourJobName } from './our-job.ts';
import type { Veeam } from './parts.ts';

type RetireOrder = Parameters<Mover['retire']>[0];

/** Nobody wants what it copies any more, and it might never end. A run that ended in the meantime is no failure. V §4.1 */
const stopRun = async ({ jobs }: Veeam, job: Job): Promise<void> => {
  try {
    await jobs.stop(job.id);
  } catch (error) {
    if ((await jobs.find(job.id))?.running) throw error;
  }
};

/** Its name; null when it was gone already. Deletes nothing that does not carry our token. */
const removeJob = async (veeam: Veeam, order: RetireOrder): Promise<string | null> => {
  const { jobs, runs, at } = veeam;
  // An id that is not found may mean that the plug-in is not there: the list has to say so too.
  const job = (await jobs.find(order.item)) ?? (await jobs.all()).find((one) => hasOurName(one, order));
  if (!job) return null;
  if (!(await carriesOurToken(veeam, job, order)))
    throw mishap.conflict(`The job ${job.name} does not carry our token: it is not removed.`, {
      at,
      vm: order.vm.name,
      fix: 'Look whose job it is; if it is ours and its description was changed, remove it by hand.',
    });
  if (job.running) {
    if (!job.stopping) await stopRun(veeam, job);
    const run = await runs.newest(job);
    return notFinished(`${job.name} is being stopped: ${run?.percent ?? '?'} %`, run?.percent ?? 'running');
  }
  await jobs.remove(job.id);
  if (await jobs.find(job.id)) return notFinished(`Veeam accepted the removal of ${job.name} but still lists it`);
  return job.name;
};

/** The chain goes with the job; a VM served from it would go with the chain. */
const removeBackups = async ({ backups, at }: Veeam, order: RetireOrder, jobName: string): Promise<void> => {
  const where = { at, vm: order.vm.name };
  const left = await backups.remove(where, jobName);
  if (left > 0) notFinished(`${left} backups of ${jobName} are still listed`, left);
};

/**
 * Held for 31 days if it is not given back. Where an instance bears the VM's own id it is ours; else two workloads of one name cannot
 * be told apart, and then none is touched. U §1.3
 */
const revokeLicence = async ({ licences }: Veeam, order: RetireOrder): Promise<void> => {
  const held = await licences.heldBy(order.vm.name);
  const ours = held.find(({ id }) => id === order.vm.id) ?? (held.length === 1 ? held[0] : undefined);
  if (ours?.revocable) await licences.revoke(ours.id);
};

/**
 * Removes our job, its backup and the licence it held; an adopted job only gets its schedule back. What is gone already is
 * done. Refused while a mount of ours reads from the backup. V §1.7.2, §4.1
 */
export const retire =
  (veeam: Veeam): Mover['retire'] =>
  async (order) => {
    if (order.adopted) {
      await giveScheduleBack(veeam, order.item, order);
      return { retired: true };
    }
    const { standing } = await observe(veeam, order);
    if (standing.is === 'mounted' || standing.is === 'starting')
      throw mishap.unsafe(`${order.landing.name} is still served from the backup: it is not deleted.`, {
        at: veeam.at,
        vm: order.vm.name,
        fix: 'Commit the mount or take it down, then retry.',
      });
    const removed = await removeJob(veeam, order);
    await removeBackups(veeam, order, removed ?? ourJobName(order));
    await revokeLicence(veeam, order);
    return { retired: true };
  };
