import type { Listed } from './overview.ts';

/** Where a migration stands for whoever looks at many: each is one of these. */
export type Standing = 'running' | 'waiting' | 'stalled' | 'failed';

export const standingOf = ({ run, flags, waitingFor }: Pick<Listed, 'run' | 'flags' | 'waitingFor'>): Standing => {
  if (run === 'failed') return 'failed';
  if (flags.includes('Stalled')) return 'stalled';
  const asks = flags.includes('Parked') || flags.includes('Paused') || (waitingFor?.startsWith('a decision') ?? false);
  return asks ? 'waiting' : 'running';
};

export type Summary = Readonly<Record<Standing, number>>;

export const summaryOf = (listed: readonly Listed[]): Summary => {
  const count = (standing: Standing): number => listed.filter((one) => standingOf(one) === standing).length;
  return { running: count('running'), waiting: count('waiting'), stalled: count('stalled'), failed: count('failed') };
};

/** The one summary line, the same everywhere. */
export const summaryLine = ({ running, waiting, stalled, failed }: Summary): string =>
  `${running} running · ${waiting} waiting for you · ${stalled} stalled · ${failed} failed`;
