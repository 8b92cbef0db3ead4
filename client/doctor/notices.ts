import type { ReceiverStanding } from '../../domain/notice-book.ts';
import type { Plan } from '../../domain/plan.ts';
import { duration } from '../../domain/words.ts';
import { noticesId } from '../../workflows/notices-messages.ts';
import { noticesStanding } from '../notices.ts';
import type { Reached } from '../temporal.ts';
import { amiss, type Line, noted, well } from './line.ts';

const standingLine = (one: ReceiverStanding, now: number): Line => {
  const subject = `notices to ${one.box}`;
  const { okAt, failedAt, why, waiting, sent, lost } = one;
  const last = okAt === null ? 'nothing was taken yet' : `last taken ${duration(now - okAt)} ago, ${sent} in all`;
  const gone = lost === 0 ? '' : `; ${lost} were given up`;
  if (why !== null)
    return amiss(
      'notice',
      subject,
      `${why} (${duration(now - (failedAt ?? now))} ago); ${waiting} wait; ${last}${gone}`,
      `It is tried again by itself. \`tranship notices test --receiver ${one.box.split(' ')[0]}\` tries now.`,
    );
  return okAt === null
    ? noted('notice', subject, `${last}; ${waiting} wait`)
    : well('notice', subject, `${last}${gone}`);
};

/** When each receiver of the plan was reached last, and when not. */
export const noticeLines = async ({ client }: Reached, plan: Plan, now = Date.now()): Promise<readonly Line[]> => {
  if (!plan.notices) return [];
  const subject = noticesId(plan.programme);
  const standing = await noticesStanding(client, plan.programme);
  if (!standing) return [noted('notice', subject, 'nobody is told what waits', 'Start it: `tranship notices start`.')];
  if (standing.standings) return standing.standings.map((one) => standingLine(one, now));
  return standing.at === null
    ? [noted('notice', subject, standing.said)]
    : [amiss('notice', subject, standing.said, 'It looks again by itself; is an orchestrator running?')];
};
