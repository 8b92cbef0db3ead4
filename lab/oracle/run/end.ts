import { byProduct, type LabEvent } from '../evidence/events.ts';
import { textOf, textsOf } from '../evidence/json-lines.ts';
import { lastState } from './incarnation.ts';
import type { Story } from './story.ts';

/**
 * How a VM stands when the log ends. `journey`: its source is decommissioned. `rolledBack`: the source serves again and nothing later runs.
 * `held`: the target serves, the source waits behind its fence. `untouched`: no product did anything to it. `open`: anything else.
 */
export type End = 'journey' | 'rolledBack' | 'held' | 'untouched' | 'open';

export const ENDS: readonly End[] = ['journey', 'rolledBack', 'held', 'untouched', 'open'];

export const endOf = (story: Story, events: readonly LabEvent[]): End => {
  const { source, incarnations, wish } = story;
  const alive = incarnations.filter((vm) => !vm.removed);
  const serving = alive.filter((vm) => vm.spans.at(-1)?.to === null);
  if (!source) return 'open';
  if (source.removed) return 'journey';

  const later = alive.filter((vm) => vm !== source);
  if (later.some((vm) => serving.includes(vm) && vm.rank === 2)) return 'held';
  const wasStopped = source.states.some(({ event }) => isStop(event) && byProduct(event));
  const isBack = wish.power === 'on' ? serving.includes(source) : incarnations.length > 1;
  const isQuiet = later.every((vm) => lastState(vm)?.isOn === false);
  if (isBack && isQuiet && (wasStopped || incarnations.length > 1)) return 'rolledBack';
  return wasStopped || later.length > 0 || events.some((event) => isOurs(event, wish.uuid)) ? 'open' : 'untouched';
};

const isStop = (event: LabEvent): boolean => event.kind === 'vm.power' && event.fields.to === 'off';

/** A job, mount or protected item for this VM. */
const isOurs = ({ kind, fields }: LabEvent, origin: string): boolean =>
  /^(job|mount|item)\./.test(kind) && (textOf(fields, 'origin') === origin || textsOf(fields, 'origins').includes(origin));
