import type { AzureLocal } from '../../activities/azure-local/context.ts';
import { vitals as azureVitals } from '../../activities/azure-local/vitals.ts';
import type { CmdletError, CmdletResult } from '../../activities/contracts/cmdlets.ts';
import type { HyperV } from '../../activities/hyper-v/hyper-v.ts';
import { between, findVitals, vitals } from '../../activities/hyper-v/vitals.ts';
import { loadCatalogue } from '../../workers/powershell/catalogue.ts';

const ORDER = { to: { product: 'hyper-v', instance: 's', contract: 1 }, token: 'vitals' } as const;
const PERFDISK = { Frequency_PerfTime: '10000000', Name: '_Total' };

type Row = Readonly<Record<string, unknown>>;

const MISSING: CmdletError = { message: 'no such class', category: 'ObjectNotFound', fullyQualifiedErrorId: 'x' };

/** A host that answers with these rows, by what they are called in the list; what is not named fails. */
const host = (readings: readonly Readonly<Record<string, readonly Row[]>>[]) => {
  let n = 0;
  const run = async (calls: readonly { readonly id: string }[]): Promise<ReadonlyMap<string, CmdletResult>> => {
    const rows = readings[n++] ?? {};
    return new Map(
      calls.map(({ id }): [string, CmdletResult] => [
        id,
        { id, objects: rows[id] ?? [], error: rows[id] ? null : MISSING } as CmdletResult,
      ]),
    );
  };
  return vitals({ run, now: () => 0 } as unknown as HyperV);
};

const disk = (ticks: number, transfers: number, written: number, stamp: number): Row => ({
  ...PERFDISK,
  AvgDisksecPerTransfer: ticks,
  AvgDisksecPerTransfer_Base: transfers,
  DiskWriteBytesPersec: String(written),
  Timestamp_PerfTime: String(stamp),
});

const FIRST = {
  processors: [
    { Name: '0', PercentTotalRunTime: '90' },
    { Name: '1', PercentTotalRunTime: '70' },
    { Name: '_Total', PercentTotalRunTime: '80' },
  ],
  memory: [{ FreePhysicalMemory: '8388608', TotalVisibleMemorySize: '33554432' }],
  'disk times': [disk(4_294_000_000, 100, 0, 0), { ...disk(1, 1, 1, 1), Name: '0 C:' }],
  volumes: [
    { DriveLetter: 'D', Size: '1000', SizeRemaining: '200' },
    { DriveLetter: null, Size: '5', SizeRemaining: '1' },
  ],
  'shared volumes': [
    {
      'SharedVolumeInfo.FriendlyVolumeName': ['C:\\ClusterStorage\\Volume1'],
      'SharedVolumeInfo.Partition.Size': [4000],
      'SharedVolumeInfo.Partition.FreeSpace': [3000],
    },
  ],
};

test('a host tells its processors, memory and volumes at once, and its disks from the second reading on', async () => {
  const read = host([FIRST, { ...FIRST, 'disk times': [disk(1_032_704, 200, 50_000_000, 100_000_000)] }]);
  expect(await read(ORDER)).toEqual({
    cpuPercent: 80,
    memoryFreePercent: 25,
    volumes: [
      { path: 'C:\\ClusterStorage\\Volume1', freePercent: 75 },
      { path: 'D:', freePercent: 20 },
    ],
    latencyMs: null,
    writtenPerSecond: null,
    at: '1970-01-01T00:00:00.000Z',
  });
  // The counter of ticks has wrapped: 2,000,000 of them, 0.2 s, for 100 transfers.
  expect(await read(ORDER)).toMatchObject({ latencyMs: 2, writtenPerSecond: 5_000_000 });
});

test('what the host does not tell is null, and fails nothing', async () => {
  expect(await host([{}])(ORDER)).toMatchObject({
    cpuPercent: null,
    memoryFreePercent: null,
    volumes: [],
    latencyMs: null,
    writtenPerSecond: null,
  });
});

test('a host that began anew between two readings tells nothing of the time between', () => {
  const before = { ticks: 9, transfers: 9, written: 9_000, frequency: 10, stamp: 100 };
  expect(between(before, { ...before, written: 5, stamp: 200 })).toEqual({ latencyMs: null, writtenPerSecond: null });
  expect(between(before, { ...before, stamp: 50 })).toEqual({ latencyMs: null, writtenPerSecond: null });
  expect(between(before, { ...before, stamp: 200 })).toEqual({ latencyMs: 0, writtenPerSecond: 0 });
});

test('every call is in the catalogue of the host, with its class', async () => {
  const catalogue = await loadCatalogue(['activities/hyper-v/cmdlets.json']);
  for (const { cmdlet, parameters } of findVitals) {
    const entry = catalogue.entry(cmdlet);
    expect(entry?.mutates).toBe(false);
    const { ClassName } = parameters;
    if (ClassName !== undefined)
      expect(new RegExp(`^(?:${entry?.patterns?.ClassName})$`).test(String(ClassName))).toBe(true);
  }
});

test('azure local tells the free space of its storage paths, where Azure does, and nothing else', async () => {
  const paths: Readonly<Record<string, { free: number | null; total: number | null } | null>> = {
    '/one': { free: 30, total: 120 },
    '/two': { free: null, total: null },
    '/gone': null,
  };
  const room = {
    instance: { storagePaths: { one: '/one', two: '/two', gone: '/gone' } },
    clusters: { storagePath: async (id: string) => paths[id] ?? null },
    now: () => 0,
  } as unknown as AzureLocal;
  expect(await azureVitals(room)({ ...ORDER, to: { product: 'azure-local', instance: 'l', contract: 1 } })).toEqual({
    cpuPercent: null,
    memoryFreePercent: null,
    volumes: [{ path: 'one', freePercent: 25 }],
    latencyMs: null,
    at: '1970-01-01T00:00:00.000Z',
  });
});
