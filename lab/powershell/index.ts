import type { RequestListener } from 'node:http';
import { dnsCmdlets } from '../dns/cmdlets.ts';
import { seedDns } from '../dns/records.ts';
import type { Estate } from '../estate/types.ts';
import { credentialsFit, guestByAddress, runGuestScript } from '../guests/index.ts';
import { nodeCmdlets } from '../hosts/cmdlets.ts';
import { hyperVCmdlets } from '../hyper-v/cmdlets.ts';
import { managementTools, remotely } from '../hyper-v/remote.ts';
import { veeamCmdlets } from '../veeam/cmdlets.ts';
import type { CmdletTable } from './cmdlet.ts';
import { coreCmdlets, type InstalledModule } from './core.ts';
import { invokeCommand } from './invoke-command.ts';
import { listener } from './listener.ts';

export { writeLaunchers } from './launchers.ts';

const windowsModules = (clustered: boolean): readonly InstalledModule[] =>
  ['Hyper-V', 'Storage', 'ServerManager', ...(clustered ? ['FailoverClusters'] : [])].map((name) => ({
    name,
    version: '2.0.0.0',
  }));

/**
 * What is installed on the machine of an instance: the Veeam server with its console's tools, the staging host, a node of Azure Local, the
 * DNS server, or a host from which guests are reached.
 */
const machine = (estate: Estate, instance: string): { modules: readonly InstalledModule[]; table: CmdletTable } => {
  const { veeam, hyperV, azure, dns } = estate.scenario;
  if (instance === veeam.instance) {
    const modules = [
      { name: 'Veeam.Backup.PowerShell', version: veeam.version },
      { name: 'Hyper-V', version: '2.0.0.0' },
    ];
    return { modules, table: { ...veeamCmdlets, ...managementTools(hyperVCmdlets(estate)) } };
  }
  if (instance === dns?.instance) return { modules: [{ name: 'DnsServer', version: '2.0.0.0' }], table: dnsCmdlets };
  if (instance === azure.localInstance) return { modules: windowsModules(true), table: nodeCmdlets };
  if (instance !== hyperV.instance) return { modules: [], table: {} };
  return { modules: windowsModules(hyperV.clustered), table: remotely(hyperVCmdlets(estate)) };
};

/** The lab's `powershell` listener: every stand-in of every instance asks here. */
export const handle = (estate: Estate): RequestListener => {
  seedDns(estate);
  const guests = { run: runGuestScript, byAddress: guestByAddress, credentialsFit };
  return listener(estate, (instance) => {
    const { modules, table } = machine(estate, instance);
    const own: CmdletTable = { ...table, 'Invoke-Command': invokeCommand(guests) };
    return { ...coreCmdlets(modules, own), ...own };
  });
};
