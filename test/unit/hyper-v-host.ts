import {
  type CmdletCall,
  type CmdletError,
  CmdletFailed,
  type CmdletResult,
  type CmdletRunner,
  type ParameterValue,
  type Reference,
  RunnerFailed,
} from '../../activities/contracts/cmdlets.ts';
import { error, type FakeFile, type FakeNic, type FakeVm, file, GIGABYTE, nic, ROOT, vm } from './hyper-v-fixtures.ts';

/** A Hyper-V host in memory, as far as the driver's tests need one. */
export interface FakeHost {
  readonly run: CmdletRunner;
  readonly vms: Map<string, FakeVm>;
  readonly files: Map<string, FakeFile>;
  readonly switches: { Name: string; SwitchType: string }[];
  readonly host: { LogicalProcessorCount: number; MemoryCapacity: number };
  readonly os: { Caption: string; BuildNumber: string };
  readonly shared: { path: string; size: number; free: number }[];
  readonly drives: { DriveLetter: string; Size: number; SizeRemaining: number }[];
  clusterError: CmdletError | null;
  readonly groups: Set<string>;
  /** Every list that ran: the calls of it that took effect. */
  readonly lists: CmdletCall[][];
  /** Leaves calls out of their list, as if the driver had not made them. */
  leaveOut: (call: CmdletCall) => boolean;
  /** Accepts a call and does nothing. */
  ignore: (call: CmdletCall) => boolean;
  /** Fails a call with this error instead of running it. */
  refuse: (call: CmdletCall) => CmdletError | null;
  /** The process dies once, after this many more mutating calls: their effect stays, their answer is lost. */
  diesAfter: number;
  /** Time in milliseconds; the driver's clock. */
  time: number;
  oneVm: () => FakeVm;
}

const MISSING = error(
  'InvalidArgument',
  'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM',
  'es wurde kein Computer gefunden',
);
const WRONG_STATE = error('InvalidOperation', 'InvalidState,Microsoft.HyperV.PowerShell.Commands.Any');

type Parameters = Readonly<Record<string, unknown>>;
type Answer = readonly unknown[];

const isReference = (value: ParameterValue): value is Reference =>
  typeof value === 'object' && value !== null && '$ref' in value;

const step = (of: unknown, name: string): unknown =>
  Array.isArray(of)
    ? of.map((member) => step(member, name))
    : typeof of === 'object' && of !== null
      ? (Reflect.get(of, name) ?? null)
      : null;
const walk = (of: unknown, path: string): unknown => (path === '$value' ? of : path.split('.').reduce(step, of));

class Refused extends Error {
  readonly why: CmdletError;
  constructor(why: CmdletError) {
    super(why.message);
    this.why = why;
  }
}
const refuse = (why: CmdletError): never => {
  throw new Refused(why);
};

const READS = /^(Get|Test)-/;

export const fakeHost = (vms: readonly FakeVm[] = [vm()]): FakeHost => {
  let added = 0;
  const of = <T>(parameters: Parameters, name: string): readonly T[] => {
    const value = parameters[name];
    return (Array.isArray(value) ? value : [value]) as readonly T[];
  };
  const vmOf = (parameters: Parameters): FakeVm => of<FakeVm>(parameters, 'VM')[0] ?? refuse(MISSING);
  const nicOf = (parameters: Parameters): FakeNic => {
    const nics = of<FakeNic>(parameters, 'VMNetworkAdapter');
    if (nics.length !== 1) throw new Error('one adapter at a time');
    return nics[0] ?? refuse(MISSING);
  };
  const ownerOf = (one: FakeNic): FakeVm =>
    [...self.vms.values()].find(({ nics }) => nics.includes(one)) ?? refuse(MISSING);
  const mustBeOff = ({ State }: FakeVm): void => (State === 'Off' ? undefined : refuse(WRONG_STATE));

  const cmdlets: Readonly<Record<string, (parameters: Parameters) => Answer>> = {
    'Get-VM': (p) =>
      p.Id === undefined
        ? [...self.vms.values()].map((one) => ({
            ...one,
            MemoryAssigned: one.State === 'Running' ? one.memory.Startup : 0,
            self: one,
          }))
        : [self.vms.get(String(p.Id)) ?? refuse(MISSING)],
    'Get-VMMemory': (p) => [vmOf(p).memory],
    'Get-VMFirmware': (p) =>
      vmOf(p).Generation === 2
        ? [vmOf(p).firmware]
        : refuse(error('InvalidArgument', 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVMFirmware')),
    'Get-VMHardDiskDrive': (p) =>
      of<FakeVm>(p, 'VM').flatMap((one) => one.drives.map((drive) => ({ ...drive, VMId: one.Id, VMName: one.Name }))),
    'Get-VHD': (p) =>
      of<string>(p, 'Path').map((Path) => {
        const found =
          self.files.get(Path) ??
          refuse(error('NotSpecified', 'OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.GetVHD', '0x80070002'));
        return { Path, ...found };
      }),
    'Get-VMNetworkAdapter': (p) =>
      of<FakeVm & { self?: FakeVm }>(p, 'VM').flatMap((one) => (one.self ?? one).nics.map((each) => withVm(each, one))),
    'Get-VMSnapshot': (p) => vmOf(p).checkpoints,
    'Get-VMIntegrationService': (p) => vmOf(p).services,
    'Get-VMHost': () => [self.host],
    'Get-VMSwitch': () => self.switches,
    'Get-Volume': () => self.drives,
    'Get-ClusterSharedVolume': () =>
      self.clusterError
        ? refuse(self.clusterError)
        : self.shared.map(({ path, size, free }) => ({
            SharedVolumeInfo: [{ FriendlyVolumeName: path, Partition: { Size: size, FreeSpace: free } }],
          })),
    'Get-CimInstance': () => [self.os],
    'Get-Module': () => [{ Version: '2.0.0.0' }],
    'Test-Path': (p) => [self.files.has(String(p.LiteralPath))],
    'Start-VM': (p) => {
      Object.assign(vmOf(p), { State: 'Running', Heartbeat: 'OkApplicationsUnknown', Uptime: { TotalSeconds: 1 } });
      return [];
    },
    'Stop-VM': (p) => {
      const one = vmOf(p);
      if (p.TurnOff !== true && one.guest === 'deaf')
        refuse(
          error(
            'InvalidOperation',
            'InvalidOperation,Microsoft.HyperV.PowerShell.Commands.StopVM',
            'PowerShell is in NonInteractive mode',
          ),
        );
      if (p.TurnOff === true || one.guest === 'obeys')
        Object.assign(one, { State: 'Off', Heartbeat: null, Uptime: null });
      return [];
    },
    'Set-VM': (p) => {
      const { VM: _, ...settings } = p;
      Object.assign(vmOf(p), settings);
      return [];
    },
    'Rename-VM': (p) => {
      vmOf(p).Name = String(p.NewName);
      return [];
    },
    'Set-VMProcessor': (p) => {
      mustBeOff(vmOf(p));
      vmOf(p).ProcessorCount = Number(p.Count);
      return [];
    },
    'Set-VMMemory': (p) => {
      mustBeOff(vmOf(p));
      vmOf(p).memory = { Startup: Number(p.StartupBytes), DynamicMemoryEnabled: p.DynamicMemoryEnabled === true };
      return [];
    },
    'Set-VMFirmware': (p) => {
      const { firmware } = vmOf(p);
      firmware.SecureBoot = String(p.EnableSecureBoot);
      firmware.SecureBootTemplate = String(p.SecureBootTemplate ?? firmware.SecureBootTemplate);
      return [];
    },
    'Add-VMNetworkAdapter': (p) => {
      added += 1;
      const one = vmOf(p);
      one.nics.push(nic(one.Id, 90 + added, { Name: String(p.Name), MacAddress: String(p.StaticMacAddress) }));
      return [];
    },
    'Remove-VMNetworkAdapter': (p) => {
      const one = nicOf(p);
      const owner = ownerOf(one);
      mustBeOff(owner);
      owner.nics = owner.nics.filter((each) => each !== one);
      return [];
    },
    'Set-VMNetworkAdapter': (p) => {
      Object.assign(nicOf(p), { MacAddress: String(p.StaticMacAddress), DynamicMacAddressEnabled: false });
      return [];
    },
    'Set-VMNetworkAdapterVlan': (p) => {
      nicOf(p).VlanSetting =
        p.Untagged === true
          ? { OperationMode: 'Untagged', AccessVlanId: 0 }
          : { OperationMode: 'Access', AccessVlanId: Number(p.VlanId) };
      return [];
    },
    'Connect-VMNetworkAdapter': (p) => {
      nicOf(p).SwitchName = String(p.SwitchName);
      return [];
    },
    'Disconnect-VMNetworkAdapter': (p) => {
      nicOf(p).SwitchName = null;
      return [];
    },
    'Remove-Item': (p) =>
      self.files.delete(String(p.LiteralPath))
        ? []
        : refuse(error('ObjectNotFound', 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand')),
    'Add-ClusterVirtualMachineRole': (p) => {
      const one = self.vms.get(String(p.VMId)) ?? refuse(MISSING);
      one.IsClustered = true;
      self.groups.add(one.Id);
      return [];
    },
    'Remove-ClusterGroup': (p) => {
      self.groups.delete(String(p.VMId));
      return [];
    },
    'Remove-VM': (p) => (self.vms.delete(vmOf(p).Id) ? [] : refuse(MISSING)),
  };

  /** Results show more than the object has, but a reference must lead back to the object itself. */
  const origin = new WeakMap<object, object>();
  const withVm = (one: FakeNic, owner: FakeVm): object => {
    const shown = { ...one, Connected: one.SwitchName !== null, VMId: owner.Id, VMName: owner.Name };
    origin.set(shown, one);
    return shown;
  };

  const die = (): never => {
    self.diesAfter = Number.POSITIVE_INFINITY;
    throw new RunnerFailed('noEnvelope', 'the shell died');
  };

  const self: FakeHost = {
    vms: new Map(vms.map((one) => [one.Id, one])),
    files: new Map(
      vms.flatMap((one) => one.drives.map(({ Path }, n) => [Path, file((n + 1) * 10 * GIGABYTE)] as const)),
    ),
    switches: [
      { Name: 'Production', SwitchType: 'External' },
      { Name: 'Storage', SwitchType: 'External' },
    ],
    host: { LogicalProcessorCount: 32, MemoryCapacity: 128 * GIGABYTE },
    os: { Caption: 'Microsoft Windows Server 2025 Datacenter', BuildNumber: '26100' },
    shared: [{ path: ROOT, size: 4000 * GIGABYTE, free: 3000 * GIGABYTE }],
    drives: [{ DriveLetter: 'C', Size: 200 * GIGABYTE, SizeRemaining: 100 * GIGABYTE }],
    clusterError: null,
    groups: new Set(),
    lists: [],
    leaveOut: () => false,
    ignore: () => false,
    refuse: () => null,
    diesAfter: Number.POSITIVE_INFINITY,
    time: Date.parse('2026-03-01T20:00:00Z'),
    oneVm: () => [...self.vms.values()][0] ?? refuse(MISSING),
    run: async (calls) => {
      const results = new Map<string, CmdletResult>();
      const raw = new Map<string, Answer>();
      const ran: CmdletCall[] = [];
      self.lists.push(ran);

      const resolve = (value: ParameterValue): unknown => {
        if (Array.isArray(value)) return value.flatMap((inner) => resolve(inner));
        if (typeof value !== 'object' || value === null || !isReference(value as ParameterValue)) return value;
        const { $ref, where, property } = value as Reference;
        const earlier = raw.get($ref);
        if (!earlier) throw new RunnerFailed('refused', `${$ref} is no earlier call`);
        const chosen = earlier
          .filter((one) =>
            Object.entries(where ?? {}).every(
              ([path, wanted]) => String(walk(one, path)).toLowerCase() === String(wanted).toLowerCase(),
            ),
          )
          .flatMap((one) => (property === undefined ? [one] : [walk(one, property)]))
          .map((one) => (typeof one === 'object' && one !== null ? (origin.get(one) ?? one) : one));
        return chosen.length === 0
          ? refuse(error('InvalidArgument', 'TranshipReferenceEmpty', 'names no object'))
          : chosen;
      };

      for (const call of calls) {
        if (self.leaveOut(call)) continue;
        const mutates = !READS.test(call.cmdlet);
        if (mutates && self.diesAfter <= 0) die();
        try {
          const parameters = Object.fromEntries(
            Object.entries(call.parameters).map(([name, value]) => [name, resolve(value)]),
          );
          const no = self.refuse(call);
          if (no) refuse(no);
          const made = cmdlets[call.cmdlet];
          if (!made) throw new Error(`${call.cmdlet} is not simulated`);
          const objects = mutates && self.ignore(call) ? [] : made(parameters);
          if (mutates) self.diesAfter -= 1;
          raw.set(call.id, objects);
          results.set(call.id, {
            id: call.id,
            error: null,
            objects: objects.map((one) =>
              Object.fromEntries(call.select.map((path) => [path, structuredClone(walk(one, path)) ?? null])),
            ),
          });
          ran.push(call);
        } catch (thrown) {
          if (!(thrown instanceof Refused)) throw thrown;
          raw.set(call.id, []);
          if (!call.mayFail) throw new CmdletFailed(call, thrown.why, results);
          results.set(call.id, { id: call.id, objects: [], error: thrown.why });
        }
      }
      if (self.diesAfter <= 0) die();
      return results;
    },
  };
  return self;
};
