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

/** Who is served next: what is too big for the whole house waits for other limits, and nobody waits for it. */
const headOf = (table: LeaseTable): LeaseRequest | undefined =>
  table.waiting.find(({ amounts }) => neverFits(table, amounts) === null);

/** Grants from the head of the line as long as it fits. */
const serve = (table: LeaseTable, now: number): { table: LeaseTable; granted: readonly Lease[] } => {
  const granted: Lease[] = [];
  let next = table;
  for (let head = headOf(next); head && fits(next, head.amounts); head = headOf(next)) {
    const { holder } = head;
    const lease = { ...head, grantedAt: now };
    granted.push(lease);
    next = { ...next, held: [...next.held, lease], waiting: next.waiting.filter((one) => one.holder !== holder) };
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

const isAmount = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** Whether what came are limits; a signal may be anything. */
export const isLimits = (limits: unknown): limits is LeaseTable['limits'] =>
  RESOURCES.every((r) => isAmount((limits as LeaseTable['limits'] | undefined)?.[r]));

/** Why a request is refused, or null. Who holds or waits already may ask again. */
export const refuseRequest = (table: LeaseTable, ask: LeaseRequest): string | null => {
  const { holder, amounts } = (ask ?? {}) as Partial<LeaseRequest>;
  if (!holder || !amounts || !Object.values(amounts).every(isAmount))
    return 'A request names its holder and how much of what it needs.';
  const known = [...table.held, ...table.waiting].some((one) => one.holder === holder);
  const over = known ? null : neverFits(table, amounts);
  return over && `It would never fit: ${over}.`;
};

/** A request that can never be granted names the limit it breaks. */
export const neverFits = (table: LeaseTable, amounts: Amounts): string | null => {
  const over = RESOURCES.find((r) => (amounts[r] ?? 0) > table.limits[r]);
  return over ? `${over}: ${amounts[over]} asked, ${table.limits[over]} in all` : null;
};
