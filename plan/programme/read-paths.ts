import { type Address, CONTRACT, type MoverProduct, type PlatformProduct, queueOf } from '../../domain/address.ts';
import type { Estate } from '../../domain/estate.ts';
import type { PathHop, Settings } from '../../domain/plan.ts';
import type { WrittenPlan } from '../schema.ts';
import { instead } from '../text/nearest.ts';
import { instancesOf, queueAmong, queuesOf } from './estate-instances.ts';
import { beyondMovers, moverSettings } from './mover-settings.ts';
import type { PlanFile } from './plan-file.ts';

type WrittenHop = WrittenPlan['paths'][string][number];
type At = readonly PropertyKey[];

const PLATFORMS: readonly PlatformProduct[] = ['ahv', 'hyper-v', 'azure-local'];
const MOVERS: readonly MoverProduct[] = ['veeam', 'azure-migrate'];

const readAddress = <P extends PlatformProduct | MoverProduct>(
  file: PlanFile,
  estate: Estate,
  at: At,
  written: string,
  products: readonly P[],
): Address<P> | null => {
  const found = queueAmong(written, products);
  if (!found)
    return file.no(at, `"${written}" does not belong here`, instead(written, queuesOf(estate, products), 'instances'));
  const { product, instance } = found;
  const instances = instancesOf(estate, product);
  if (!instances.includes(instance))
    return file.no(
      at,
      `estate.${product} has no instance "${instance}"`,
      instead(instance, instances, `instances of ${product}`),
    );
  return { ...found, contract: CONTRACT };
};

const readGuests = (file: PlanFile, estate: Estate, at: At, guests: PathHop['guests']): PathHop['guests'] | null => {
  const known = Object.keys(estate.guest);
  const missing = (['source', 'target'] as const).filter((side) => !known.includes(guests[side]));
  for (const side of missing) {
    file.no(
      [...at, side],
      `estate.guest has no instance "${guests[side]}"`,
      instead(guests[side], known, 'instances of guest'),
    );
  }
  return missing.length === 0 ? guests : null;
};

const readSettings = (file: PlanFile, mover: MoverProduct, at: At, settings: Settings): Settings | null => {
  const beyond = beyondMovers[mover];
  const refused = Object.keys(settings).filter((key) => key in beyond);
  for (const key of refused) file.no([...at, key], beyond[key]?.message ?? '', beyond[key]?.fix ?? '');
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => !refused.includes(key)));
  return file.read(moverSettings[mover], rest, at) && refused.length === 0 ? settings : null;
};

/** An Azure Migrate project lands on one Azure Local instance only: its own target. */
const landsElsewhere = (
  written: WrittenPlan,
  hop: WrittenHop,
  mover: Address<MoverProduct>,
  to: Address<PlatformProduct>,
): string | null => {
  if (mover.product !== 'azure-migrate') return null;
  const target = queueOf({
    product: 'azure-local',
    instance: written.estate['azure-migrate'][mover.instance]?.target ?? '',
  });
  return target === queueOf(to) ? null : `${hop.mover} lands on ${target}, not on ${hop.to}`;
};

const readHop = (file: PlanFile, written: WrittenPlan, estate: Estate, at: At, hop: WrittenHop): PathHop | null => {
  const from = readAddress(file, estate, [...at, 'from'], hop.from, PLATFORMS);
  const mover = readAddress(file, estate, [...at, 'mover'], hop.mover, MOVERS);
  const to = readAddress(file, estate, [...at, 'to'], hop.to, PLATFORMS);
  const guests = readGuests(file, estate, [...at, 'guests'], hop.guests);
  const settings = mover && readSettings(file, mover.product, [...at, 'settings'], hop.settings);
  if (!from || !mover || !to || !guests || !settings) return null;

  if (queueOf(from) === queueOf(to))
    return file.no([...at, 'to'], `The hop ends where it begins, on ${hop.to}`, 'Name the platform the VM arrives on.');
  const elsewhere = landsElsewhere(written, hop, mover, to);
  if (elsewhere)
    return file.no([...at, 'to'], elsewhere, 'Write its own target here, or name another project as mover.');
  return { from, mover, to, settings, guests, ...(hop.unproven ? { unproven: hop.unproven } : {}) };
};

const checkJoins = (file: PlanFile, at: At, hops: readonly (PathHop | null)[]): void => {
  for (const [index, hop] of hops.entries()) {
    const before = hops[index - 1];
    if (!hop || !before || queueOf(before.to) === queueOf(hop.from)) continue;
    const arrives = queueOf(before.to);
    file.no(
      [...at, index, 'from'],
      `Hop ${index + 1} begins on ${queueOf(hop.from)}, but hop ${index} ends on ${arrives}`,
      `Write ${arrives}.`,
    );
  }
};

/** A hop that was refused is null: its path is still known by name and length, so that rows of vms.csv can be read. */
export type ReadPaths = ReadonlyMap<string, readonly (PathHop | null)[]>;

export const readPaths = (file: PlanFile, written: WrittenPlan, estate: Estate): ReadPaths => {
  const paths = new Map<string, readonly (PathHop | null)[]>();
  for (const [name, hops] of Object.entries(written.paths)) {
    const at = ['paths', name];
    const read = hops.map((hop, index) => readHop(file, written, estate, [...at, index], hop));
    checkJoins(file, at, read);
    paths.set(name, read);
  }
  return paths;
};
