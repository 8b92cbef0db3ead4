import { isOurs, readToken } from '../../domain/token.ts';
import type { MoverOrder } from '../contracts/mover.ts';
import type { Job } from './jobs.ts';
import type { Veeam } from './parts.ts';

type Whose = Pick<MoverOrder, 'journey' | 'hop' | 'vm'>;

/** What a VM name may bring along that PowerShell would take for a wildcard, or a file system would not take. */
const plain = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 40);

const tail = ({ journey, hop }: Whose): string => `-${journey}-h${hop}`;

/** One job a VM and hop. The name ends with the journey, so a VM that is renamed meanwhile still finds it. */
export const ourJobName = (whose: Whose): string => `tranship-${plain(whose.vm.name)}${tail(whose)}`;

export const ourJobText = (token: string): string =>
  `${token} Made by Tranship for one migration; removed when it is over.`;

const isToken = (text: string, { journey, hop }: Whose): boolean =>
  isOurs(text, journey) && readToken(text)?.hop === hop;

/** Ours is what carries our token; the list may not tell descriptions, the settings do. */
export const carriesOurToken = async ({ jobs }: Veeam, job: Job, whose: Whose): Promise<boolean> =>
  isToken(job.description ?? (await jobs.settings(job)).description, whose);

export const hasOurName = (job: Job, whose: Whose): boolean => job.name.endsWith(tail(whose));

/**
 * An adopted job gets its schedule back. It ran by itself when it was adopted (a disabled job is not adopted), so one that
 * is disabled now was disabled by `markFinal`. Of ours nothing is given back: it has no schedule.
 */
export const giveScheduleBack = async (veeam: Veeam, item: string, whose: Whose): Promise<void> => {
  const job = await veeam.jobs.find(item);
  if (!job || job.enabled || (await carriesOurToken(veeam, job, whose))) return;
  await veeam.jobs.enable(job.id);
};
