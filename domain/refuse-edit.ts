import { isObject, isText } from './edit-shapes.ts';
import type { HopRecord } from './hop-record.ts';
import { isInstant } from './instant.ts';
import type { HopEdit, JourneyEdit } from './journey-edit.ts';
import type { Landing } from './landing.ts';
import type { Phase } from './phase.ts';
import type { HopOrder } from './plan.ts';
import { isName } from './said.ts';
import { typed } from './typed.ts';

/** Where a journey stands, as far as its edits are concerned. */
export interface Edited {
  readonly orders: readonly HopOrder[];
  readonly hops: readonly HopRecord[];
  /** Hops whose cut-over has not begun. */
  readonly editable: readonly number[];
  /** How many disks and adapters the source has; null before it was read. */
  readonly source: { readonly disks: number; readonly nics: number } | null;
  readonly groups?: readonly string[];
  readonly now: number;
}

/**
 * The predecessor may be stopped from here on. A mover that switches takes its own restart away first: that stops nothing.
 */
export const hasBegun = (hop: HopRecord): boolean =>
  hop.cutOver !== 'none' || (hop.kind !== 'switch' && hop.fence !== 'none');

const isWhole = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
const isIp = (value: unknown): boolean =>
  typeof value === 'string' && /^(\d{1,3}\.){3}\d{1,3}$/.test(value) && value.split('.').every((part) => +part < 256);

/** Every verb of a hop is sent what the hop is to do; the server ends a journey that sends too much. */
const MOST_OF_HOP = 200_000;

const SHAPE = 'An edit is {"hops": [{"n": 1, "landing"?: {…}, "window"?: {…} or null, "settings"?: {…}}]}.';

const refuseAddress = (address: unknown): boolean => {
  if (address === 'keep' || address === 'dhcp') return false;
  if (!isObject(address)) return true;
  const { ip, prefix, gateway, dns } = address;
  return !(
    isIp(ip) &&
    isWhole(prefix, 1, 32) &&
    (gateway === null || isIp(gateway)) &&
    Array.isArray(dns) &&
    dns.every(isIp)
  );
};

const refuseSources = (what: string, listed: unknown, there: number | undefined): string | null => {
  if (!Array.isArray(listed) || !listed.every((each) => isObject(each) && isWhole(each.source, 0, 255)))
    return `${what} are a list, each with the "source" it is of, counted from 0.`;
  const sources = listed.map((each) => each.source as number);
  const beyond = there === undefined ? undefined : sources.find((source) => source >= there);
  if (beyond !== undefined)
    return `${what}: there is no ${beyond} on the source, which has ${there}. They are counted from 0.`;
  return new Set(sources).size < sources.length ? `${what}: one source stands twice.` : null;
};

const refuseNics = (nics: unknown, there: number | undefined): string | null => {
  const wrong = refuseSources('nics', nics, there);
  if (wrong) return wrong;
  for (const nic of nics as readonly Readonly<Record<string, unknown>>[]) {
    if (!isText(nic.network)) return `nic ${nic.source}: "network" is the name of the target's network.`;
    if (nic.vlan !== null && !isWhole(nic.vlan, 1, 4094)) return `nic ${nic.source}: "vlan" is 1 to 4094, or null.`;
    if (refuseAddress(nic.address))
      return `nic ${nic.source}: "address" is "keep", "dhcp" or {"ip", "prefix", "gateway", "dns"} of IPv4.`;
  }
  return null;
};

const refuseDisks = (disks: unknown, there: number | undefined): string | null => {
  const wrong = refuseSources('disks', disks, there);
  if (wrong) return wrong;
  const bad = (disks as readonly Readonly<Record<string, unknown>>[]).find(
    ({ storagePath }) => storagePath !== null && !isText(storagePath),
  );
  return bad ? `disk ${bad.source}: "storagePath" is a path, or null for the landing's own.` : null;
};

/** Per part of a landing: what is wrong with what was typed, or null. */
const PARTS: Readonly<Record<keyof Landing, (value: unknown, at: Edited, before: Landing) => string | null>> = {
  name: (value, _, before) =>
    value === before.name
      ? null
      : `The name was checked against every other VM of the plan and stays ${before.name}. Eject it, change the plan and start it again.`,
  cpus: (value) => (isWhole(value, 1, 2048) ? null : '"cpus" is a whole number from 1.'),
  memoryMb: (value) => (isWhole(value, 128, 2 ** 26) ? null : '"memoryMb" is a whole number of megabytes from 128.'),
  generation: (value) => (value === 1 || value === 2 || value === null ? null : '"generation" is 1, 2 or null.'),
  power: (value) => (value === 'on' || value === 'off' ? null : '"power" is "on" or "off".'),
  storagePath: (value) => (isText(value) ? null : '"storagePath" is a path.'),
  nics: (value, { source }) => refuseNics(value, source?.nics),
  disks: (value, { source }) => refuseDisks(value, source?.disks),
};

const refuseLanding = (landing: unknown, at: Edited, before: Landing): string | null => {
  if (!isObject(landing)) return SHAPE;
  for (const [part, value] of Object.entries(landing)) {
    const rule = PARTS[part as keyof Landing];
    if (!Object.hasOwn(PARTS, part) || !rule)
      return `A landing has no ${typed(part)}. It has: ${Object.keys(PARTS).join(', ')}.`;
    const wrong = rule(value, at, before);
    if (wrong) return wrong;
  }
  return null;
};

const refuseWindow = (window: unknown, now: number): string | null => {
  if (window === null) return null;
  const { opensAt, closesAt, abortAt, zone, text, utcText } = isObject(window) ? window : {};
  if (![opensAt, closesAt, abortAt].every((each) => isInstant(each)) || ![zone, text, utcText].every(isName))
    return 'A window is {"opensAt", "abortAt", "closesAt": ms since the epoch, "zone", "text", "utcText"}, or null for any time.';
  const [opens, abort, closes] = [Number(opensAt), Number(abortAt), Number(closesAt)];
  if (!(opens < abort && abort <= closes)) return 'A window opens before its latest abort, and closes after that.';
  return now < abort ? null : `The window ${typed(text)} is past its latest abort. Give it one that lies ahead.`;
};

const refuseSettings = (settings: unknown): string | null =>
  isObject(settings) &&
  Object.values(settings).every((each) => each === null || ['string', 'number', 'boolean'].includes(typeof each))
    ? null
    : '"settings" are {"name": a text, a number, true, false or null}.';

const sizeOf = ({ cpus, memoryMb, generation, storagePath, nics, disks }: Landing): string =>
  JSON.stringify([
    cpus,
    memoryMb,
    generation,
    storagePath,
    disks,
    nics.map(({ source, network }) => [source, network]),
  ]);

/** The hop as it is after its edit. */
export const withEdit = (order: HopOrder, { landing, window, settings }: HopEdit): HopOrder => ({
  ...order,
  landing: { ...order.landing, ...landing },
  ...(window === undefined ? {} : { window }),
  settings: { ...order.settings, ...settings },
});

/** The mover was told at protect what now changes, and takes no other word: its object is removed and made anew. */
export const changesProtected = (order: HopOrder, record: HopRecord, edit: HopEdit): boolean =>
  record.protecting &&
  (record.fixesAtProtect ?? record.kind === 'switch') &&
  sizeOf(order.landing) !== sizeOf(withEdit(order, edit).landing);

const refuseHop = (edit: unknown, at: Edited): string | null => {
  if (!isObject(edit)) return SHAPE;
  const order = at.orders.find((each) => each.n === edit.n);
  const record = at.hops.find((each) => each.n === edit.n);
  if (!order || !record)
    return `The path has no hop ${typed(edit.n)}. It has: ${at.orders.map(({ n }) => n).join(', ')}.`;
  if (!at.editable.includes(order.n))
    return `The cut-over of hop ${order.n} has begun. ${at.editable.length > 0 ? `What may be edited: hop ${at.editable.join(', ')}.` : ''}`;
  const { n: _n, landing, window, settings, ...unknown } = edit;
  const [odd] = Object.keys(unknown);
  if (odd !== undefined) return `${typed(odd)} of a hop cannot be edited: landing, window and settings can.`;
  if (landing === undefined && window === undefined && settings === undefined)
    return `Hop ${order.n}: nothing changes. ${SHAPE}`;
  const wrong =
    (landing === undefined ? null : refuseLanding(landing, at, order.landing)) ??
    (window === undefined ? null : refuseWindow(window, at.now)) ??
    (settings === undefined ? null : refuseSettings(settings));
  if (wrong) return `Hop ${order.n}: ${wrong}`;
  if (JSON.stringify(withEdit(order, edit as unknown as HopEdit)).length > MOST_OF_HOP)
    return `Hop ${order.n}: it would be told to its products in more words than they are sent. Say it shorter.`;
  return record.itemAdopted && changesProtected(order, record, edit as unknown as HopEdit)
    ? `Hop ${order.n}: its replication was there before Tranship, was given its size and network then, and is not ours to remove. Change it in ${order.mover.product}@${order.mover.instance}, or eject the VM, end that replication there and start again.`
    : null;
};

/** Why an edit is refused, or null. It may be anything that a person typed. */
export const refuseEdit = (edit: unknown, at: Edited): string | null => {
  if (!isObject(edit) || !Array.isArray(edit.hops)) return SHAPE;
  if (edit.group !== undefined && !isName(edit.group)) return '"group" is the name of a group of its batch.';
  if (edit.hops.length === 0 && edit.group === undefined) return `Nothing changes. ${SHAPE}`;
  const twice = edit.hops.map((each: unknown) => (isObject(each) ? each.n : each));
  if (new Set(twice).size < twice.length) return 'One hop stands twice in the edit.';
  for (const each of edit.hops) {
    const wrong = refuseHop(each, at);
    if (wrong) return `${wrong} Nothing was changed.`;
  }
  return null;
};

/** How far a journey goes back for an edit: not at all, to its gate, or to the beginning of its hop. */
export type GoesBack = 'gate' | 'hop' | null;

/** `approaching`: the hop that is under way and has not begun its cut-over; null before the first and between hops. */
export const goesBack = (edit: JourneyEdit, approaching: number | null, phase: Phase): GoesBack => {
  const reads = edit.hops.some(({ landing, settings }) => landing !== undefined || settings !== undefined);
  if (phase === 'Checking') return reads ? 'hop' : null;
  if (approaching === null) return null;
  const hop = edit.hops.find(({ n }) => n === approaching);
  if (hop?.landing !== undefined || hop?.settings !== undefined) return 'hop';
  const decided = phase === 'AwaitingCutover' || phase === 'CuttingOver';
  return decided && (hop !== undefined || edit.group !== undefined) ? 'gate' : null;
};
