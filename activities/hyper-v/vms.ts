import {
  type CmdletCall,
  CmdletFailed,
  type CmdletRunner,
  type Reference,
  type RunOptions,
} from '../contracts/cmdlets.ts';
import { type Adapter, findAdapters, readAdapters } from './adapters.ts';
import { type DiskReading, findDisks, isMissing, readDisks } from './disks.ts';
import { call, list, mayFail, number, type Results, type Row, rowsOf, text, truth } from './values.ts';

export interface Service {
  readonly id: string;
  readonly enabled: boolean;
  readonly statuses: readonly string[];
}

/** One reading of a VM with all that belongs to it. */
export interface VmReading {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly generation: 1 | 2;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly memoryIsDynamic: boolean;
  readonly notes: string | null;
  /** `Nothing`, `StartIfRunning` or `Start`. */
  readonly startAction: string;
  readonly heartbeat: string;
  readonly statuses: readonly string[];
  readonly uptimeSeconds: number | null;
  readonly clustered: boolean | null;
  readonly secureBoot: boolean;
  readonly secureBootTemplate: string;
  readonly checkpoints: readonly string[];
  readonly services: readonly Service[];
  readonly adapters: readonly Adapter[];
  readonly disks: readonly DiskReading[];
}

/** What a list of all VMs tells of each. */
export interface VmLine {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly notes: string | null;
  readonly memoryAssigned: number;
}

/** The VM that `find` found in the same list. */
export const THE_VM: Reference = { $ref: 'vm' };
export const EVERY_VM: Reference = { $ref: 'every' };

const SELECT = [
  'Id',
  'Name',
  'State',
  'Generation',
  'ProcessorCount',
  'Notes',
  'AutomaticStartAction',
  'Heartbeat',
  'OperationalStatus',
  'Uptime.TotalSeconds',
  'IsClustered',
];

/** By the host's own id: names are not unique on a host. V §3.1 */
const find = (id: string): CmdletCall => call('vm', 'Get-VM', { Id: id }, SELECT);

export const findAll: CmdletCall = call('every', 'Get-VM', {}, ['Id', 'Name', 'State', 'Notes', 'MemoryAssigned']);

export const readAll = (results: Results): readonly VmLine[] =>
  rowsOf(results, 'every').map((row) => ({
    id: text(row.Id),
    name: text(row.Name),
    state: text(row.State),
    notes: text(row.Notes) || null,
    memoryAssigned: number(row.MemoryAssigned) ?? 0,
  }));

const MEBIBYTE = 1024 * 1024;

/** Generation 1 has no firmware to ask. */
const firmware = mayFail(call('firmware', 'Get-VMFirmware', { VM: THE_VM }, ['SecureBoot', 'SecureBootTemplate']));

const checkpoints = call('checkpoints', 'Get-VMSnapshot', { VM: THE_VM }, ['Name']);

const belongings: readonly CmdletCall[] = [
  call('memory', 'Get-VMMemory', { VM: THE_VM }, ['Startup', 'DynamicMemoryEnabled']),
  firmware,
  ...findDisks(THE_VM),
  findAdapters(THE_VM),
  checkpoints,
  call('services', 'Get-VMIntegrationService', { VM: THE_VM }, ['Id', 'Enabled', 'OperationalStatus']),
];

/** What tells whether a VM is still on its way somewhere; `Get-VM` alone has all of it. V §3.1 */
export type Glimpse = Pick<VmReading, 'id' | 'name' | 'state' | 'notes' | 'heartbeat' | 'statuses' | 'uptimeSeconds'>;

export const glimpseOf = (row: Row): Glimpse => ({
  id: text(row.Id),
  name: text(row.Name),
  state: text(row.State),
  notes: text(row.Notes) || null,
  heartbeat: text(row.Heartbeat),
  statuses: list(row.OperationalStatus).map(text),
  uptimeSeconds: number(row['Uptime.TotalSeconds']),
});

/** The same calls once more in one list: their ids, and what they refer to, carry a mark. */
const AGAIN = ' again';
const again = (calls: readonly CmdletCall[]): readonly CmdletCall[] =>
  calls.map((made) => ({
    ...made,
    id: `${made.id}${AGAIN}`,
    parameters: Object.fromEntries(
      Object.entries(made.parameters).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null && '$ref' in value
          ? { ...value, $ref: `${value.$ref}${AGAIN}` }
          : value,
      ]),
    ),
  }));
const ofAgain = (results: Results): Results =>
  new Map(
    [...results].flatMap(([id, result]) => (id.endsWith(AGAIN) ? [[id.slice(0, -AGAIN.length), result] as const] : [])),
  );

const readOne = (results: Results): VmReading => {
  const row = rowsOf(results, 'vm')[0] ?? {};
  const silent = number(row.Generation) === 2 ? results.get('firmware')?.error : null;
  if (silent) throw new CmdletFailed(firmware, silent, results);
  const memory = rowsOf(results, 'memory')[0];
  const security = rowsOf(results, 'firmware')[0];
  return {
    ...glimpseOf(row),
    generation: number(row.Generation) === 2 ? 2 : 1,
    cpus: number(row.ProcessorCount) ?? 0,
    memoryMb: Math.round((number(memory?.Startup) ?? 0) / MEBIBYTE),
    memoryIsDynamic: truth(memory?.DynamicMemoryEnabled) ?? false,
    startAction: text(row.AutomaticStartAction),
    clustered: truth(row.IsClustered),
    secureBoot: text(security?.SecureBoot) === 'On',
    secureBootTemplate: text(security?.SecureBootTemplate),
    checkpoints: rowsOf(results, 'checkpoints').map((checkpoint) => text(checkpoint.Name)),
    services: rowsOf(results, 'services').map((service) => ({
      id: text(service.Id),
      enabled: truth(service.Enabled) ?? false,
      statuses: list(service.OperationalStatus).map(text),
    })),
    adapters: readAdapters(results),
    disks: readDisks(results),
  };
};

/** What a removal has to know. Its disks may be gone already, so they are not opened. */
export interface Leftover {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly notes: string | null;
  readonly clustered: boolean;
  readonly checkpoints: readonly string[];
}

/** What was read of a VM, and the answers of the calls that ran beside it. */
export interface Beside<T> {
  readonly vm: T;
  readonly results: Results;
}

/** Each asks the host anew, in one list; `beside` are calls for the same list. */
export interface Vms {
  /** Throws `CmdletFailed` where the host has no such VM. */
  readonly read: (id: string) => Promise<VmReading>;
  readonly readBeside: (id: string, beside: readonly CmdletCall[]) => Promise<Beside<VmReading>>;
  /** null where the host answers and has no such VM. */
  readonly leftover: (id: string, beside?: readonly CmdletCall[]) => Promise<Beside<Leftover> | null>;
  /** Runs changes on one VM, in order, in one list; they name it as `THE_VM`. */
  readonly change: (id: string, changes: readonly CmdletCall[], options?: Partial<RunOptions>) => Promise<Results>;
  /** The same, and what stands there afterwards. For what a later list reads again before anybody relies on it. */
  readonly changed: (id: string, changes: readonly CmdletCall[]) => Promise<VmReading>;
  /** The same, as far as its state goes. */
  readonly stateAfter: (id: string, changes: readonly CmdletCall[], options?: Partial<RunOptions>) => Promise<Glimpse>;
}

/** `touching` is told which VM is written, before and after: what was read of it earlier says nothing any more. */
export const vmsOf = (run: CmdletRunner, touching: (id: string) => void): Vms => {
  const writing = async (
    id: string,
    calls: readonly CmdletCall[],
    options: Partial<RunOptions> | undefined,
  ): Promise<Results> => {
    touching(id);
    try {
      return await run([find(id), ...calls], options);
    } finally {
      touching(id);
    }
  };
  const readBeside: Vms['readBeside'] = async (id, beside) => {
    const results = await run([find(id), ...belongings, ...beside]);
    return { vm: readOne(results), results };
  };

  return {
    read: async (id) => (await readBeside(id, [])).vm,
    readBeside,
    leftover: async (id, beside = []) => {
      try {
        const results = await run([find(id), checkpoints, ...beside]);
        const row = rowsOf(results, 'vm')[0] ?? {};
        const vm: Leftover = {
          id: text(row.Id),
          name: text(row.Name),
          state: text(row.State),
          notes: text(row.Notes) || null,
          clustered: truth(row.IsClustered) ?? false,
          checkpoints: rowsOf(results, 'checkpoints').map((checkpoint) => text(checkpoint.Name)),
        };
        return { vm, results };
      } catch (thrown) {
        if (isMissing(thrown)) return null;
        throw thrown;
      }
    },
    change: writing,
    changed: async (id, changes) =>
      readOne(ofAgain(await writing(id, [...changes, ...again([find(id), ...belongings])], undefined))),
    stateAfter: async (id, changes, options) => {
      const results = ofAgain(await writing(id, [...changes, ...again([find(id)])], options));
      return glimpseOf(rowsOf(results, 'vm')[0] ?? {});
    },
  };
};
