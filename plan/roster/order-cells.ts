import type { Landing, LandingNic } from '../../domain/landing.ts';
import type { JourneyOrder, Smoke } from '../../domain/plan.ts';
import { durationText } from '../text/measures.ts';
import { type HopField, hopColumn } from './columns.ts';
import type { Cells } from './first-sheet.ts';
import type { AnyColumn } from './sheet.ts';

/** What an order says, as the cells of vms.csv that would say it: read again, they give the same order. */

const smokeText = ({ kind, target, expect }: Smoke): string => {
  if (kind === 'none') return '';
  return kind === 'tcp' ? `tcp://${target}` : `${target} expects ${expect}`;
};

const nicText = ({ source, network, vlan, address }: LandingNic): string => {
  const words = [`${source}:${network}`, ...(vlan === null ? [] : [`vlan=${vlan}`])];
  if (typeof address === 'string') return [...words, address].join('/');
  const { ip, prefix, gateway, dns } = address;
  return [
    ...words,
    ip,
    prefix,
    ...(gateway === null ? [] : [`gw=${gateway}`]),
    ...(dns.length === 0 ? [] : [`dns=${dns.join(',')}`]),
  ].join('/');
};

const diskTexts = (disks: Landing['disks']): readonly string[] =>
  disks.flatMap(({ source, storagePath }) => (storagePath === null ? [] : [`${source}:${storagePath}`]));

const landingCells = (landing: Landing): Readonly<Record<HopField, string>> => ({
  name: landing.name,
  cpus: String(landing.cpus),
  memory: String(landing.memoryMb),
  generation: landing.generation === null ? '' : String(landing.generation),
  power: landing.power,
  storage: landing.storagePath,
  nics: landing.nics.length === 0 ? 'none' : landing.nics.map(nicText).join('; '),
  disks: diskTexts(landing.disks).join('; '),
});

/** A VM that is in no sheet under a name of its own bears its id. */
export const orderCells = (order: JourneyOrder): Cells => ({
  id: order.source.id,
  name: order.name,
  batch: order.batch,
  group: order.group,
  owner: order.owner,
  path: order.path,
  os: order.os === 'unknown' ? '' : order.os,
  outage_budget: durationText(order.outageBudgetMs),
  smoke: smokeText(order.smoke),
  serve_while_mounted: order.serveWhileMounted ? 'yes' : 'no',
  adopt_job: String(order.hops.find(({ settings }) => settings.adoptJob)?.settings.adoptJob ?? ''),
  ...Object.fromEntries(
    order.hops.flatMap(({ n, landing }) =>
      Object.entries(landingCells(landing)).map(([field, text]) => [hopColumn(n, field as HopField), text]),
    ),
  ),
});

export interface CellChange {
  readonly column: AnyColumn;
  readonly from: string;
  readonly to: string;
}

/** What differs between two orders of one VM, cell by cell, in the order of the columns. */
export const changedCells = (from: JourneyOrder, to: JourneyOrder): readonly CellChange[] => {
  const [before, after] = [orderCells(from), orderCells(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((column) => {
    const change = { column: column as AnyColumn, from: before[column] ?? '', to: after[column] ?? '' };
    return change.from === change.to ? [] : [change];
  });
};
