import { getClusterNode } from '../hyper-v/cluster-nodes.ts';
import { getVmHost } from '../hyper-v/host.ts';
import { getClusterSharedVolume, getVolume } from '../hyper-v/volumes.ts';
import type { CmdletTable } from '../powershell/cmdlet.ts';
import { getCimInstance } from './cim.ts';
import { getCounter } from './get-counter.ts';

/** What a node of Azure Local answers about itself and its cluster. Its VMs are Azure's to change. */
export const nodeCmdlets: CmdletTable = {
  'Get-Counter': getCounter,
  'Get-CimInstance': getCimInstance,
  'Get-Volume': getVolume,
  'Get-ClusterSharedVolume': getClusterSharedVolume,
  'Get-ClusterNode': getClusterNode,
  'Get-VMHost': getVmHost,
};
