import { type CmdletContext, CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { property } from '../powershell/properties.ts';
import { read } from './counters.ts';
import { type Machine, machineNamed } from './machine.ts';
import { readingsOf } from './readings.ts';

/** Get-CimInstance of the classes that tell what a host is and how it fares. Learn: Win32 classes; a formatted counter is a whole number. */

const MB = 1024 * 1024;

type ClassOf = (ctx: CmdletContext, machine: Machine) => readonly object[];

const SYSTEMS = {
  'hyper-v': { Caption: 'Microsoft Windows Server 2022 Datacenter', Version: '10.0.20348', BuildNumber: '20348' },
  'azure-local': { Caption: 'Microsoft Azure Stack HCI', Version: '10.0.25398', BuildNumber: '25398' },
} as const;

/** Memory in KB. */
const operatingSystem: ClassOf = (ctx, machine) => [
  typed('Win32_OperatingSystem', {
    CSName: machine.name,
    ...SYSTEMS[machine.platform],
    OSArchitecture: '64-bit',
    ProductType: 3,
    TotalVisibleMemorySize: machine.memoryMb * 1024,
    FreePhysicalMemory: readingsOf(ctx.estate, machine).freeMemoryMb * 1024,
    LastBootUpTime: new Date(0),
  }),
];

const computerSystem: ClassOf = (_ctx, { fqdn, name, logicalProcessors, memoryMb }) => {
  const domain = fqdn.split('.').slice(1).join('.');
  return [
    typed('Win32_ComputerSystem', {
      Name: name,
      DNSHostName: name,
      Domain: domain || 'WORKGROUP',
      PartOfDomain: domain !== '',
      NumberOfLogicalProcessors: logicalProcessors,
      TotalPhysicalMemory: memoryMb * MB,
      HypervisorPresent: true,
    }),
  ];
};

const SOCKETS = 2;

/** One a socket; the load is that of the root partition. */
const processor: ClassOf = (ctx, machine) =>
  Array.from({ length: SOCKETS }, (_, n) =>
    typed('Win32_Processor', {
      DeviceID: `CPU${n}`,
      Name: 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz',
      NumberOfCores: Math.max(1, machine.logicalProcessors / SOCKETS / 2),
      NumberOfLogicalProcessors: machine.logicalProcessors / SOCKETS,
      LoadPercentage: Math.round(readingsOf(ctx.estate, machine).rootCpu),
    }),
  );

/** `Name` and the whole part of each counter: a latency in seconds comes out as 0. */
const formatted =
  (cls: string, set: string, counters: Readonly<Record<string, string>>): ClassOf =>
  ({ estate }, machine) => {
    const objects = new Map<string, Record<string, unknown>>();
    for (const [name, counter] of Object.entries(counters)) {
      const many = read(estate, machine, `\\${set}(*)\\${counter}`);
      const samples = typeof many === 'string' ? read(estate, machine, `\\${set}\\${counter}`) : many;
      if (typeof samples === 'string') continue;
      for (const { instance, value } of samples) {
        const shown = instance === '_total' ? '_Total' : instance;
        objects.set(shown, { ...objects.get(shown), Name: shown === '' ? null : shown, [name]: Math.floor(value) });
      }
    }
    return [...objects.values()].map((object) => typed(cls, object));
  };

const CLASSES: Readonly<Record<string, ClassOf>> = {
  Win32_OperatingSystem: operatingSystem,
  Win32_ComputerSystem: computerSystem,
  Win32_Processor: processor,
  Win32_PerfFormattedData_PerfOS_Processor: formatted('Win32_PerfFormattedData_PerfOS_Processor', 'Processor', {
    PercentProcessorTime: '% Processor Time',
    PercentIdleTime: '% Idle Time',
  }),
  Win32_PerfFormattedData_HvStats_HyperVHypervisorLogicalProcessor: formatted(
    'Win32_PerfFormattedData_HvStats_HyperVHypervisorLogicalProcessor',
    'Hyper-V Hypervisor Logical Processor',
    { PercentTotalRunTime: '% Total Run Time' },
  ),
  Win32_PerfFormattedData_PerfOS_Memory: formatted('Win32_PerfFormattedData_PerfOS_Memory', 'Memory', {
    AvailableMBytes: 'Available MBytes',
    AvailableBytes: 'Available Bytes',
    PercentCommittedBytesInUse: '% Committed Bytes In Use',
  }),
  Win32_PerfFormattedData_PerfDisk_PhysicalDisk: formatted(
    'Win32_PerfFormattedData_PerfDisk_PhysicalDisk',
    'PhysicalDisk',
    {
      AvgDisksecPerTransfer: 'Avg. Disk sec/Transfer',
      AvgDisksecPerRead: 'Avg. Disk sec/Read',
      AvgDisksecPerWrite: 'Avg. Disk sec/Write',
      DiskTransfersPersec: 'Disk Transfers/sec',
      CurrentDiskQueueLength: 'Current Disk Queue Length',
    },
  ),
};

const type = 'Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand';

/** One comparison for equality: all that WQL is asked for here. */
const fitting = (filter: unknown): ((object: object) => boolean) => {
  if (filter === undefined) return () => true;
  const [, name = '', , wanted = ''] = /^\s*(\w+)\s*=\s*(['"])(.*)\2\s*$/.exec(String(filter)) ?? [];
  if (name === '') throw new CmdletError('Invalid query', 'InvalidArgument', `HRESULT 0x80041017,${type}`);
  return (object) => String(property(object, name)).toLowerCase() === wanted.toLowerCase();
};

export const getCimInstance = cmdlet(
  {
    type,
    syntax: [
      '-ClassName <string> [-Namespace <string>] [-Property <string[]>] [-Filter <string>] [-ComputerName|Cn <string[]>]',
    ],
  },
  (ctx, { ClassName, Filter, ComputerName }) => {
    const wanted = String(ClassName).toLowerCase();
    const make = Object.entries(CLASSES).find(([known]) => known.toLowerCase() === wanted)?.[1];
    const computers = (ComputerName ?? [undefined]) as readonly (string | undefined)[];
    return computers.flatMap((computer) => {
      const machine = machineNamed(ctx, computer);
      if (!machine)
        throw new CmdletError('The RPC server is unavailable.', 'ConnectionError', `HRESULT 0x800706ba,${type}`);
      if (!make) throw new CmdletError('Invalid class', 'MetadataError', `HRESULT 0x80041010,${type}`);
      return make(ctx, machine).filter(fitting(Filter));
    });
  },
);
