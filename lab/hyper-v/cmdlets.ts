import type { Estate } from '../estate/types.ts';
import { getCimInstance } from '../hosts/cim.ts';
import { getCounter } from '../hosts/get-counter.ts';
import type { CmdletTable } from '../powershell/cmdlet.ts';
import { addClusterVirtualMachineRole, getClusterGroup, removeClusterGroup } from './cluster.ts';
import { getClusterNode } from './cluster-nodes.ts';
import { faulty } from './faults.ts';
import { getVmFirmware, setVmFirmware } from './firmware.ts';
import { getVmMemory, getVmProcessor, setVmMemory, setVmProcessor } from './hardware.ts';
import { getVmHost, getVmSwitch, getWindowsFeature } from './host.ts';
import {
  disableVmIntegrationService,
  enableVmIntegrationService,
  getVmIntegrationService,
} from './integration-services.ts';
import { getChildItem, getItem, removeItem, testPath } from './items.ts';
import {
  addVmNetworkAdapter,
  connectVmNetworkAdapter,
  disconnectVmNetworkAdapter,
  getVmNetworkAdapter,
  removeVmNetworkAdapter,
  renameVmNetworkAdapter,
  setVmNetworkAdapter,
} from './network-adapters.ts';
import { startVm, stopVm } from './power.ts';
import { checkpointVm, getVmSnapshot, removeVmSnapshot } from './snapshots.ts';
import { getVhd, getVmHardDiskDrive, testVhd } from './virtual-disks.ts';
import { getVm, removeVm, renameVm, setVm } from './virtual-machines.ts';
import { getVmNetworkAdapterVlan, setVmNetworkAdapterVlan } from './vlans.ts';
import { getClusterSharedVolume, getVolume } from './volumes.ts';

const everyHost: CmdletTable = {
  'Get-VM': getVm,
  'Set-VM': setVm,
  'Rename-VM': renameVm,
  'Remove-VM': removeVm,
  'Start-VM': startVm,
  'Stop-VM': stopVm,
  'Get-VMProcessor': getVmProcessor,
  'Set-VMProcessor': setVmProcessor,
  'Get-VMMemory': getVmMemory,
  'Set-VMMemory': setVmMemory,
  'Get-VMFirmware': getVmFirmware,
  'Set-VMFirmware': setVmFirmware,
  'Get-VMNetworkAdapter': getVmNetworkAdapter,
  'Add-VMNetworkAdapter': addVmNetworkAdapter,
  'Remove-VMNetworkAdapter': removeVmNetworkAdapter,
  'Rename-VMNetworkAdapter': renameVmNetworkAdapter,
  'Connect-VMNetworkAdapter': connectVmNetworkAdapter,
  'Disconnect-VMNetworkAdapter': disconnectVmNetworkAdapter,
  'Set-VMNetworkAdapter': setVmNetworkAdapter,
  'Get-VMNetworkAdapterVlan': getVmNetworkAdapterVlan,
  'Set-VMNetworkAdapterVlan': setVmNetworkAdapterVlan,
  'Get-VMHardDiskDrive': getVmHardDiskDrive,
  'Get-VHD': getVhd,
  'Test-VHD': testVhd,
  'Get-VMSnapshot': getVmSnapshot,
  'Get-VMCheckpoint': getVmSnapshot,
  'Checkpoint-VM': checkpointVm,
  'Remove-VMSnapshot': removeVmSnapshot,
  'Remove-VMCheckpoint': removeVmSnapshot,
  'Get-VMIntegrationService': getVmIntegrationService,
  'Enable-VMIntegrationService': enableVmIntegrationService,
  'Disable-VMIntegrationService': disableVmIntegrationService,
  'Get-VMHost': getVmHost,
  'Get-VMSwitch': getVmSwitch,
  'Get-CimInstance': getCimInstance,
  'Get-Counter': getCounter,
  'Get-WindowsFeature': getWindowsFeature,
  'Get-Volume': getVolume,
  'Get-Item': getItem,
  'Get-ChildItem': getChildItem,
  'Test-Path': testPath,
  'Remove-Item': removeItem,
};

const clusterOnly: CmdletTable = {
  'Get-ClusterNode': getClusterNode,
  'Get-ClusterSharedVolume': getClusterSharedVolume,
  'Get-ClusterGroup': getClusterGroup,
  'Remove-ClusterGroup': removeClusterGroup,
  'Add-ClusterVirtualMachineRole': addClusterVirtualMachineRole,
};

/** What is installed on the staging host. Every one that changes anything asks for faults at `hyper-v.<cmdlet>`. */
export const hyperVCmdlets = (estate: Estate): CmdletTable =>
  faulty(estate.scenario.hyperV.clustered ? { ...everyHost, ...clusterOnly } : everyHost);
