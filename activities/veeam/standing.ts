import { readToken } from '../../domain/token.ts';
import type { Look, Mount, RestoreRecord, StagedVm } from './mount-words.ts';

/** What is looked for: our mount of this journey and hop, under the name the VM lands with. */
export interface Wanted {
  readonly journey: string;
  readonly hop: number;
  readonly name: string;
  /** Known from an earlier try or verb: we did start one. */
  readonly started: boolean;
  /** Id the successor was seen with before, in another verb. */
  readonly successor: string | null;
}

/**
 * How an Instant Recovery stands, from everything that can tell. V §4.1
 *
 * - `none`      no mount, no VM of that name, nothing under way
 * - `starting`  accepted, not to be seen yet
 * - `mounted`   our mount; its phase says how far it is. `vm` is null while the host does not list it
 * - `migrated`  no mount, and the VM we made, known by its id, stands on its own
 * - `failed`    our restore ended badly and left nothing
 * - `foreign`   a mount or VM of that name that we cannot prove to be ours
 */
export type Standing =
  | { readonly is: 'none' }
  | { readonly is: 'starting' }
  | { readonly is: 'mounted'; readonly mount: Mount; readonly vm: StagedVm | null }
  | { readonly is: 'migrated'; readonly vm: StagedVm }
  | { readonly is: 'failed'; readonly result: string }
  | { readonly is: 'foreign'; readonly what: string };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const isOurs = (reason: string | null, { journey, hop }: Wanted): boolean => {
  const token = readToken(reason);
  return token?.vm === journey && token.hop === hop && token.verb === 'cutOver';
};

const newest = (records: readonly RestoreRecord[]): RestoreRecord | null =>
  [...records].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))[0] ?? null;

/** A build that does not show the reason on the mount still keeps it in the history of restores. V §1.5.1 */
const ourMount = (
  look: Look,
  wanted: Wanted,
  ours: readonly RestoreRecord[],
  record: RestoreRecord | null,
): Mount | 'foreign' | null => {
  const marked = look.mounts.find(
    ({ reason, session }) => isOurs(reason, wanted) || (reason === null && ours.some(({ id }) => same(id, session))),
  );
  if (marked) return marked;
  const named = look.mounts.find((mount) => same(mount.vmName, wanted.name));
  if (!named) return null;
  return named.reason === null && (record?.working || wanted.started) ? named : 'foreign';
};

export const standingOf = (look: Look, wanted: Wanted): Standing => {
  const ours = look.records.filter(({ reason }) => isOurs(reason, wanted));
  const record = newest(ours);
  const mount = ourMount(look, wanted, ours, record);
  if (mount === 'foreign') return { is: 'foreign', what: `a mount of ${wanted.name} that does not carry our token` };

  const named = look.vms.filter((vm) => same(vm.name, wanted.name));
  const known = look.vms.find((vm) => same(vm.id, wanted.successor ?? mount?.vmId ?? ''));
  if (!known && named.length > 1) return { is: 'foreign', what: `${named.length} VMs named ${wanted.name}` };
  const vm = known ?? named[0] ?? null;

  if (mount) return { is: 'mounted', mount, vm };
  if (known && wanted.successor !== null) return { is: 'migrated', vm: known };
  if (vm && (record?.working || (wanted.started && !record))) return { is: 'starting' };
  // The history alone is no proof: taking a mount down ends it as well as migrating it.
  if (vm) return { is: 'foreign', what: `a VM named ${wanted.name} that nothing proves to be ours` };
  if (record?.working) return { is: 'starting' };
  if (!wanted.started) return { is: 'none' };
  if (!record) return { is: 'starting' };
  return record.result === 'Success' || record.result === 'Warning'
    ? { is: 'none' }
    : { is: 'failed', result: record.result };
};
