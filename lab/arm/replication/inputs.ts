import type { LabVm } from '../../estate/types.ts';
import { containerPath } from '../azure-local/storage.ts';
import { guidOf, shortHash } from '../guid.ts';
import { flagAt, listAt, numberAt, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import { sameId } from '../names.ts';
import { diskInstanceId, nicInstanceId } from '../off-azure/machine.ts';
import type { ItemDisk, ItemNic, ItemRecord } from './records.ts';

/** Takes over what discovery last saw of the machine. */
export const describeSource = (item: ItemRecord, machine: Record<string, unknown>): void => {
  item.sourceName = textAt(machine, 'displayName') ?? item.sourceName;
  item.sourceCpus = numberAt(machine, 'numberOfProcessorCore');
  item.sourceMemoryMb = numberAt(machine, 'allocatedMemoryInMB');
  item.osType = textAt(machine, 'operatingSystemDetails', 'osType');
  item.osName = textAt(machine, 'operatingSystemDetails', 'osName');
  item.firmware = textAt(machine, 'firmware');
  item.input = { ...item.input, targetVmName: textAt(item.input, 'targetVmName') ?? item.sourceName };
};

/** The disks to include as protected disks, or why they cannot be. A §1.3d, §1.3e */
export const disksOf = (lab: Lab, item: ItemRecord, vm: LabVm): ItemDisk[] | string => {
  const included = listAt(item.input, 'disksToInclude');
  if (included.filter((disk) => flagAt(disk, 'isOsDisk')).length !== 1)
    return 'Exactly one disk must be marked as the OS disk.';
  const made: ItemDisk[] = [];
  const numbers = { OSdisk: 0, datadisk: 0 };
  for (const input of included) {
    const instanceId = textAt(input, 'diskId') ?? '';
    const disk = vm.disks.find((each) => sameId(diskInstanceId(vm, each), instanceId));
    if (!disk) return `The disk '${instanceId}' was not found on the machine.`;
    const format = textAt(input, 'diskFileFormat') ?? 'VHDX';
    if (textAt(item.input, 'hyperVGeneration') === '2' && format.toUpperCase() !== 'VHDX')
      return 'Only VHDX is supported for generation 2.';
    const kind = flagAt(input, 'isOsDisk') ? 'OSdisk' : 'datadisk';
    const container = textAt(input, 'storageContainerId') ?? textAt(item.input, 'storageContainerId') ?? '';
    const name = `${textAt(item.input, 'targetVmName')}-${kind}-${numbers[kind]}-${shortHash(`${item.correlationId}/${instanceId}`, 4)}`;
    numbers[kind] += 1;
    made.push({
      instanceId,
      file: disk.file,
      name: disk.path.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, ''),
      bytes: disk.bytes,
      isOs: kind === 'OSdisk',
      dynamic: flagAt(input, 'isDynamic') ?? true,
      format,
      container,
      localPath:
        `${containerPath(lab, container) ?? ''}\\${guidOf(item.correlationId).replaceAll('-', '').slice(0, 15)}`.toLowerCase(),
      seedName: `${name}-seed`,
      testName: `${name}-test`,
      migrateName: name,
      seedFile: `azl-${item.correlationId.slice(0, 8)}-${name}-seed`.replaceAll(/[^\w.~-]/g, '-'),
      epoch: -1,
    });
  }
  return made;
};

/** The adapters to include, of those the machine has. */
export const nicsOf = (item: ItemRecord, vm: LabVm): ItemNic[] =>
  listAt(item.input, 'nicsToInclude').flatMap((input) => {
    const nicId = textAt(input, 'nicId') ?? '';
    const nic = vm.nics.find((each) => sameId(nicInstanceId(vm, each), nicId));
    if (!nic) return [];
    return [
      {
        nicId,
        mac: nic.mac,
        network: textAt(input, 'targetNetworkId'),
        testNetwork: textAt(input, 'testNetworkId'),
        selection: textAt(input, 'selectionTypeForFailover') ?? 'SelectedByUser',
        staticIp: flagAt(input, 'isStaticIpMigrationEnabled'),
      },
    ];
  });
