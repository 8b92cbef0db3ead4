/** Which VMs go together: whole groups into as few batches as carry them. U §5 */

/** A group that moves together; sizes are virtual bytes of all disks, null where nobody told. */
export interface PackedGroup {
  readonly name: string;
  readonly vms: readonly { readonly name: string; readonly bytes: number | null }[];
}

export interface PackingLimits {
  /** VMs of a batch; Azure Migrate takes 10 at once. */
  readonly mostVms: number;
  /** Of all batches in flight together. */
  readonly stagingSeats: number;
  readonly stagingBytes: number;
  readonly inFlight: number;
}

/** Staging is reserved with room for what is written meanwhile. U §5 (b) */
export const STAGING_FACTOR = 1.3;
/** Azure Migrate's, and what fits one night. */
export const LARGEST_BATCH = 10;

export interface ProposedBatch {
  readonly groups: readonly string[];
  readonly vms: readonly string[];
  /** To be reserved on staging, with the factor. */
  readonly bytes: number;
}

export interface Packing {
  readonly batches: readonly ProposedBatch[];
  /** Groups that no batch can carry whole, with why: they are never split. */
  readonly tooLarge: readonly { readonly group: string; readonly why: string }[];
  /** What one batch may hold. */
  readonly room: { readonly vms: number; readonly bytes: number };
  /** VMs whose size nobody told: counted as the mean of the others. */
  readonly unsized: readonly string[];
}

const GIB = 2 ** 30;
const size = (bytes: number): string => `${Math.ceil(bytes / GIB)} GB`;

/** What each batch may take so that so many of them stand on staging at once. */
const roomOf = ({ mostVms, stagingSeats, stagingBytes, inFlight }: PackingLimits): Packing['room'] => ({
  vms: Math.min(mostVms, Math.floor(stagingSeats / inFlight)),
  bytes: Math.floor(stagingBytes / inFlight),
});

interface Sized {
  readonly name: string;
  readonly vms: readonly string[];
  readonly bytes: number;
}

const fits = (batch: ProposedBatch, group: Sized, room: Packing['room']): boolean =>
  batch.vms.length + group.vms.length <= room.vms && batch.bytes + group.bytes <= room.bytes;

const shareOf = ({ vms, bytes }: Sized, room: Packing['room']): number =>
  Math.max(vms.length / room.vms, bytes / room.bytes);

/**
 * First fit, the largest group first: never more than 11/9 of the fewest batches in one dimension. A group larger than a batch is told.
 */
export const packBatches = (groups: readonly PackedGroup[], limits: PackingLimits): Packing => {
  const room = roomOf(limits);
  const known = groups.flatMap(({ vms }) => vms.flatMap(({ bytes }) => bytes ?? []));
  const mean = known.length === 0 ? 0 : known.reduce((sum, one) => sum + one, 0) / known.length;
  const sized = groups
    .filter(({ vms }) => vms.length > 0)
    .map(
      ({ name, vms }): Sized => ({
        name,
        vms: vms.map((vm) => vm.name),
        bytes: Math.ceil(vms.reduce((sum, { bytes }) => sum + (bytes ?? mean), 0) * STAGING_FACTOR),
      }),
    );
  const tooLarge = sized.flatMap(({ name, vms, bytes }) => {
    const why = [
      ...(vms.length > room.vms ? [`${vms.length} VMs, and a batch takes ${room.vms}`] : []),
      ...(bytes > room.bytes
        ? [`${size(bytes)} on staging with the factor ${STAGING_FACTOR}, and a batch takes ${size(room.bytes)}`]
        : []),
    ];
    return why.length === 0 ? [] : [{ group: name, why: why.join('; ') }];
  });
  const batches: ProposedBatch[] = [];
  const whole = sized.filter(({ name }) => !tooLarge.some(({ group }) => group === name));
  for (const group of whole.sort((a, b) => shareOf(b, room) - shareOf(a, room) || (a.name < b.name ? -1 : 1))) {
    const index = batches.findIndex((batch) => fits(batch, group, room));
    const into = batches[index] ?? { groups: [], vms: [], bytes: 0 };
    const filled = {
      groups: [...into.groups, group.name],
      vms: [...into.vms, ...group.vms],
      bytes: into.bytes + group.bytes,
    };
    if (index === -1) batches.push(filled);
    else batches[index] = filled;
  }
  const unsized = groups.flatMap(({ vms }) => vms.flatMap(({ name, bytes }) => (bytes === null ? [name] : [])));
  return { batches, tooLarge, room, unsized };
};
