import type { LabDisk } from '../estate/types.ts';
import { type CmdletContext, CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { chainOf, guidFrom, type Layer } from './chains.ts';
import { driveObject, slotOf } from './drives.ts';
import { commands } from './errors.ts';
import { detachedFiles, samePath } from './files.ts';
import { byId, meant, registered } from './machines.ts';

/** Get-VMHardDiskDrive, Get-VHD, Test-VHD. V §3.2 */

const drivesType = `${commands}.GetVMHardDiskDrive`;
const place = '[-ControllerType {IDE|SCSI|PMEM}] [-ControllerNumber <int>] [-ControllerLocation <int>]';

export const getVmHardDiskDrive = cmdlet(
  { type: drivesType, syntax: [`-VMName <string[]> ${place}`, `-VM <VirtualMachine[]> ${place}`] },
  (ctx, parameters) => {
    const { ControllerType: type, ControllerNumber: number, ControllerLocation: location } = parameters;
    return meant(ctx, parameters, drivesType).flatMap((vm) =>
      vm.disks.flatMap((disk, index) => {
        const slot = slotOf(vm, index);
        const fits =
          (type ?? slot.type) === slot.type &&
          (number ?? slot.number) === slot.number &&
          (location ?? slot.location) === slot.location;
        return fits ? [driveObject(ctx, vm, disk, index)] : [];
      }),
    );
  },
);

const vhdModule = 'Microsoft.Vhd.PowerShell.Cmdlets';

interface VhdFile {
  readonly layer: Layer;
  /** Virtual size in bytes. */
  readonly size: number;
  readonly file: string;
  readonly attached: boolean;
}

const filesOf = (ctx: CmdletContext, vmId: string, disk: LabDisk): readonly VhdFile[] => {
  const vm = byId(ctx, vmId, `${vhdModule}.GetVHD`);
  return chainOf(ctx, vm, disk).map((layer) => ({
    layer,
    size: disk.bytes,
    file: disk.file,
    attached: vm.power !== 'off',
  }));
};

const everyVhd = (ctx: CmdletContext): readonly VhdFile[] => [
  ...registered(ctx).flatMap((vm) => vm.disks.flatMap((disk) => filesOf(ctx, vm.id, disk))),
  ...detachedFiles(ctx).map(({ path, file, bytes, length }) => ({
    layer: { path, parent: null, bytes: length },
    size: bytes,
    file,
    attached: false,
  })),
];

const found = (ctx: CmdletContext, path: string, type: string): VhdFile => {
  const vhd = everyVhd(ctx).find(({ layer, file }) => samePath(layer.path, path) && ctx.estate.disks.exists(file));
  if (vhd) return vhd;
  throw new CmdletError(
    `Getting the mounted storage instance for the path '${path}' failed.\nThe system cannot find the file specified. (0x80070002)`,
    'ObjectNotFound',
    `ObjectNotFound,${type}`,
  );
};

/** A dynamic disk takes what was ever written to it. */
const vhdObject = ({ layer, size, file, attached }: VhdFile, host: string): object =>
  typed('VirtualHardDisk', {
    ComputerName: host,
    Path: layer.path,
    VhdFormat: layer.path.toLowerCase().endsWith('.vhd') ? 'VHD' : 'VHDX',
    VhdType: layer.parent === null ? 'Dynamic' : 'Differencing',
    FileSize: layer.bytes,
    Size: size,
    MinimumSize: null,
    LogicalSectorSize: 512,
    PhysicalSectorSize: 4096,
    BlockSize: layer.parent === null ? 33_554_432 : 2_097_152,
    ParentPath: layer.parent ?? '',
    DiskIdentifier: guidFrom(`${file} ${layer.path}`).toUpperCase(),
    FragmentationPercentage: 0,
    Alignment: 1,
    Attached: attached,
    DiskNumber: null,
  });

const getType = `${vhdModule}.GetVHD`;

export const getVhd = cmdlet(
  { type: getType, syntax: ['-Path <string[]>', '-VMId|Id <guid[]>'] },
  (ctx, parameters) => {
    const host = ctx.estate.scenario.hyperV.host;
    const paths = (parameters.Path ?? []) as readonly string[];
    const ids = (parameters.VMId ?? []) as readonly string[];
    const attached = ids.flatMap((id) => {
      const vm = byId(ctx, id, getType);
      return vm.disks.flatMap((disk) => filesOf(ctx, id, disk).at(-1) ?? []);
    });
    return [...paths.map((path) => found(ctx, path, getType)), ...attached].map((vhd) => vhdObject(vhd, host));
  },
);

const testType = `${vhdModule}.TestVHD`;

/** True when every link of the chain is there; a file that is missing altogether is an error. */
export const testVhd = cmdlet(
  { type: testType, syntax: ['-Path <string[]> [-SupportPersistentReservations]'] },
  (ctx, parameters) =>
    (parameters.Path as readonly string[]).map((path) => {
      const { layer } = found(ctx, path, testType);
      return layer.parent === null || everyVhd(ctx).some((vhd) => samePath(vhd.layer.path, layer.parent ?? ''));
    }),
);
