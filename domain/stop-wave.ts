import { minuteOf } from './freeze.ts';
import { minutes } from './words.ts';

/** When hosts say that it is too much: thresholds of U §7.4 over what `vitals` reads. All times are of the workflow's clock. */

export const METRICS = ['cpu', 'memory', 'volume', 'latency', 'throughput'] as const;
/**
 * - `cpu`         busy, %: too much above the limit
 * - `memory`      free, %: too little below it
 * - `volume`      free, % of one volume: too little below it
 * - `latency`     of a disk transfer, ms: too much above it
 * - `throughput`  bytes written a second on the host's disks: too little below it
 */
export type Metric = (typeof METRICS)[number];

/** `forMs`: how long it must have been beyond the limit, without a reading that was not. */
export interface Threshold {
  readonly limit: number;
  readonly forMs: number;
}

export interface StopWaveRules {
  /** Pause between two readings, ms. */
  readonly everyMs: number;
  /** What is not named is not watched. */
  readonly thresholds: { readonly [M in Metric]?: Threshold };
  /** Who may go on after a breach. */
  readonly approvers: readonly string[];
}

/** One figure of a host; `of` is the volume where there are several. */
export interface Figure {
  readonly metric: Metric;
  readonly of: string | null;
  readonly value: number;
}

/** The newest reading of a host. Without figures it could not be read, and `why` says more. */
export interface HostReading {
  readonly host: string;
  readonly at: number;
  readonly figures: readonly Figure[];
  readonly why: string | null;
}

/** A figure that has been beyond its limit since. */
interface Streak {
  readonly host: string;
  readonly metric: Metric;
  readonly of: string | null;
  readonly since: number;
  readonly lastAt: number;
  readonly value: number;
}

/** What is remembered of all hosts: one reading each, and what is beyond its limit. */
export interface Lookout {
  readonly readings: readonly HostReading[];
  readonly streaks: readonly Streak[];
}

export interface Breach {
  readonly host: string;
  readonly metric: Metric;
  readonly of: string | null;
  readonly since: number;
  readonly value: number;
  readonly limit: number;
  readonly forMs: number;
}

/** What the platform's verb answered, as figures. */
export interface VitalSigns {
  readonly cpuPercent: number | null;
  readonly memoryFreePercent: number | null;
  readonly volumes: readonly { readonly path: string; readonly freePercent: number }[];
  readonly latencyMs: number | null;
  readonly writtenPerSecond?: number | null;
}

export const noLookout = (): Lookout => ({ readings: [], streaks: [] });

const isFigure = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const figuresOf = (signs: VitalSigns): readonly Figure[] => {
  const one = (metric: Metric, value: number | null | undefined, of: string | null = null): readonly Figure[] =>
    isFigure(value) ? [{ metric, of, value }] : [];
  return [
    ...one('cpu', signs.cpuPercent),
    ...one('memory', signs.memoryFreePercent),
    ...(signs.volumes ?? []).flatMap(({ path, freePercent }) => one('volume', freePercent, path)),
    ...one('latency', signs.latencyMs),
    ...one('throughput', signs.writtenPerSecond),
  ];
};

const TOO_MUCH: readonly Metric[] = ['cpu', 'latency'];

const isBeyond = ({ metric, value }: Figure, { limit }: Threshold): boolean =>
  TOO_MUCH.includes(metric) ? value > limit : value < limit;

/** Readings further apart than this many pauses say nothing of the time between. */
const GAP = 2.5;

const isSame = (streak: Streak, host: string, figure: Figure): boolean =>
  streak.host === host && streak.metric === figure.metric && streak.of === figure.of;

/** Takes the reading of one host; `signs` null where it did not answer: what was beyond its limit is not known to be so any more, nor to be over. */
export const look = (
  lookout: Lookout,
  { everyMs, thresholds }: StopWaveRules,
  host: string,
  signs: VitalSigns | null,
  now: number,
  why: string | null = null,
): Lookout => {
  const figures = signs ? figuresOf(signs) : [];
  const reading: HostReading = {
    host,
    at: now,
    figures,
    why: figures.length === 0 ? (why ?? 'it says nothing') : null,
  };
  const readings = [...lookout.readings.filter((one) => one.host !== host), reading];
  const others = lookout.streaks.filter((streak) => streak.host !== host);
  const mine = lookout.streaks.filter((streak) => streak.host === host);
  if (!signs) return { readings, streaks: lookout.streaks };
  const beyond = figures.flatMap((figure): Streak[] => {
    const threshold = thresholds[figure.metric];
    if (!threshold || !isBeyond(figure, threshold)) return [];
    const before = mine.find((streak) => isSame(streak, host, figure));
    const since = before && now - before.lastAt <= everyMs * GAP ? before.since : now;
    return [{ host, ...figure, since, lastAt: now }];
  });
  return { readings, streaks: [...others, ...beyond] };
};

/** What was seen beyond its limit for long enough, up to its last reading. */
export const breachesIn = ({ streaks }: Lookout, { thresholds }: StopWaveRules): readonly Breach[] =>
  streaks.flatMap(({ lastAt, ...streak }) => {
    const threshold = thresholds[streak.metric];
    return threshold && lastAt - streak.since >= threshold.forMs ? [{ ...streak, ...threshold }] : [];
  });

/** A person has seen what is beyond its limit and goes on: it counts anew from now. */
export const acknowledged = (lookout: Lookout, now: number): Lookout => ({
  ...lookout,
  streaks: lookout.streaks.map((streak) => ({ ...streak, since: now, lastAt: now })),
});

const NAMES: Readonly<Record<Metric, string>> = {
  cpu: 'CPU',
  memory: 'free memory',
  volume: 'free space',
  latency: 'storage latency',
  throughput: 'bytes written a second',
};

const figureText = (metric: Metric, value: number): string => {
  if (metric === 'latency') return `${Math.round(value * 10) / 10} ms`;
  if (metric === 'throughput') return `${Math.round((value / 2 ** 20) * 10) / 10} MB`;
  return `${Math.round(value * 10) / 10} %`;
};

export const figureWords = ({ metric, of, value }: Figure): string =>
  `${NAMES[metric]}${of ? ` of ${of}` : ''} ${figureText(metric, value)}`;

/** `hyper-v@stage01: CPU 93 %, above 85 % for 15 min or longer, since 2026-11-14T20:05Z` */
export const breachWords = ({ host, metric, of, value, limit, forMs, since }: Breach): string => {
  const side = TOO_MUCH.includes(metric) ? 'above' : 'below';
  const sustained = forMs > 0 ? ` for ${minutes(forMs)} or longer` : '';
  return `${host}: ${figureWords({ metric, of, value })}, ${side} ${figureText(metric, limit)}${sustained}, since ${minuteOf(since)}`;
};
