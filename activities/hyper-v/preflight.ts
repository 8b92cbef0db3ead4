import type { Finding } from '../../domain/finding.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { Platform } from '../contracts/platform.ts';
import { descriptionOf } from './description.ts';
import { type Find, finder, GIGABYTE, gigabytes, when } from './findings.ts';
import { findHost, type HostReading, readHost } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { landingFindings } from './landing-checks.ts';
import type { VmReading } from './vms.ts';

const SERVER_2022 = 20_348;
const SERVER_2025 = 26_100;
const LEAST = { cpus: 8, memory: 32 * GIGABYTE };
const GENERATION_1_BOOT = 2048 * GIGABYTE;

/** Host, room, networks and names; for a source the VM itself. Changes nothing. U §2.3, §2.4 */
export const preflight =
  (hyperV: HyperV): Platform['preflight'] =>
  (order) =>
    doing(at(order, `the host ${hyperV.instance.host} was checked`), async () => {
      const seen = order.vm ? await hyperV.vms.readBeside(order.vm.id, findHost) : null;
      const host = seen ? readHost(seen.results) : await hyperV.host.read();
      const vm = seen?.vm ?? null;
      const find = finder(hyperV.instance.host);
      const findings = [
        ...system(host, find),
        ...(order.role === 'target' && order.landing ? landingFindings(hyperV, order, order.landing, host, find) : []),
        ...(order.role === 'source' && vm ? sourceFindings(vm, host) : []),
      ];
      return {
        productVersion:
          [host.osName, host.moduleVersion && `Hyper-V module ${host.moduleVersion}`].filter(Boolean).join(', ') ||
          'unknown',
        agentVersion: hyperV.agentVersion,
        findings,
        ...(vm ? { description: descriptionOf(vm, order.token) } : {}),
      };
    });

const system = (host: HostReading, find: Find): readonly Finding[] => [
  ...when(host.build === null, () =>
    find(
      'PF-301',
      'info',
      'The host does not say which Windows it runs',
      'Check that it is Windows Server 2022 or later.',
    ),
  ),
  ...when(host.build !== null && host.build < SERVER_2022, () =>
    find('PF-301', 'block', `The host runs ${host.osName}`, 'Use Windows Server 2022 or later.'),
  ),
  ...when(host.build !== null && host.build >= SERVER_2022 && host.build < SERVER_2025, () =>
    find('PF-301', 'info', `The host runs ${host.osName}; 2025 is recommended`, 'Nothing needs to be done.'),
  ),
  ...when(host.cpus < LEAST.cpus || host.memoryBytes < LEAST.memory, () =>
    find(
      'PF-302',
      'warn',
      `The host has ${host.cpus} cores and ${gigabytes(host.memoryBytes)}; 8 and 32 GB are the least recommended`,
      'Plan small batches, or use a larger host.',
    ),
  ),
];

const sourceFindings = (vm: VmReading, host: HostReading): readonly Finding[] => {
  const find = finder(vm.name);
  const { obstacles, disks } = descriptionOf(vm, '');
  return [
    ...obstacles
      .filter((text) => /^(pass-through|shared|4K)/.test(text))
      .map((text) => find('PF-213', 'block', `It has a ${text}`, 'Replace it with a virtual disk of its own.')),
    ...obstacles
      .filter((text) => /^(checkpoint|differencing)/.test(text))
      .map((text) => find('PF-214', 'warn', `It has a ${text}`, 'Remove the checkpoint and let its disks merge.')),
    ...obstacles
      .filter((text) => /^adapter/.test(text))
      .map((text) =>
        find('PF-306', 'warn', `Its ${text}, which no landing can describe`, 'Use one adapter for each VLAN.'),
      ),
    ...when(vm.secureBoot, () =>
      find('PF-208', 'warn', 'Secure Boot is on', 'Check that the target supports it, or switch it off.'),
    ),
    ...when(vm.generation === 1 && (disks[0]?.bytes ?? 0) > GENERATION_1_BOOT, () =>
      find('PF-210', 'block', 'Its boot disk is larger than 2 TB in generation 1', 'Make the boot disk smaller.'),
    ),
    ...when(host.clustered === true && vm.clustered === false, () =>
      find(
        'PF-309',
        'block',
        'It is not highly available, and its host is in a cluster',
        'Add it to the cluster as a role.',
      ),
    ),
  ];
};
