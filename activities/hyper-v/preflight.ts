import type { Finding, Severity } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { Platform, PlatformPreflight } from '../contracts/platform.ts';
import { descriptionOf, isOn } from './description.ts';
import { type HostReading, liesIn, switchNamed, volumeOf } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { carries } from './notes.ts';
import { sameText } from './values.ts';
import type { VmReading } from './vms.ts';

const GIGABYTE = 1024 ** 3;
const MEBIBYTE = 1024 ** 2;
const SERVER_2022 = 20_348;
const SERVER_2025 = 26_100;
const LEAST = { cpus: 8, memory: 32 * GIGABYTE, storage: 2000 * GIGABYTE };
/** A landing fills a little more than its virtual size, and a volume shall keep a quarter free. U §2.4 */
const MARGIN = 1.1;
const KEEP_FREE = 0.25;
const GENERATION_1_BOOT = 2048 * GIGABYTE;

/** Host, room, networks and names; for a source the VM itself. Changes nothing. U §2.3, §2.4 */
export const preflight =
  (hyperV: HyperV): Platform['preflight'] =>
  (order) =>
    doing(at(order, `the host ${hyperV.instance.host} was checked`), async () => {
      const host = await hyperV.host.read();
      const vm = order.vm ? await hyperV.vms.read(order.vm.id) : null;
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

type Find = (id: string, severity: Severity, message: string, fix: string) => Finding;
const finder =
  (subject: string): Find =>
  (id, severity, message, fix) => ({ id, severity, subject, message, fix });

/** One finding where the condition holds. */
const when = (holds: boolean, finding: () => Finding): readonly Finding[] => (holds ? [finding()] : []);

const gigabytes = (bytes: number): string => `${Math.round(bytes / GIGABYTE)} GB`;

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

const landingFindings = (
  hyperV: HyperV,
  order: PlatformPreflight,
  landing: Landing,
  host: HostReading,
  find: Find,
): readonly Finding[] => [
  ...roomFindings(hyperV, order, landing, host, find),
  ...memoryFindings(order, landing, host, find),
  ...networkFindings(landing, host, find),
  ...nameFindings(order, landing, host, find),
];

const roomFindings = (
  hyperV: HyperV,
  { bytesNeeded }: PlatformPreflight,
  landing: Landing,
  host: HostReading,
  find: Find,
): readonly Finding[] => {
  const paths = [
    ...new Set([landing.storagePath, ...landing.disks.map((disk) => disk.storagePath ?? landing.storagePath)]),
  ];
  const outside = paths.filter((path) => !hyperV.instance.storagePaths.some((root) => liesIn(path, root)));
  const volume = volumeOf(landing.storagePath, host.volumes);
  return [
    ...outside.map((path) =>
      find(
        'PF-303',
        'block',
        `${path} is none of the folders that staged VMs may live in`,
        'Add it to storagePaths of this instance, or land elsewhere.',
      ),
    ),
    ...when(volume === null, () =>
      find(
        'PF-303',
        'block',
        `No volume of the host holds ${landing.storagePath}`,
        'Correct the path, or bring the volume online.',
      ),
    ),
    ...(volume === null
      ? []
      : [
          ...when(volume.bytes < LEAST.storage, () =>
            find(
              'PF-303',
              'warn',
              `${volume.root} has ${gigabytes(volume.bytes)} in all; 2 TB is the least recommended`,
              'Plan small batches.',
            ),
          ),
          ...when(volume.free < bytesNeeded * MARGIN, () =>
            find(
              'PF-304',
              'block',
              `${volume.root} has ${gigabytes(volume.free)} free, the landing needs ${gigabytes(bytesNeeded * MARGIN)}`,
              'Free space, or land elsewhere.',
            ),
          ),
          ...when(volume.free >= bytesNeeded * MARGIN && volume.free - bytesNeeded < volume.bytes * KEEP_FREE, () =>
            find(
              'PF-304',
              'warn',
              `Less than a quarter of ${volume.root} would stay free`,
              'Clean up staged VMs of finished batches first.',
            ),
          ),
          ...when(!volume.shared && host.clustered === true, () =>
            find(
              'PF-309',
              'block',
              `${volume.root} is no cluster shared volume, and the host is in a cluster`,
              'Land on a cluster shared volume.',
            ),
          ),
          ...when(!volume.shared && host.clustered !== true, () =>
            find(
              'PF-309',
              'warn',
              `${volume.root} is no cluster shared volume: Azure Migrate documents shared volumes only`,
              'Prove hop 2 from this host with one VM, or stage on a cluster shared volume.',
            ),
          ),
        ]),
  ];
};

const memoryFindings = (
  order: PlatformPreflight,
  landing: Landing,
  host: HostReading,
  find: Find,
): readonly Finding[] => {
  const used = host.vms
    .filter(({ id }) => !sameText(id, order.vm?.id ?? ''))
    .reduce((sum, vm) => sum + (isOn(vm) ? vm.memoryAssigned : 0), 0);
  const free = host.memoryBytes - used;
  return [
    ...when(landing.memoryMb * MEBIBYTE > free, () =>
      find(
        'PF-302',
        'block',
        `The host has ${gigabytes(free)} of memory free, the landing wants ${landing.memoryMb} MiB`,
        'Stop or move other VMs, or give the landing less.',
      ),
    ),
    ...when(landing.cpus > host.cpus, () =>
      find(
        'PF-302',
        'block',
        `The host has ${host.cpus} logical processors, the landing wants ${landing.cpus}`,
        'Give the landing fewer, or use a larger host.',
      ),
    ),
  ];
};

const networkFindings = (landing: Landing, host: HostReading, find: Find): readonly Finding[] =>
  [...new Set(landing.nics.map(({ network }) => network))].flatMap((network) => {
    const found = switchNamed(network, host.switches);
    if (!found)
      return [
        find(
          'PF-306',
          'block',
          `There is no virtual switch ${network}`,
          'Create it on the host, or name another network in the plan.',
        ),
      ];
    return when(/^(Internal|Private)$/i.test(found.kind), () =>
      find(
        'PF-306',
        'warn',
        `The virtual switch ${network} is ${found.kind}: it reaches no other host`,
        'Use an external switch for production.',
      ),
    );
  });

const nameFindings = (
  order: PlatformPreflight,
  landing: Landing,
  host: HostReading,
  find: Find,
): readonly Finding[] => {
  const others = host.vms.filter(({ id }) => !sameText(id, order.vm?.id ?? ''));
  const leftovers = others.filter(({ notes }) => carries(notes, order.journey));
  const namesakes = others.filter(({ name, notes }) => sameText(name, landing.name) && !carries(notes, order.journey));
  return [
    ...leftovers.map(({ name, id }) =>
      find(
        'PF-313',
        'block',
        `${name} (${id}) is left over from an earlier attempt of this VM`,
        'Let the rollback of that attempt remove it.',
      ),
    ),
    ...namesakes.map(({ id }) =>
      find(
        'PF-216',
        'block',
        `A VM called ${landing.name} is there already (${id})`,
        'Rename or remove it, or give the landing another name.',
      ),
    ),
  ];
};

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
