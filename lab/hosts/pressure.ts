import type { Estate, LabPlatform, Table } from '../estate/types.ts';

export const PRESSURES = ['cpu', 'memory', 'csv', 'latency'] as const;

export type PressureKind = (typeof PRESSURES)[number];

/** `to`: per cent in use of cpu, per cent free of memory and csv, ms of latency. Over at `until`, lab ms; never when null. */
export interface Pressure {
  readonly to: number;
  readonly until: number | null;
}

export const pressureKey = (platform: LabPlatform, what: PressureKind): string => `${platform}/${what}`;

export const pressures = (estate: Pick<Estate, 'table'>): Table<Pressure> => estate.table('lab', 'pressure');

/** What a fault `pressure` holds this reading of the platform's hosts to, or null. */
export const pressureOn = (estate: Estate, platform: LabPlatform, what: PressureKind): number | null => {
  const found = pressures(estate).get(pressureKey(platform, what));
  return found && (found.until === null || found.until > estate.now()) ? found.to : null;
};
