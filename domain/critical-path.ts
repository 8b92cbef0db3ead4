import { type BatchForecast, type BatchShape, type ForecastSeats, forecastBatch, type Split } from './forecast.ts';
import { frozenUntil } from './freeze.ts';
import type { Observed } from './observed.ts';
import type { ProgrammeBatch, ProgrammeRules, Turn } from './programme.ts';
import { beginsFrom } from './programme-turns.ts';

export interface ProgrammeShape {
  /** In order. */
  readonly batches: readonly (ProgrammeBatch & { readonly shape: BatchShape })[];
  readonly rules: Pick<ProgrammeRules, 'inFlight' | 'leadMs' | 'freezes'>;
  readonly seats: ForecastSeats;
  /** How batches stand that have begun; none before the programme runs. */
  readonly turns: readonly Turn[];
}

/** When a batch begins and lands, and what it began after. Instants in ms. */
export interface Slot {
  readonly name: string;
  readonly begins: number;
  readonly lands: number;
  readonly began: 'before' | 'at once' | 'a dependency' | 'a batch in flight' | 'a freeze' | 'its lead';
  /** The batch it waited for. */
  readonly of: string | null;
}

export interface ProgrammeForecast {
  readonly batches: readonly (BatchForecast & {
    readonly begins: number;
    readonly p50At: number;
    readonly p90At: number;
  })[];
  readonly p50At: number;
  readonly p90At: number;
  /** From the first batch to the one that ends last: each waited for the one before it. */
  readonly critical: readonly Slot[];
  /** Along the critical path. */
  readonly split: Split;
  readonly why: readonly string[];
}

interface Cause {
  readonly at: number;
  readonly began: Slot['began'];
  readonly of: string | null;
}

const latest = (causes: readonly Cause[]): Cause => causes.reduce((most, one) => (one.at > most.at ? one : most));

/** Lays the batches out one after the other, as the programme itself would begin them. */
const layOut = (p: ProgrammeShape, now: number, lasts: (name: string, begins: number) => number): readonly Slot[] => {
  const slots: Slot[] = [];
  const turnOf = (name: string): Turn | undefined => p.turns.find((turn) => turn.name === name);
  for (const { name } of p.batches) {
    const turn = turnOf(name);
    if (!turn || turn.begunAt === null) continue;
    const lands = turn.landedAt ?? Math.max(now, turn.begunAt + lasts(name, turn.begunAt));
    slots.push({ name, begins: turn.begunAt, lands, began: 'before', of: null });
  }
  const left = p.batches.filter(({ name }) => !slots.some((slot) => slot.name === name));
  while (left.length > 0) {
    const ways = left.flatMap((batch) => {
      const after = batch.after.map((name) => slots.find((slot) => slot.name === name));
      if (after.some((slot) => slot === undefined)) return [];
      const causes: Cause[] = [{ at: now, began: 'at once', of: null }];
      for (const slot of after) if (slot) causes.push({ at: slot.lands, began: 'a dependency', of: slot.name });
      const from = beginsFrom(batch, p.rules.leadMs);
      if (from !== null) causes.push({ at: from, began: 'its lead', of: null });
      return [{ batch, cause: latest(causes) }];
    });
    // Nothing can begin where dependencies lead round; the reader of the plan lets none such through.
    if (ways.length === 0) break;
    const flying = slots.filter(({ lands }) => lands > now).sort((a, b) => b.lands - a.lands);
    const freeing = flying[p.rules.inFlight - 1] ?? null;
    const seat: Cause = freeing
      ? { at: freeing.lands, began: 'a batch in flight', of: freeing.name }
      : { at: now, began: 'at once', of: null };
    // The first that could use the seat when it comes; else the one that can begin soonest.
    const able = ways.filter(({ cause }) => cause.at <= seat.at);
    const chosen = able[0] ?? ways.reduce((soonest, one) => (one.cause.at < soonest.cause.at ? one : soonest));
    const cause = latest([chosen.cause, seat]);
    const thawed = frozenUntil(p.rules.freezes, cause.at);
    const begins = thawed ?? cause.at;
    slots.push({
      name: chosen.batch.name,
      begins,
      lands: begins + lasts(chosen.batch.name, begins),
      began: thawed === null ? cause.began : 'a freeze',
      of: cause.of,
    });
    left.splice(left.indexOf(chosen.batch), 1);
  }
  return slots;
};

const pathOf = (slots: readonly Slot[]): readonly Slot[] => {
  let at = slots.reduce<Slot | undefined>((last, slot) => (!last || slot.lands > last.lands ? slot : last), undefined);
  const path: Slot[] = [];
  while (at && !path.includes(at)) {
    path.unshift(at);
    const { of } = at;
    at = of === null ? undefined : slots.find(({ name }) => name === of);
  }
  return path;
};

const KEYS = ['machine', 'human', 'window', 'queue'] as const;

/** When each batch and all of them have landed, and what decides it. P90 takes each batch at its own P90: nobody is lucky twice. */
export const forecastProgramme = (p: ProgrammeShape, observed: Observed, now: number): ProgrammeForecast => {
  const shapes = new Map(p.batches.map(({ name, shape }) => [name, shape]));
  const made = new Map<string, BatchForecast>();
  const forecast = (name: string, begins: number): BatchForecast | null => {
    const shape = shapes.get(name);
    return shape ? forecastBatch(shape, p.seats, observed, begins) : null;
  };
  const likely = layOut(p, now, (name, begins) => {
    const one = forecast(name, begins);
    if (one) made.set(name, one);
    return one?.p50 ?? 0;
  });
  const late = layOut(p, now, (name, begins) => forecast(name, begins)?.p90 ?? 0);
  const critical = pathOf(likely);
  const onPath = critical.flatMap(({ name }) => made.get(name) ?? []);
  const total = (key: keyof Split): number => onPath.reduce((sum, { split }) => sum + split[key], 0);
  const [machine = 0, human = 0, window = 0, queue = 0] = KEYS.map(total);
  return {
    batches: likely.flatMap(({ name, begins, lands }) => {
      const one = made.get(name);
      const p90At = late.find((slot) => slot.name === name)?.lands ?? lands;
      return one ? [{ ...one, begins, p50At: lands, p90At: Math.max(lands, p90At) }] : [];
    }),
    p50At: Math.max(now, ...likely.map(({ lands }) => lands)),
    p90At: Math.max(now, ...late.map(({ lands }) => lands)),
    critical,
    split: { machine, human, window, queue },
    why: [...new Set(onPath.flatMap(({ why }) => why))],
  };
};
