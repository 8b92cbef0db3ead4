/** Leases on what is scarce. Pure: a table in, a table out. */

export const RESOURCES = ['stagingBytes', 'stagingSeats'] as const;
export type Resource = (typeof RESOURCES)[number];

export type Amounts = Readonly<Partial<Record<Resource, number>>>;

export interface LeaseRequest {
  /** Workflow id of who asks; asking again with the same id changes nothing. */
  readonly holder: string;
  readonly amounts: Amounts;
}

export interface Lease extends LeaseRequest {
  readonly grantedAt: number;
}

export interface LeaseTable {
  readonly limits: Readonly<Record<Resource, number>>;
  readonly held: readonly Lease[];
  /** First come, first served: a big request is not overtaken by small ones. */
  readonly waiting: readonly LeaseRequest[];
}

export const used = (table: LeaseTable, resource: Resource): number =>
  table.held.reduce((sum, lease) => sum + (lease.amounts[resource] ?? 0), 0);

const fits = (table: LeaseTable, amounts: Amounts): boolean =>
  RESOURCES.every((r) => used(table, r) + (amounts[r] ?? 0) <= table.limits[r]);

/** Grants from the head of the line as long as it fits. */
const serve = (table: LeaseTable, now: number): { table: LeaseTable; granted: readonly Lease[] } => {
  const granted: Lease[] = [];
  let next = table;
  for (let head = next.waiting[0]; head && fits(next, head.amounts); head = next.waiting[0]) {
    const lease = { ...head, grantedAt: now };
    granted.push(lease);
    next = { ...next, held: [...next.held, lease], waiting: next.waiting.slice(1) };
  }
  return { table: next, granted };
};

/** A holder that has its lease is granted again, so a lost answer is only a repeat. */
export const request = (
  table: LeaseTable,
  ask: LeaseRequest,
  now: number,
): { table: LeaseTable; granted: readonly Lease[] } => {
  const has = table.held.find((l) => l.holder === ask.holder);
  if (has) return { table, granted: [has] };
  if (table.waiting.some((w) => w.holder === ask.holder)) return { table, granted: [] };
  return serve({ ...table, waiting: [...table.waiting, ask] }, now);
};

export const release = (
  table: LeaseTable,
  holder: string,
  now: number,
): { table: LeaseTable; granted: readonly Lease[] } =>
  serve(
    {
      ...table,
      held: table.held.filter((l) => l.holder !== holder),
      waiting: table.waiting.filter((w) => w.holder !== holder),
    },
    now,
  );

/** 1 is next; 0 when it does not wait. */
export const placeOf = (table: LeaseTable, holder: string): number =>
  table.waiting.findIndex((w) => w.holder === holder) + 1;

/** A request that can never be granted names the limit it breaks. */
export const neverFits = (table: LeaseTable, amounts: Amounts): string | null => {
  const over = RESOURCES.find((r) => (amounts[r] ?? 0) > table.limits[r]);
  return over ? `${over}: ${amounts[over]} asked, ${table.limits[over]} in all` : null;
};
