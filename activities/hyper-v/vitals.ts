import { doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import type { Vitals, Watched } from '../contracts/platform.ts';
import { findShared, findVolumes, readVolumes } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { call, mayFail, number, type Results, rowsOf, text } from './values.ts';

/**
 * Classes, not `Get-Counter`: names of counters are in the language of the host, names of classes and their properties are not. The
 * processors are those of the hypervisor: `Win32_Processor` on a Hyper-V host sees its own partition alone. Disk times come raw: the
 * formatted class rounds them to whole seconds.
 */
export const findVitals: readonly CmdletCall[] = [
  mayFail(
    call(
      'processors',
      'Get-CimInstance',
      { ClassName: 'Win32_PerfFormattedData_HvStats_HyperVHypervisorLogicalProcessor' },
      ['Name', 'PercentTotalRunTime'],
    ),
  ),
  mayFail(
    call('memory', 'Get-CimInstance', { ClassName: 'Win32_OperatingSystem' }, [
      'FreePhysicalMemory',
      'TotalVisibleMemorySize',
    ]),
  ),
  mayFail(
    call('disk times', 'Get-CimInstance', { ClassName: 'Win32_PerfRawData_PerfDisk_PhysicalDisk' }, [
      'Name',
      'AvgDisksecPerTransfer',
      'AvgDisksecPerTransfer_Base',
      'DiskWriteBytesPersec',
      'Frequency_PerfTime',
      'Timestamp_PerfTime',
    ]),
  ),
  findVolumes,
  findShared,
];

/** What the counters of all disks stood at. They only grow, and wrap. */
export interface DiskTimes {
  readonly ticks: number;
  readonly transfers: number;
  readonly written: number;
  readonly frequency: number;
  readonly stamp: number;
}

const TOTAL = '_Total';

const readDiskTimes = (results: Results): DiskTimes | null => {
  const row = rowsOf(results, 'disk times').find(({ Name }) => text(Name) === TOTAL);
  const ticks = number(row?.AvgDisksecPerTransfer);
  const transfers = number(row?.AvgDisksecPerTransfer_Base);
  const frequency = number(row?.Frequency_PerfTime);
  const stamp = number(row?.Timestamp_PerfTime);
  const written = number(row?.DiskWriteBytesPersec);
  return ticks === null || transfers === null || !frequency || stamp === null || written === null
    ? null
    : { ticks, transfers, written, frequency, stamp };
};

const WRAPS = 2 ** 32;
/** Both counters have 32 bits. */
const grown = (before: number, now: number): number => (now - before + WRAPS) % WRAPS;

/** Mean ms of a transfer, and bytes written a second, between two readings; null where the host began anew between them. */
export const between = (
  before: DiskTimes | null,
  now: DiskTimes | null,
): { readonly latencyMs: number | null; readonly writtenPerSecond: number | null } => {
  if (!before || !now || now.stamp <= before.stamp || now.written < before.written)
    return { latencyMs: null, writtenPerSecond: null };
  const transfers = grown(before.transfers, now.transfers);
  return {
    latencyMs: transfers === 0 ? 0 : (grown(before.ticks, now.ticks) / now.frequency / transfers) * 1_000,
    writtenPerSecond: (now.written - before.written) / ((now.stamp - before.stamp) / now.frequency),
  };
};

const meanOf = (figures: readonly number[]): number | null =>
  figures.length === 0 ? null : figures.reduce((sum, one) => sum + one, 0) / figures.length;

const busy = (results: Results): number | null =>
  meanOf(
    rowsOf(results, 'processors')
      .filter(({ Name }) => text(Name) !== TOTAL)
      .flatMap(({ PercentTotalRunTime }) => number(PercentTotalRunTime) ?? []),
  );

const freeMemory = (results: Results): number | null => {
  const row = rowsOf(results, 'memory')[0];
  const [free, all] = [number(row?.FreePhysicalMemory), number(row?.TotalVisibleMemorySize)];
  return free === null || !all ? null : (free / all) * 100;
};

const readVitals = (results: Results, before: DiskTimes | null, now: number): Vitals => ({
  cpuPercent: busy(results),
  memoryFreePercent: freeMemory(results),
  volumes: readVolumes(results)
    .filter(({ bytes }) => bytes > 0)
    .map(({ root, bytes, free }) => ({ path: root, freePercent: (free / bytes) * 100 })),
  ...between(before, readDiskTimes(results)),
  at: new Date(now).toISOString(),
});

/** How the host is now. Latency and bytes written are means since the reading before: the first has none. U §7.4 */
export const vitals = ({ run, now }: HyperV): Watched['vitals'] => {
  let before: DiskTimes | null = null;
  return (order) =>
    doing(at(order, 'the host was read'), async () => {
      const results = await run(findVitals);
      const read = readVitals(results, before, now());
      before = readDiskTimes(results) ?? before;
      return read;
    });
};
