/** Leases on what is scarce. Pure: a table in, a table out. */

import type { Address } from './address.ts';

/**
 * What a journey takes leases for, in the order it takes them: who waits for an earlier one neither holds nor blocks a later one, so
 * that nobody sits on what another one needs to go on.
 *
 * - `staging`  room for its copy on the staging host, until the staged VM is observed gone
 * - `copy`     one operation at the mover instance that copies it, until the copy is ready
 * - `cutOver`  one of the cut-overs in flight, from the window to the passed checks
 */
export const PURPOSES = ['staging', 'copy', 'cutOver'] as const;
export type Purpose = (typeof PURPOSES)[number];

const MOVER = 'moverOperations:';
/** A mover's operations are counted at each instance: `moverOperations:veeam@vbr01`. */
export type Resource = 'stagingBytes' | 'stagingSeats' | 'cutovers' | `${typeof MOVER}${string}`;
/** How much of each resource; bytes, or a number of seats. */
export type Amounts = { readonly [R in Resource]?: number };

export const operationsAt = (queue: string): Resource => `${MOVER}${queue}`;
/** `veeam@vbr01` of a mover's operations, else null. */
export const moverOf = (resource: string): string | null =>
  resource.startsWith(MOVER) && resource.length > MOVER.length ? resource.slice(MOVER.length) : null;

/** What is not named has no limit: tables and signals of earlier versions name only staging. */
export interface Limits {
  readonly stagingBytes: number;
  readonly stagingSeats: number;
  /** At each mover instance. */
  readonly moverOperations?: number;
  readonly cutovers?: number;
}

/** Where what a lease is for would be seen standing: the staged VM on its host. */
export interface Stand {
  readonly at: Address;
  /** Identity of the journey: the VM's id on its first platform. */
  readonly journey: string;
  /** The landing's name there. */
  readonly name: string;
}

export interface Ask {
  readonly purpose: Purpose;
  readonly amounts: Amounts;
  /** None: nobody can say whether it is gone, so an orphan stays until its holder or a person gives it back. */
  readonly stands?: readonly Stand[];
}

/** Each purpose is granted on its own; asking again for one that stands changes nothing but brings an orphan back to its holder. */
export interface LeaseRequest {
  /** Workflow id of who asks. */
  readonly holder: string;
  /** What people call it. */
  readonly name?: string;
  readonly asks: readonly Ask[];
}

/** What one holder asks for, or gives back. */
export type Trade = LeaseRequest | { readonly holder: string; readonly purposes: readonly Purpose[] };

export interface Waiter extends Ask {
  readonly holder: string;
  readonly name?: string;
  /** When its holder last asked, ms. */
  readonly askedAt: number;
}

export interface Lease extends Waiter {
  readonly grantedAt: number;
  /** Since when its holder is known to have ended. What it is for may stand still, so it counts. */
  readonly orphanedAt?: number;
}

export interface LeaseTable {
  readonly limits: Limits;
  readonly held: readonly Lease[];
  /** In the order they came. */
  readonly waiting: readonly Waiter[];
  /** Absent in what an earlier version carried over: then nobody looks for holders that have ended. */
  readonly reconcileMs?: number;
}

/** What came of a change: the table after it, and the leases that it granted. */
export interface Served {
  readonly table: LeaseTable;
  readonly granted: readonly Lease[];
}

type Known = { readonly holder: string; readonly purpose: Purpose };
export const isSame = (one: Known, other: Known): boolean =>
  one.holder === other.holder && one.purpose === other.purpose;

/** `reconcileMs`: pause between two looks for holders that have ended. */
export type Rules = Limits & { readonly reconcileMs?: number };

export const limitOf = ({ limits }: LeaseTable, resource: Resource): number => {
  if (resource === 'stagingBytes' || resource === 'stagingSeats') return limits[resource];
  return (resource === 'cutovers' ? limits.cutovers : limits.moverOperations) ?? Number.POSITIVE_INFINITY;
};

export const used = (table: LeaseTable, resource: Resource): number =>
  table.held.reduce((sum, lease) => sum + (lease.amounts[resource] ?? 0), 0);

/** The resources it takes some of. */
export const needs = (amounts: Amounts): readonly Resource[] =>
  (Object.keys(amounts) as Resource[]).filter((resource) => (amounts[resource] ?? 0) > 0);

export const fits = (table: LeaseTable, amounts: Amounts): boolean =>
  needs(amounts).every((r) => used(table, r) + (amounts[r] ?? 0) <= limitOf(table, r));

/** A request that can never be granted names the limit it breaks. */
export const neverFits = (table: LeaseTable, amounts: Amounts): string | null => {
  const over = needs(amounts).find((r) => (amounts[r] ?? 0) > limitOf(table, r));
  return over ? `${over}: ${amounts[over]} asked, ${limitOf(table, over)} in all` : null;
};

const rankOf = ({ purpose }: Waiter): number => PURPOSES.indexOf(purpose);

/** Whose turn can come: nothing that its holder takes before it is still waited for, and the house is big enough for it. */
const turnsIn = (table: LeaseTable): ((one: Waiter) => boolean) => {
  const earliest = new Map<string, number>();
  for (const one of table.waiting)
    earliest.set(one.holder, Math.min(rankOf(one), earliest.get(one.holder) ?? rankOf(one)));
  return (one) => earliest.get(one.holder) === rankOf(one) && neverFits(table, one.amounts) === null;
};

export const isDue = (table: LeaseTable, waiter: Waiter): boolean => turnsIn(table)(waiter);

/** The first whose turn it is: it fits, and nobody before it waits for any of what it needs. */
const nextOf = (table: LeaseTable): Waiter | undefined => {
  const waitedFor = new Set<Resource>();
  for (const waiter of table.waiting.filter(turnsIn(table))) {
    const wanted = needs(waiter.amounts);
    if (fits(table, waiter.amounts) && !wanted.some((r) => waitedFor.has(r))) return waiter;
    for (const resource of wanted) waitedFor.add(resource);
  }
  return undefined;
};

const serve = (table: LeaseTable, now: number): Served => {
  const granted: Lease[] = [];
  let next = table;
  for (let head = nextOf(next); head; head = nextOf(next)) {
    const lease = { ...head, grantedAt: now };
    granted.push(lease);
    next = { ...next, held: [...next.held, lease], waiting: next.waiting.filter((one) => !isSame(one, lease)) };
  }
  return { table: next, granted };
};

const moverIn = (amounts: Amounts): string | null => needs(amounts).map(moverOf).find(Boolean) ?? null;

/** A holder that has its lease is granted again, so a lost answer is only a repeat. One that turned to another mover begins anew. */
export const request = (table: LeaseTable, { holder, name, asks }: LeaseRequest, now: number): Served => {
  const mine = PURPOSES.flatMap((purpose) => asks.find((ask) => ask.purpose === purpose) ?? []);
  const asked = mine.map((ask): Waiter => ({ ...ask, holder, ...(name === undefined ? {} : { name }), askedAt: now }));
  const again = (one: Waiter): Waiter | undefined =>
    asked.find((ask) => isSame(ask, one) && moverIn(ask.amounts) === moverIn(one.amounts));
  const other = (one: Waiter): boolean => asked.some((ask) => isSame(ask, one)) && !again(one);

  const held = table.held
    .filter((one) => !other(one))
    .map(({ orphanedAt, ...lease }) => {
      const ask = again(lease);
      if (ask) return { ...lease, ...ask, amounts: lease.amounts };
      return orphanedAt === undefined ? lease : { ...lease, orphanedAt };
    });
  const waiting = table.waiting
    .filter((one) => !other(one))
    .map((one) => ({ ...one, ...again(one), amounts: one.amounts }));
  const fresh = asked.filter((ask) => ![...held, ...waiting].some((one) => isSame(one, ask)));
  const served = serve({ ...table, held, waiting: [...waiting, ...fresh] }, now);
  return {
    table: served.table,
    granted: [...held.filter((one) => asked.some((ask) => isSame(ask, one))), ...served.granted],
  };
};

/** Gives leases back, and places in the line. */
export const release = (
  table: LeaseTable,
  holder: string,
  now: number,
  purposes: readonly Purpose[] = PURPOSES,
): Served => {
  const stays = (one: Waiter): boolean => one.holder !== holder || !purposes.includes(one.purpose);
  return serve({ ...table, held: table.held.filter(stays), waiting: table.waiting.filter(stays) }, now);
};

/** What is held stays held; who waits may now fit. */
export const setRules = (table: LeaseTable, { reconcileMs, ...limits }: Rules, now: number): Served =>
  serve(
    { ...table, limits: { ...table.limits, ...limits }, ...(reconcileMs === undefined ? {} : { reconcileMs }) },
    now,
  );

/**
 * These holders were seen to have ended at `seenAt`: their leases are orphans, their places in the line are free. Who has asked since
 * is another life of the same holder.
 */
export const orphan = (table: LeaseTable, ended: readonly string[], seenAt: number, now: number): Served => {
  const gone = ({ holder, askedAt }: Waiter): boolean => ended.includes(holder) && askedAt < seenAt;
  const held = table.held.map((lease) =>
    gone(lease) && lease.orphanedAt === undefined ? { ...lease, orphanedAt: now } : lease,
  );
  return serve({ ...table, held, waiting: table.waiting.filter((one) => !gone(one)) }, now);
};

/** What these leases are for was observed gone; those whose holder has come back meanwhile stay. */
export const observedGone = (table: LeaseTable, gone: readonly Known[], now: number): Served => {
  const isGone = (lease: Lease): boolean => lease.orphanedAt !== undefined && gone.some((one) => isSame(one, lease));
  return serve({ ...table, held: table.held.filter((lease) => !isGone(lease)) }, now);
};

/** The same line: whoever needs some of the same. 1 is next; 0 when it does not wait. */
export const placeOf = (table: LeaseTable, holder: string, purpose: Purpose): number => {
  const me = table.waiting.find((one) => isSame(one, { holder, purpose }));
  if (!me) return 0;
  const line = table.waiting.filter((one) => needs(one.amounts).some((r) => (me.amounts[r] ?? 0) > 0));
  return line.indexOf(me) + 1;
};

/** A table carried over from a version that knew only staging. */
export const tableFrom = (carried: LeaseTable): LeaseTable => {
  const grown = <T extends Waiter>(one: T): T => ({
    ...one,
    purpose: one.purpose ?? 'staging',
    askedAt: one.askedAt ?? 0,
  });
  return { ...carried, held: carried.held.map(grown), waiting: carried.waiting.map(grown) };
};
