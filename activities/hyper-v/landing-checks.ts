import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import type { PlatformPreflight } from '../contracts/platform.ts';
import { isOn } from './description.ts';
import { type Find, GIGABYTE, gigabytes, when } from './findings.ts';
import { type HostReading, liesIn, switchNamed, volumeOf } from './host.ts';
import type { HyperV } from './hyper-v.ts';
import { carries } from './notes.ts';
import { sameText } from './values.ts';

const MEBIBYTE = 1024 ** 2;
const LEAST_STORAGE = 2000 * GIGABYTE;
/** A landing fills a little more than its virtual size, and a volume shall keep a quarter free. U §2.4 */
const MARGIN = 1.1;
const KEEP_FREE = 0.25;

/** Whether a VM can land here: room, memory, networks, name. */
export const landingFindings = (
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
          ...when(volume.bytes < LEAST_STORAGE, () =>
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
