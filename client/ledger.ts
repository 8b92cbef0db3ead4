import {
  downSince,
  humanWaitOf,
  type LedgerEntry,
  MARKS,
  type Mark,
  movedOf,
  outageOf,
  totalOutage,
} from '../domain/ledger.ts';
import type { MigrationView } from '../workflows/messages.ts';

/** One hop of one VM. Times are ISO 8601 of its last attempt, durations ms over all attempts, null where there was none. */
export interface HopLedger extends Readonly<Record<Mark, string | null>> {
  readonly hop: number;
  readonly attempts: number;
  readonly outageMs: number | null;
  /** It is down now: its outage goes on. */
  readonly isDown: boolean;
  readonly humanWaitMs: number;
  readonly fullBytes: number | null;
  readonly deltaBytes: number | null;
}

export interface VmLedger {
  readonly programme: string;
  readonly batch: string;
  readonly group: string;
  readonly id: string;
  readonly name: string;
  readonly phase: string;
  readonly hops: readonly HopLedger[];
  readonly outageMs: number;
  readonly budgetMs: number | null;
  readonly isOver: boolean;
  readonly humanWaitMs: number;
  readonly bytes: number | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The entries from the last stop of service on: what the attempt before did is past. */
const lastAttempt = (entries: readonly LedgerEntry[]): readonly LedgerEntry[] => {
  const ends = entries.flatMap(({ mark }, index) => (mark === 'rolledBack' ? [index] : []));
  const before = ends.findLast((index) => index < entries.length - 1);
  return before === undefined ? entries : entries.slice(before + 1);
};

const hopLedger = ({ ledger, gate }: MigrationView, hop: number, now: number): HopLedger => {
  const entries = ledger.entries.filter((one) => one.hop === hop);
  const last = lastAttempt(entries);
  const at = (mark: Mark): string | null => {
    const found = mark === 'stopOfService' ? last.find((e) => e.mark === mark) : last.findLast((e) => e.mark === mark);
    return found ? iso(found.at) : null;
  };
  const waits = { ...ledger, waits: ledger.waits.filter((one) => one.hop === hop) };
  const { full, delta } = movedOf(ledger, hop);
  const turned = entries.filter(({ mark }) => mark === 'rolledBack').length;
  return {
    ...(Object.fromEntries(MARKS.map((mark) => [mark, at(mark)])) as Record<Mark, string | null>),
    hop,
    attempts: entries.length === 0 ? 0 : turned + (last.length > 0 && last.at(-1)?.mark !== 'rolledBack' ? 1 : 0),
    outageMs: outageOf(ledger, hop, now),
    isDown: downSince(ledger, hop) !== null,
    humanWaitMs: humanWaitOf(waits, gate?.hop === hop ? gate.openedAt : undefined, now),
    fullBytes: full,
    deltaBytes: delta,
  };
};

const sum = (counts: readonly (number | null)[]): number | null =>
  counts.every((count) => count === null) ? null : counts.reduce<number>((all, count) => all + (count ?? 0), 0);

/** The times of one VM. Pure. */
export const ledgerOf = (view: MigrationView, now: number): VmLedger => {
  const { programme, batch, group, vm, phase, ledger, hops, gate } = view;
  const told = hops.map(({ n }) => hopLedger(view, n, now));
  const outageMs = totalOutage(ledger, hops.length, now);
  const budgetMs = (view.outageBudgetMs as number | undefined) ?? null;
  return {
    ...{ programme, batch, group, ...vm, phase, hops: told, outageMs, budgetMs },
    isOver: budgetMs !== null && outageMs > budgetMs,
    humanWaitMs: humanWaitOf(ledger, gate?.openedAt, now),
    bytes: sum(told.flatMap(({ fullBytes, deltaBytes }) => [fullBytes, deltaBytes])),
  };
};

/** One row a hop, as a sheet takes it; what is not known is empty. */
export const ledgerRows = (all: readonly VmLedger[]): readonly Readonly<Record<string, string | number>>[] =>
  all.flatMap((vm) =>
    vm.hops.map((hop) => ({
      ...{ programme: vm.programme, batch: vm.batch, group: vm.group, id: vm.id, name: vm.name, phase: vm.phase },
      ...{ hop: hop.hop, attempts: hop.attempts },
      ...Object.fromEntries(MARKS.map((mark) => [mark, hop[mark] ?? ''])),
      ...{ outageMs: hop.outageMs ?? '', outageOfVmMs: vm.outageMs, budgetMs: vm.budgetMs ?? '' },
      ...{ humanWaitMs: hop.humanWaitMs, fullBytes: hop.fullBytes ?? '', deltaBytes: hop.deltaBytes ?? '' },
    })),
  );
