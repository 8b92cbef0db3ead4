/** What the lease table says to people, and what it makes of what people say. */

import {
  fits,
  isDue,
  isSame,
  type LeaseRequest,
  type LeaseTable,
  limitOf,
  moverOf,
  needs,
  neverFits,
  PURPOSES,
  type Purpose,
  placeOf,
  type Resource,
  type Rules,
  type Stand,
  used,
  type Waiter,
} from './capacity.ts';
import { isInstant } from './instant.ts';
import { isId, isName, MOST_SAID } from './said.ts';

/** One that waits: its place in its line, and what it waits for. */
export interface Waiting {
  readonly holder: string;
  readonly purpose: Purpose;
  readonly place: number;
  readonly why: string;
}

const GIB = 2 ** 30;
const sizeText = (bytes: number): string => `${Math.ceil(bytes / GIB)} GB`;

const ordinal = (n: number): string => {
  const last = n % 10;
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen || last === 0 || last > 3 ? 'th' : ['st', 'nd', 'rd'][last - 1]}`;
};

/** `a copy at veeam@vbr01` */
const lineText = ({ purpose, amounts }: Waiter): string => {
  const at = needs(amounts).map(moverOf).find(Boolean);
  return { staging: 'staging', copy: `a copy at ${at ?? 'its mover'}`, cutOver: 'a cut-over' }[purpose];
};

const stateText = (table: LeaseTable, resource: Resource, asked: number): string => {
  const limit = limitOf(table, resource);
  const free = Math.max(0, limit - used(table, resource));
  return resource === 'stagingBytes'
    ? `${sizeText(asked)} asked, ${sizeText(free)} free`
    : `${free} of ${limit} seats free, needs ${asked}`;
};

const SHOWN = 3;

const holdersText = (table: LeaseTable, me: Waiter): string => {
  const others = table.held
    .filter(({ amounts }) => needs(amounts).some((r) => (me.amounts[r] ?? 0) > 0))
    .map(({ name, holder, orphanedAt }) => `${name ?? holder}${orphanedAt === undefined ? '' : ' (ended)'}`);
  if (others.length === 0) return '';
  const more = others.length - SHOWN;
  return `; held by ${others.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const whyOf = (table: LeaseTable, me: Waiter): string => {
  const line = lineText(me);
  const never = neverFits(table, me.amounts);
  if (never) return `too big for ${line} as the limits are now: ${never}`;
  const place = ordinal(placeOf(table, me.holder, me.purpose));
  if (!isDue(table, me)) return `${place} in line for ${line}, when what comes before it is granted`;
  const states = [...needs(me.amounts)]
    .sort()
    .reverse()
    .map((r) => stateText(table, r, me.amounts[r] ?? 0));
  const behind = fits(table, me.amounts) ? '; it would fit, and waits for those who came before' : '';
  return `${place} in line for ${line}: ${states.join('; ')}${holdersText(table, me)}${behind}`;
};

/** Everyone who waits, or those of one holder, in the order they came. */
export const waitingIn = (table: LeaseTable, holder?: string): readonly Waiting[] =>
  table.waiting
    .filter((one) => holder === undefined || one.holder === holder)
    .map((one) => ({
      holder: one.holder,
      purpose: one.purpose,
      place: placeOf(table, one.holder, one.purpose),
      why: whyOf(table, one),
    }));

const isAmount = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const isAbsentOr = (holds: (value: unknown) => boolean, value: unknown): boolean => value === undefined || holds(value);

/** Whether what came are limits, and maybe the pause between two looks; a signal may be anything. */
export const isRules = (came: unknown): came is Rules => {
  const { stagingBytes, stagingSeats, moverOperations, cutovers, reconcileMs } = (came ?? {}) as Record<
    string,
    unknown
  >;
  return (
    isAmount(stagingBytes) &&
    isAmount(stagingSeats) &&
    isAbsentOr(isAmount, moverOperations) &&
    isAbsentOr(isAmount, cutovers) &&
    isAbsentOr((value) => isInstant(value) && value !== 0, reconcileMs)
  );
};

/** The purposes a message names; all where it names none, and null where it names something else. */
export const purposesIn = (came: unknown): readonly Purpose[] | null => {
  if (came === undefined || came === null) return PURPOSES;
  return Array.isArray(came) && came.every((one) => PURPOSES.includes(one as Purpose)) ? (came as Purpose[]) : null;
};

const isResource = (key: string): boolean =>
  key === 'stagingBytes' || key === 'stagingSeats' || key === 'cutovers' || moverOf(key) !== null;

const isStand = (came: unknown): boolean => {
  const { at, journey, name } = (came ?? {}) as { at?: Partial<Stand['at']> | null; journey?: unknown; name?: unknown };
  return [at?.product, at?.instance].every(isName) && [journey, name].every(isId);
};

const isAsk = (came: unknown): boolean => {
  const { purpose, amounts, stands } = (came ?? {}) as { purpose?: unknown; amounts?: unknown; stands?: unknown };
  if (!PURPOSES.includes(purpose as Purpose) || typeof amounts !== 'object' || amounts === null) return false;
  if (!isAbsentOr((some) => Array.isArray(some) && some.every(isStand), stands)) return false;
  return Object.entries(amounts).every(([key, value]) => isResource(key) && isAmount(value));
};

const isRequest = (came: unknown): came is LeaseRequest => {
  const { holder, name, asks } = (came ?? {}) as { holder?: unknown; name?: unknown; asks?: unknown };
  if (!isAbsentOr((text) => typeof text === 'string' && text.length <= MOST_SAID, name)) return false;
  return isId(holder) && Array.isArray(asks) && asks.length > 0 && asks.every(isAsk);
};

/** Why what came is refused, or null. Who holds or waits already may ask again. */
export const refuseRequest = (table: LeaseTable, came: unknown): string | null => {
  if (!isRequest(came)) return 'A request names its holder, what it is for, and how much of what it needs.';
  const known = ({ purpose }: { purpose: Purpose }): boolean =>
    [...table.held, ...table.waiting].some((one) => isSame(one, { holder: came.holder, purpose }));
  const over = came.asks.find((ask) => !known(ask) && neverFits(table, ask.amounts));
  return over ? `It would never fit: ${neverFits(table, over.amounts)}.` : null;
};
