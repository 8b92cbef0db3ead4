import { freezesAt, frozenUntil, minuteOf, nextFreezeMoment } from './freeze.ts';
import { hasBegun, isInFlight, type ProgrammeBatch, type ProgrammeState, type Turn } from './programme.ts';
import { breachWords } from './stop-wave.ts';

/** Why a batch has not begun. `until`: when that is over by itself. */
interface Why {
  readonly kind: 'note' | 'paused' | 'breach' | 'freeze' | 'dependency' | 'window' | 'inFlight' | 'order';
  readonly text: string;
  readonly until?: number;
}

const hasLanded = ({ status }: Turn): boolean => status === 'holding' || status === 'over';

/** Why nothing new begins in any batch, or none. */
export const haltsOf = (state: ProgrammeState, now: number): readonly Why[] => {
  const until = frozenUntil(state.freezes, now);
  const freezes = freezesAt(state.freezes, now);
  return [
    ...(state.paused
      ? [{ kind: 'paused' as const, text: `${state.paused.by} paused the programme: ${state.paused.why}` }]
      : []),
    ...(state.stopped
      ? [{ kind: 'breach' as const, text: `stop-wave: ${state.stopped.breaches.map(breachWords).join('; ')}` }]
      : []),
    ...(until !== null
      ? [
          {
            kind: 'freeze' as const,
            text: `frozen until ${minuteOf(until)}: ${freezes.map(({ why }) => why).join('; ')}`,
            until,
          },
        ]
      : []),
  ];
};

/** When a batch may begin at the earliest, by its first window; null where nothing holds it back. */
export const beginsFrom = ({ windows }: ProgrammeBatch, leadMs: number | null): number | null => {
  const opens = windows.flatMap((window) => (window ? [window.opensAt] : []));
  return leadMs === null || opens.length === 0 ? null : Math.min(...opens) - leadMs;
};

/** Why this one cannot begin now, were there a seat for it. */
const ownReasons = (state: ProgrammeState, batch: ProgrammeBatch, turn: Turn, now: number): readonly Why[] => {
  const missing = batch.after.filter((name) => !state.turns.some((one) => one.name === name && hasLanded(one)));
  const from = beginsFrom(batch, state.leadMs);
  return [
    ...(turn.note === null ? [] : [{ kind: 'note' as const, text: turn.note }]),
    ...(missing.length === 0
      ? []
      : [{ kind: 'dependency' as const, text: `comes after ${missing.join(', ')}, not landed yet` }]),
    ...(from === null || from <= now
      ? []
      : [
          {
            kind: 'window' as const,
            text: `its first window is far off: it begins from ${minuteOf(from)}`,
            until: from,
          },
        ]),
  ];
};

export interface Turns {
  /** Batches that begin now, in order. */
  readonly begin: readonly string[];
  /** Everyone else that has not begun, with all that holds it back. */
  readonly waits: readonly { readonly name: string; readonly why: readonly Why[] }[];
}

/**
 * Whose turn it is. Seats go to batches in the order of the programme; one that cannot use its seat yet lets those behind it go first.
 */
export const turnsNow = (state: ProgrammeState, now: number): Turns => {
  const halts = haltsOf(state, now);
  const flying = state.turns.filter(isInFlight);
  const begin: string[] = [];
  const waits: { name: string; why: readonly Why[] }[] = [];
  const able: string[] = [];
  for (const batch of state.batches) {
    const turn = state.turns.find(({ name }) => name === batch.name);
    if (!turn || hasBegun(turn)) continue;
    const own = ownReasons(state, batch, turn, now);
    const free = state.inFlight - flying.length - begin.length > 0;
    const busy: readonly Why[] = free
      ? []
      : [
          {
            kind: 'inFlight',
            text: `${state.inFlight} in flight at most: ${[...flying.map(({ name }) => name), ...begin].join(', ')}`,
          },
        ];
    const behind: readonly Why[] =
      able.length === 0 ? [] : [{ kind: 'order', text: `behind ${able.at(-1)} in the order` }];
    if (own.length === 0 && halts.length === 0 && free) begin.push(batch.name);
    else waits.push({ name: batch.name, why: [...own, ...halts, ...(own.length === 0 ? [...busy, ...behind] : [])] });
    if (own.length === 0 && !begin.includes(batch.name)) able.push(batch.name);
  }
  return { begin, waits };
};

/** When something changes by itself: a freeze, or a batch that may begin then. */
export const nextProgrammeMoment = (state: ProgrammeState, now: number): number | null => {
  const begins = state.batches.flatMap((batch) => {
    const turn = state.turns.find(({ name }) => name === batch.name);
    const from = beginsFrom(batch, state.leadMs);
    return turn?.status === 'planned' && from !== null && from > now ? [from] : [];
  });
  const freeze = nextFreezeMoment(state.freezes, now);
  const ahead = [...begins, ...(freeze === null ? [] : [freeze])];
  return ahead.length === 0 ? null : Math.min(...ahead);
};
