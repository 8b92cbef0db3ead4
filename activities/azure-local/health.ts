import type { Finding, Severity } from '../../domain/finding.ts';
import type { Platform } from '../contracts/platform.ts';
import type { CheckReport } from '../contracts/reports.ts';
import type { AzureLocal } from './context.ts';
import { description, found } from './describe.ts';

interface Check {
  readonly id: string;
  readonly well: boolean;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
}

const reportOf = (subject: string, checks: readonly Check[]): CheckReport => ({
  passed: checks.filter(({ well }) => well).map(({ id }) => id),
  findings: checks
    .filter(({ well }) => !well)
    .map(({ id, severity, message, fix }): Finding => ({ id, severity, subject, message, fix })),
});

const AGENT_ON =
  'Offer the agent (az stack-hci-vm update --enable-vm-config-agent true), run its installer in the guest, then --enable-agent true.';

/**
 * What ARM can answer from outside the guest. Two displays are known to be wrong and do not fail a VM: data disks shown as 1 GB,
 * and an OS disk that is not shown. Guest management is off on migrated VMs, so its absence is a warning. U §3.3, A §3
 */
export const health =
  (room: AzureLocal): Platform['health'] =>
  async ({ vm, landing }) => {
    const here = await found(room, vm);
    const { machine, instance } = here;
    const [now, cluster] = await Promise.all([description(room, vm, here), room.clusters.cluster()]);
    const gen1 = (landing.generation ?? now.generation) !== 2;
    const networks = now.nics.map(({ network }) => network).sort();
    const wanted = landing.nics.map(({ network }) => network).sort();
    const disks = landing.disks.length;
    const missingDisks = disks - now.disks.length;
    return reportOf(vm.name, [
      {
        id: 'V2-01',
        well: instance.provisioning.toLowerCase() === 'succeeded' && instance.power === 'on',
        severity: 'block',
        message: `The VM is ${instance.powerState}, its resource ${instance.provisioning}${instance.error ? ` (${instance.error})` : ''}.`,
        fix: 'Look at the VM on its cluster.',
      },
      {
        id: 'V2-02',
        well: machine.status?.toLowerCase() === 'connected',
        severity: 'warn',
        message: `Guest management is not on: Arc says ${machine.status ?? 'nothing'}.`,
        fix:
          gen1 && instance.power !== 'off' && !instance.agentOffered
            ? `Turn the generation 1 VM off first. ${AGENT_ON}`
            : AGENT_ON,
      },
      {
        id: 'V1-02',
        well: instance.cpus === landing.cpus && instance.memoryMb === landing.memoryMb,
        severity: 'block',
        message: `It has ${instance.cpus} CPUs and ${instance.memoryMb} MB, not ${landing.cpus} and ${landing.memoryMb}.`,
        fix: 'Shut it down, change its size, start it.',
      },
      {
        id: 'V2-06',
        well: networks.join() === wanted.join() && (disks === 0 || missingDisks <= 0),
        severity:
          networks.join() === wanted.join() && missingDisks === 1 && instance.osDisk === null ? 'info' : 'block',
        message: `Azure shows ${now.disks.length} disks and networks ${networks.join(', ') || 'none'}; the landing has ${disks} disks and ${wanted.join(', ') || 'none'}.`,
        fix:
          instance.osDisk === null
            ? 'Azure is known not to show an OS disk: compare on the cluster node.'
            : 'Compare with the VM on its cluster node.',
      },
      {
        id: 'V2-10',
        well: cluster?.connectivity.toLowerCase() === 'connected',
        severity: 'warn',
        message: `The cluster is ${cluster?.connectivity ?? 'not known to Azure'}.`,
        fix: 'Look at the cluster: all nodes must be up and the VM clustered.',
      },
    ]);
  };
