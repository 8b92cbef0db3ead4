import type { Address, PlatformProduct } from '../../domain/address.ts';
import type { AzureLocalInstance, Estate, HyperVInstance } from '../../domain/estate.ts';
import type { LandingNic } from '../../domain/landing.ts';
import { type Wrong, wrong } from '../refusal.ts';
import { instead } from '../text/nearest.ts';

/** What plan.yaml alone tells about landing on one platform instance; the rest is asked of the live estate. */
export interface Target {
  /** Where a VM lands whose row does not say; null when that is a choice. */
  readonly onlyStorage: string | null;
  wrongStorage(storage: string): Wrong | null;
  wrongNic(nic: LandingNic): Wrong | null;
  wrongCpus(cpus: number): Wrong | null;
  wrongMemory(megabytes: number, generation: 1 | 2 | null): Wrong | null;
}

const only = (names: readonly string[]): string | null => (names.length === 1 ? (names[0] ?? null) : null);

const folder = (path: string): string => path.replaceAll('/', '\\').replace(/\\+$/, '').toLowerCase();

const isWithin = (path: string, root: string): boolean => {
  const inner = folder(path);
  return !inner.split('\\').includes('..') && (inner === folder(root) || inner.startsWith(`${folder(root)}\\`));
};

const hyperV = (instance: string, { storagePaths }: HyperVInstance): Target => ({
  onlyStorage: only(storagePaths),
  wrongStorage: (storage) =>
    storagePaths.some((root) => isWithin(storage, root))
      ? null
      : wrong(
          `"${storage}" is not in a storage path of hyper-v@${instance}`,
          `Write a folder in ${storagePaths.join(' or ')}.`,
        ),
  wrongNic: () => null,
  wrongCpus: () => null,
  wrongMemory: () => null,
});

/** Sizes: A §1.3d. A landing without a generation may become either: the wider range holds. */
const azureLocal = (instance: string, { storagePaths, logicalNetworks }: AzureLocalInstance): Target => ({
  onlyStorage: only(Object.keys(storagePaths)),
  wrongStorage: (storage) =>
    Object.hasOwn(storagePaths, storage)
      ? null
      : wrong(
          `azure-local@${instance} has no storage path "${storage}"`,
          instead(storage, Object.keys(storagePaths), 'storage paths'),
        ),
  wrongNic: ({ source, network, vlan }) => {
    if (!Object.hasOwn(logicalNetworks, network)) {
      return wrong(
        `Adapter ${source}: azure-local@${instance} has no logical network "${network}"`,
        instead(network, Object.keys(logicalNetworks), 'logical networks'),
      );
    }
    return vlan === null
      ? null
      : wrong(`Adapter ${source}: on Azure Local the logical network decides the VLAN`, `Take vlan=${vlan} out.`);
  },
  wrongCpus: (cpus) =>
    cpus > 240 ? wrong(`${cpus} are more than Azure Migrate lands on Azure Local`, 'Write at most 240.') : null,
  wrongMemory: (megabytes, generation) => {
    const [least, most] = generation === 1 ? [512, 1_048_576] : [32, 12_582_912];
    return megabytes < least || megabytes > most
      ? wrong(`${megabytes} MB cannot land on Azure Local`, `Write ${least} to ${most} MB.`)
      : null;
  },
});

const anything: Target = {
  onlyStorage: '',
  wrongStorage: () => null,
  wrongNic: () => null,
  wrongCpus: () => null,
  wrongMemory: () => null,
};

/** `to` is null where the hop itself was refused: nothing more is said about it then. */
export const targetOf = (estate: Estate, to: Address<PlatformProduct> | null): Target => {
  if (to?.product === 'hyper-v') {
    const host = estate['hyper-v'][to.instance];
    return host ? hyperV(to.instance, host) : anything;
  }
  const local = to?.product === 'azure-local' ? estate['azure-local'][to.instance] : undefined;
  return to && local ? azureLocal(to.instance, local) : anything;
};
