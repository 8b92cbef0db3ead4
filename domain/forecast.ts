import { drawFrom, type Observed, quantileOf, randomOf, type Sample, sampleOf } from './observed.ts';
import type { Window } from './window.ts';
import { minutes } from './words.ts';

/** One VM as a forecast needs it. `movers`: queue of each hop's mover. */
export interface VmShape {
  readonly name: string;
  readonly group: string;
  /** Virtual size; null: the median of what was copied so far, or an assumption. */
  readonly bytes: number | null;
  readonly movers: readonly string[];
}

export interface BatchShape {
  readonly name: string;
  readonly vms: readonly VmShape[];
  /** One a hop. */
  readonly windows: readonly (Window | null)[];
}

export interface ForecastSeats {
  readonly moverOperations: number;
  readonly cutovers: number;
}

/** Where the time of one VM goes; ms. */
export interface Split {
  /** Copies, outages: products at work. */
  readonly machine: number;
  /** At gates. */
  readonly human: number;
  /** For a window. */
  readonly window: number;
  /** In line for a seat. */
  readonly queue: number;
}

/** One course a batch may take. `vm` is the one that decided its end. */
interface Course extends Split {
  readonly total: number;
  readonly vm: string;
}

export interface BatchForecast {
  readonly name: string;
  /** From its begin until all its VMs have left staging, ms. */
  readonly p50: number;
  readonly p90: number;
  /** Mean split of the VM that decides. */
  readonly split: Split;
  /** The VM that decided most often, and in which part of the courses. */
  readonly decides: { readonly vm: string; readonly part: number };
  /** What most of its time goes to. */
  readonly mostly: 'copies and outages' | 'people' | 'windows' | 'seats';
  /** Why the range is as it is: a line a figure. */
  readonly why: readonly string[];
}

const MB = 2 ** 20;
const GB = 2 ** 30;
const MINUTE = 60_000;
/** Before there is a ledger. Outage: the threshold of U §7.2; the rest is ours, to be measured by the first batch. */
export const ASSUMED = {
  fullRate: 60 * MB,
  outageMs: 30 * MINUTE,
  waitMs: 4 * 60 * MINUTE,
  bytes: 150 * GB,
} as const;

const COURSES = 200;

const rate = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB/s`;

interface Samples {
  readonly full: Sample;
  readonly outage: Sample;
  readonly waits: Readonly<Record<'cutover' | 'go' | 'signOff', Sample>>;
  readonly bytes: number;
  readonly bytesWhy: string | null;
}

const samplesOf = (observed: Observed, batch: BatchShape): Samples => {
  const wait = (gate: 'cutover' | 'go' | 'signOff'): Sample =>
    sampleOf(observed.waits[gate] ?? [], ASSUMED.waitMs, true, { what: `people at ${gate}`, show: minutes });
  const unsized = batch.vms.filter(({ bytes }) => bytes === null).length;
  const bytes = observed.fulls.length > 0 ? quantileOf(observed.fulls, 0.5) : ASSUMED.bytes;
  const from = observed.fulls.length > 0 ? `the median of ${observed.fulls.length} copies here` : 'assumed';
  return {
    full: sampleOf(observed.fullRates, ASSUMED.fullRate, false, { what: 'full copy', show: rate }),
    outage: sampleOf(observed.outages, ASSUMED.outageMs, true, { what: 'outage of a hop', show: minutes }),
    waits: { cutover: wait('cutover'), go: wait('go'), signOff: wait('signOff') },
    bytes,
    bytesWhy: unsized === 0 ? null : `size of ${unsized} VMs: ${(bytes / GB).toFixed(0)} GB each, ${from}`,
  };
};

/** A seat of so many, taken in turn: when the next one is free. */
const seatsOf = (count: number): { readonly take: (from: number, ms: number) => { begin: number; end: number } } => {
  const free = Array.from({ length: count }, () => 0);
  return {
    take: (from, ms) => {
      const seat = free.indexOf(Math.min(...free));
      const begin = Math.max(from, free[seat] ?? 0);
      free[seat] = begin + ms;
      return { begin, end: begin + ms };
    },
  };
};

interface Traveller {
  readonly vm: VmShape;
  at: number;
  machine: number;
  human: number;
  window: number;
  queue: number;
}

/** Begins with `work` when a seat is free. */
const sit = (one: Traveller, seats: ReturnType<typeof seatsOf>, ms: number): void => {
  const { begin, end } = seats.take(one.at, ms);
  one.queue += begin - one.at;
  one.machine += ms;
  one.at = end;
};

const waits = (one: Traveller, until: number, as: 'human' | 'window'): void => {
  one[as] += Math.max(0, until - one.at);
  one.at = Math.max(one.at, until);
};

/** One course: copies in seats; each group waits for its last, for people, for the window; then it cuts over. */
const course = (
  batch: BatchShape,
  seats: ForecastSeats,
  from: Samples,
  begin: number,
  random: () => number,
): Course => {
  const all = batch.vms.map((vm): Traveller => ({ vm, at: 0, machine: 0, human: 0, window: 0, queue: 0 }));
  const hops = Math.max(0, ...batch.vms.map(({ movers }) => movers.length));
  for (let hop = 0; hop < hops; hop += 1) {
    const here = all.filter(({ vm }) => vm.movers[hop] !== undefined);
    const copies = new Map<string, ReturnType<typeof seatsOf>>();
    for (const one of [...here].sort((a, b) => a.at - b.at)) {
      const mover = one.vm.movers[hop] ?? '';
      const line = copies.get(mover) ?? seatsOf(seats.moverOperations);
      copies.set(mover, line);
      sit(one, line, ((one.vm.bytes ?? from.bytes) / drawFrom(from.full, random)) * 1_000);
    }
    const cutovers = seatsOf(seats.cutovers);
    const opensAt = (batch.windows.length === 1 ? batch.windows[0] : batch.windows[hop])?.opensAt ?? 0;
    for (const group of new Set(here.map(({ vm }) => vm.group))) {
      const members = here.filter(({ vm }) => vm.group === group);
      const ready = Math.max(...members.map(({ at }) => at));
      const decided = ready + drawFrom(from.waits.cutover, random);
      for (const one of members) {
        one.queue += ready - one.at;
        one.at = ready;
        waits(one, decided, 'human');
        waits(one, opensAt - begin, 'window');
        sit(one, cutovers, drawFrom(from.outage, random));
        waits(one, one.at + drawFrom(hop === hops - 1 ? from.waits.signOff : from.waits.go, random), 'human');
      }
    }
  }
  const last = all.reduce<Traveller | null>((most, one) => (most === null || one.at > most.at ? one : most), null);
  if (!last) return { total: 0, vm: '', machine: 0, human: 0, window: 0, queue: 0 };
  const { at, machine, human, window, queue, vm } = last;
  return { total: at, vm: vm.name, machine, human, window, queue };
};

const MOSTLY = { machine: 'copies and outages', human: 'people', window: 'windows', queue: 'seats' } as const;

/** How long a batch that begins then takes: its course drawn again and again from what was measured, the same draws for the same batch. */
export const forecastBatch = (
  batch: BatchShape,
  seats: ForecastSeats,
  observed: Observed,
  begin: number,
): BatchForecast => {
  const from = samplesOf(observed, batch);
  const random = randomOf(batch.name);
  const courses = Array.from({ length: COURSES }, () => course(batch, seats, from, begin, random));
  const totals = courses.map(({ total }) => total);
  const mean = (key: keyof Split): number => courses.reduce((sum, one) => sum + one[key], 0) / COURSES;
  const split = { machine: mean('machine'), human: mean('human'), window: mean('window'), queue: mean('queue') };
  const [vm, times] = [...Map.groupBy(courses, (one) => one.vm)]
    .map(([name, those]): [string, number] => [name, those.length])
    .reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  const largest = (Object.keys(MOSTLY) as (keyof Split)[]).reduce((most, key) =>
    split[key] > split[most] ? key : most,
  );
  return {
    name: batch.name,
    p50: quantileOf(totals, 0.5),
    p90: quantileOf(totals, 0.9),
    split,
    decides: { vm, part: times / COURSES },
    mostly: MOSTLY[largest],
    why: [
      from.full.why,
      from.outage.why,
      ...Object.values(from.waits).map(({ why }) => why),
      ...(from.bytesWhy ? [from.bytesWhy] : []),
    ],
  };
};
