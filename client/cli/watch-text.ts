import { counted } from '../../domain/counted.ts';
import { summaryLine } from '../../domain/listed.ts';
import { instant } from '../../domain/words.ts';
import type { Pending } from '../pending.ts';
import type { Glimpse, Watched, WatchedBatch } from '../watch.ts';
import { table } from './print.ts';
import { fitting } from './screen.ts';
import { pendingText } from './vm-text.ts';

const CELLS = 10;

/** `[####------]`, of 0 to 100. */
const barText = (percent: number): string => {
  const full = Math.round((Math.max(0, Math.min(100, percent)) / 100) * CELLS);
  return `[${'#'.repeat(full)}${'-'.repeat(CELLS - full)}]`;
};

/** How far its product is, as it said itself. */
const progressOf = (pending: readonly Pending[]): string => {
  const [, percent] = pending.map(({ said }) => /(\d+(?:\.\d+)?) ?%/.exec(said ?? '')).find(Boolean) ?? [];
  return percent === undefined ? '' : barText(Number(percent));
};

/** What it is at: how far the product is, in its own words, or what it waits for. */
const workText = (one: Watched): string => one.waitingFor ?? one.pending.map(pendingText).join(' · ');

const rowOf = (one: Watched): string[] => [
  `  ${one.name}`,
  one.group,
  `${one.run === 'failed' ? 'gone in ' : ''}${one.phase} ${one.hop}`,
  progressOf(one.pending),
  one.flags.join(' '),
  workText(one),
];

const isOf = (one: Watched, { programme, batch }: WatchedBatch): boolean =>
  one.programme === programme && one.batch === batch;

const headOf = ({ programme, batch, vms, summary }: WatchedBatch): string =>
  `${batch} of ${programme} · ${counted(vms, 'VM')} · ${summaryLine(summary)}`;

/** One screen: the summary line, then batch by batch. Pure. */
export const watchText = ({ at, summary, batches, shown, left }: Glimpse, columns: number): string => {
  const ordered = batches.flatMap((batch) => shown.filter((one) => isOf(one, batch)));
  const [head = '', ...rows] = table(
    ['  VM', 'GROUP', 'PHASE, HOP', 'COPIED', 'FLAGS', 'AT'],
    ordered.map(rowOf),
  ).split('\n');
  const lines = batches.flatMap((batch) => [
    headOf(batch),
    ...rows.filter((_, index) => {
      const one = ordered[index];
      return one !== undefined && isOf(one, batch);
    }),
  ]);
  return [
    `${instant(at)}  ${summaryLine(summary)}`,
    '',
    ...(shown.length > 0 ? [head, ...lines].map((line) => fitting(line, columns)) : ['Nothing runs.']),
    ...(left > 0 ? [`… and ${left} more: \`tranship status\` lists all`] : []),
  ].join('\n');
};
