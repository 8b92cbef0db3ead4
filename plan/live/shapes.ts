import { counted } from '../../domain/counted.ts';
import type { Plan } from '../../domain/plan.ts';
import { type ListedVm, totalBytes } from '../../domain/vm.ts';
import { hopColumn } from '../roster/columns.ts';
import { inRow, type Said } from './said.ts';

const TB = 2 ** 40;

const terabytes = (bytes: number): string => `${(Math.ceil((bytes / TB) * 100) / 100).toFixed(2)} TB`;

const numbers = 'They are counted from 0, as the source lists them.';

/** Adapters and disks that the row names and the VM lacks, and those it has and the row leaves out. */
const partsOf = (plan: Pick<Plan, 'vms'>, index: number, own: ListedVm): Said[] => {
  const vm = plan.vms[index];
  const say = inRow(index);
  return (vm?.landings ?? []).flatMap(({ nics, disks }, hop) => {
    const [nicColumn, diskColumn] = [hopColumn(hop + 1, 'nics'), hopColumn(hop + 1, 'disks')];
    const unnamed = own.nics.flatMap((nic, source) =>
      nic.connected && !nics.some((each) => each.source === source)
        ? [`${source} (${nic.network ?? 'no network'}${nic.addresses.length > 0 ? ` ${nic.addresses.join(' ')}` : ''})`]
        : [],
    );
    return [
      ...nics
        .filter(({ source }) => source >= own.nics.length)
        .map(({ source }) =>
          say(
            'error',
            nicColumn,
            `${nicColumn}: it has ${counted(own.nics.length, 'adapter')}, none is ${source}`,
            numbers,
          ),
        ),
      ...disks
        .filter(({ source }) => source >= own.disks.length)
        .map(({ source }) =>
          say(
            'error',
            diskColumn,
            `${diskColumn}: it has ${counted(own.disks.length, 'disk')}, none is ${source}`,
            numbers,
          ),
        ),
      ...(unnamed.length > 0
        ? [
            say(
              'warning',
              nicColumn,
              `${nicColumn}: adapter ${unnamed.join(', ')} will not be connected`,
              'Name it too, unless that is what you want.',
            ),
          ]
        : []),
    ];
  });
};

const osOf = (plan: Pick<Plan, 'vms'>, index: number, own: ListedVm): Said[] => {
  const os = plan.vms[index]?.os ?? 'unknown';
  return os === 'unknown' || own.os === 'unknown' || os === own.os
    ? []
    : [
        inRow(index)(
          'warning',
          'os',
          `The row says ${os}, the source says ${own.os}`,
          'Correct it, or leave it empty.',
        ),
      ];
};

/** A path of one hop goes past the staging host. */
const isStaged = (plan: Pick<Plan, 'paths'>, path: string): boolean => (plan.paths[path]?.length ?? 0) > 1;

/** What can never have room on staging, and batches of which not all have room there at once. */
const roomOf = (plan: Plan, found: readonly (ListedVm | null)[]): Said[] => {
  const { stagingBytes } = plan.policies.seats;
  const staged = plan.vms.flatMap((vm, index) => {
    const own = found[index];
    return own && isStaged(plan, vm.path) ? [{ index, batch: vm.batch, bytes: totalBytes(own) }] : [];
  });
  const tooBig = staged
    .filter(({ bytes }) => bytes > stagingBytes)
    .map(({ index, bytes }) =>
      inRow(index)(
        'error',
        'name',
        `Its disks come to ${terabytes(bytes)}; staging takes ${terabytes(stagingBytes)} in all`,
        'Raise policies.seats.stagingBytes if the host has the room, or move it by another path.',
      ),
    );
  const tight = [...Map.groupBy(staged, ({ batch }) => batch)].flatMap(([batch, members]): Said[] => {
    const bytes = members.reduce((sum, one) => sum + one.bytes, 0);
    if (bytes <= stagingBytes || members.some((one) => one.bytes > stagingBytes)) return [];
    return [
      {
        at: { plan: ['batches', batch] },
        severity: 'warning',
        message: `The disks of batch ${batch} come to ${terabytes(bytes)}; staging takes ${terabytes(stagingBytes)} at once`,
        fix: 'Split the batch, or some of its VMs wait until others have left staging.',
      },
    ];
  });
  return [...tooBig, ...tight];
};

/** What the VMs are, against what the plan makes of them. Rows whose VM is not known are passed over. */
export const checkShapes = (plan: Plan, found: readonly (ListedVm | null)[]): Said[] => [
  ...found.flatMap((own, index) => (own ? [...partsOf(plan, index, own), ...osOf(plan, index, own)] : [])),
  ...roomOf(plan, found),
];
