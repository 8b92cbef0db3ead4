import { byProduct, type LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import { type Incarnation, lastState } from './incarnation.ts';
import { LAST_RANK } from './path.ts';
import type { Story } from './story.ts';

/**
 * How a VM stands when the log ends. `journey`: its source is decommissioned. `held`: the target serves, the source waits behind its fence.
 * `rolledBack`: the source serves, nothing later runs, and something had been undertaken. `untouched`: no product did anything for it.
 * `open`: anything else.
 */
export type End = 'journey' | 'held' | 'rolledBack' | 'untouched' | 'open';

export const ENDS: readonly End[] = ['journey', 'held', 'rolledBack', 'untouched', 'open'];

/** `events` are those of this VM. */
export const endOf = (story: Story, events: readonly LabEvent[]): End => {
  const { source, incarnations } = story;
  if (!source) return 'open';
  if (source.removed) return 'journey';
  const later = incarnations.filter((vm) => vm !== source && !vm.removed);
  if (later.some((vm) => vm.rank === LAST_RANK && isHome(story, vm))) return 'held';
  if (!isBack(story)) return 'open';

  const wentOn = incarnations.length > 1 || source.states.some(({ event }) => isStop(event) && byProduct(event));
  if (wentOn) return 'rolledBack';
  const jobs = events.filter(({ kind }) => kind === 'job.created').map(({ fields }) => textOf(fields, 'job'));
  const gone = new Set(events.filter(({ kind }) => kind === 'job.removed').map(({ fields }) => textOf(fields, 'job')));
  if (jobs.length === 0) return 'untouched';
  return jobs.every((job) => gone.has(job)) ? 'rolledBack' : 'open';
};

/** Serves now; one that is meant to be off is there. */
const isHome = ({ wish }: Story, vm: Incarnation): boolean => wish.power !== 'on' || vm.spans.at(-1)?.to === null;

/** The source is what it was at the beginning, and nothing that was made of it runs. */
export const isBack = (story: Story): boolean => {
  const { source, incarnations, wish } = story;
  if (!source || source.removed || !isHome(story, source)) return false;
  const later = incarnations.filter((vm) => vm !== source && !vm.removed);
  return wish.power === 'on' ? later.every((vm) => lastState(vm)?.isOn === false) : later.length === 0;
};

const isStop = (event: LabEvent): boolean => event.kind === 'vm.power' && event.fields.to === 'off';
