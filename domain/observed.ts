import { type Ledger, outageOf } from './ledger.ts';

/** What the ledgers of a programme have measured so far. Rates are bytes a second, times ms. */
export interface Observed {
  readonly fullRates: readonly number[];
  readonly outages: readonly number[];
  /** Per gate. */
  readonly waits: Readonly<Record<string, readonly number[]>>;
  /** Bytes of full copies. */
  readonly fulls: readonly number[];
}

const SECOND = 1_000;

const fullRatesOf = (ledgers: readonly Ledger[]): readonly number[] =>
  ledgers.flatMap(({ bytes }) =>
    bytes.flatMap(({ round, moved, from, at }) =>
      round === 0 && moved !== null && moved > 0 && from !== undefined && at !== undefined && at > from
        ? [moved / ((at - from) / SECOND)]
        : [],
    ),
  );

/** An outage counts once its checks have passed. */
const outagesOf = (ledger: Ledger): readonly number[] => {
  const hops = [...new Set(ledger.entries.filter(({ mark }) => mark === 'checksPassed').map(({ hop }) => hop))];
  return hops.flatMap((hop) => outageOf(ledger, hop, 0) ?? []);
};

/** Of views of one programme's migrations, ended or not. */
export const observe = (ledgers: readonly Ledger[]): Observed => {
  const waits: Record<string, number[]> = {};
  for (const { gate, from, to } of ledgers.flatMap((ledger) => ledger.waits)) {
    waits[gate] ??= [];
    waits[gate].push(to - from);
  }
  return {
    fullRates: fullRatesOf(ledgers),
    outages: ledgers.flatMap(outagesOf),
    waits,
    fulls: ledgers.flatMap(({ bytes }) => bytes.flatMap(({ round, moved }) => (round === 0 && moved ? [moved] : []))),
  };
};

/** The figure below which this part of them lies, between two of them where it falls so; 0 of none. */
export const quantileOf = (figures: readonly number[], part: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  const place = Math.max(0, (sorted.length - 1) * part);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
};

/** Numbers in [0, 1) that are the same for the same seed: a forecast asked for twice says the same. */
export const randomOf = (seed: string): (() => number) => {
  let state = [...seed].reduce(
    (hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619),
    2_166_136_261,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Figures to draw from, and where they are from. */
export interface Sample {
  readonly figures: readonly number[];
  readonly why: string;
}

/** Fewer say too little of how far they may lie apart. */
const ENOUGH = 5;
/** How an assumption is spread: one in ten twice as bad. */
const SPREAD = [0.8, 0.9, 1, 1, 1, 1, 1.2, 1.4, 1.6, 2] as const;

/** What was measured; an assumption where nothing was, and both where it was too little. `slower`: a larger figure is worse. */
export const sampleOf = (
  measured: readonly number[],
  assumed: number,
  slower: boolean,
  words: { readonly what: string; readonly show: (figure: number) => string },
): Sample => {
  const guess = SPREAD.map((factor) => (slower ? assumed * factor : assumed / factor));
  const { what, show } = words;
  if (measured.length === 0) return { figures: guess, why: `${what}: assumed ${show(assumed)}, none measured yet` };
  const range = `${show(quantileOf(measured, 0.1))} to ${show(quantileOf(measured, 0.9))}`;
  return measured.length >= ENOUGH
    ? { figures: measured, why: `${what}: ${range}, measured ${measured.length} times here` }
    : {
        figures: [...guess, ...measured, ...measured],
        why: `${what}: ${range}, measured only ${measured.length} times here, with the assumed ${show(assumed)}`,
      };
};

export const drawFrom = ({ figures }: Sample, random: () => number): number =>
  figures[Math.floor(random() * figures.length)] ?? 0;
