import type { Ack } from '../evidence/acks.ts';
import type { Disk } from '../evidence/disks.ts';
import type { LabEvent } from '../evidence/events.ts';
import { numberOf } from '../evidence/json-lines.ts';
import { type Incarnation, stateAt, type VmDisk } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Hop, Story } from '../run/story.ts';
import { differencesOf, pairsOf } from './compare-disks.ts';
import { against, type Finding, perVm } from './rule.ts';

/** For every hop, what the predecessor held and had acknowledged when it stopped is on the successor. */
export const blocks = perVm('blocks', (run, story) => story.hops.flatMap((hop) => judgeHop(run, story, hop)));

const judgeHop = (run: Run, story: Story, { from, to }: Hop): readonly Finding[] => {
  const start = to.spans[0]?.from ?? to.states.find((state) => state.isOn)?.event ?? to.created;
  const stop = stopOf(from, start);
  const own = run.acksOf(from.id);
  const stopSeq = stop ? (numberOf(stop.fields, 'lastSeq') ?? 0) : lastBefore(own, start.time);
  const acks = own.filter((ack) => ack.seq <= stopSeq);
  run.tally.acks += acks.length;

  const here = opened(run, disksAt(from, stop ?? start));
  const there = opened(run, disksWhileOn(to));
  try {
    if (here.lost.length > 0 || there.lost.length > 0) {
      const files = [...here.lost, ...there.lost].join(', ');
      return [against(story, [from.created, to.created], `the disk files ${files} are nowhere to be compared.`)];
    }
    const sides = {
      origin: from.origin,
      hostname: story.wish.hostname,
      from: from.id,
      later: new Set(story.incarnations.filter((vm) => vm.created.seq > from.created.seq).map((vm) => vm.id)),
      stopSeq,
    };
    return pairsOf(here.disks, there.disks, from.id).flatMap(([disk, copy], n) => {
      if (!copy) return [against(story, [to.created], `disk ${n} of ${from.platform} has no copy on ${to.platform}.`)];
      const {
        blocks: wrong,
        acks: lost,
        compared,
      } = differencesOf({ from: disk, to: copy, acks: lastOf(acks, n) }, sides);
      run.tally.blocks += compared;
      if (wrong.length === 0) return [];
      return [against(story, [stop ?? start, to.created, to.spans[0]?.from], saying(n, { from, to }, wrong, lost))];
    });
  } finally {
    for (const disk of [...here.disks, ...there.disks]) disk.close();
  }
};

const saying = (n: number, { from, to }: Hop, wrong: readonly number[], lost: readonly Ack[]): string => {
  const count = `${wrong.length} ${wrong.length === 1 ? 'block' : 'blocks'} of disk ${n}`;
  const writes = lost.map((ack) => ack.seq).sort((a, b) => a - b);
  const acked = writes.length > 0 ? `, among them acknowledged ${some('write', writes)}` : '';
  return `${count} did not come from ${from.platform} to ${to.platform} (${some('block', wrong)})${acked}.`;
};

const some = (noun: string, numbers: readonly number[]): string =>
  `${numbers.length === 1 ? noun : `${noun}s`} ${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ' …' : ''}`;

/** The last power-off before the successor served. */
const stopOf = (vm: Incarnation, start: LabEvent): LabEvent | undefined =>
  vm.states
    .map((state) => state.event)
    .findLast((event) => event.kind === 'vm.power' && event.fields.to === 'off' && event.seq < start.seq);

/** A predecessor that never stopped is held to what it had acknowledged by then. */
const lastBefore = (acks: readonly Ack[], time: number): number =>
  acks.reduce((last, ack) => (ack.time <= time ? Math.max(last, ack.seq) : last), 0);

const lastOf = (acks: readonly Ack[], disk: number): ReadonlyMap<number, Ack> =>
  new Map(acks.filter((ack) => ack.disk === disk).map((ack) => [ack.block, ack]));

const disksAt = (vm: Incarnation, event: LabEvent): readonly VmDisk[] => stateAt(vm, event.seq)?.disks ?? [];

/** Disks are taken off a VM that is being removed: what it ran with counts. */
const disksWhileOn = (vm: Incarnation): readonly VmDisk[] =>
  (vm.states.findLast((state) => state.isOn) ?? vm.states[0])?.disks ?? [];

const opened = (run: Run, wanted: readonly VmDisk[]): { disks: readonly Disk[]; lost: readonly string[] } => {
  const found = wanted.map(({ file }) => ({ file, disk: run.shelf.open(file) }));
  return {
    disks: found.flatMap(({ disk }) => disk ?? []),
    lost: found.flatMap(({ file, disk }) => (disk ? [] : [file])),
  };
};
