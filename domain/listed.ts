import type { Flag, Phase } from './phase.ts';

/** One migration as visibility shows it: no question to the migration itself. */
export interface Listed {
  readonly workflowId: string;
  /** The VM's id on its first platform. */
  readonly id: string;
  /** Display name; the id where the start said none. */
  readonly name: string;
  readonly programme: string;
  readonly batch: string;
  readonly group: string;
  readonly phase: Phase;
  readonly hop: number;
  readonly flags: readonly Flag[];
  readonly waitingFor: string | null;
  readonly owner: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** `ended` came to an end of its own; `failed` is gone without one: what stands in the estate is unknown. */
  readonly run: 'running' | 'ended' | 'failed';
}

/** Where a migration stands for whoever looks at many: each is one of these. */
export type Standing = 'running' | 'waiting' | 'stalled' | 'failed';

export const standingOf = ({ run, flags, waitingFor }: Pick<Listed, 'run' | 'flags' | 'waitingFor'>): Standing => {
  if (run === 'failed') return 'failed';
  if (flags.includes('Stalled')) return 'stalled';
  const asks =
    flags.includes('Parked') || flags.includes('Paused') || /^(a decision|a person|overdue)/.test(waitingFor ?? '');
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
