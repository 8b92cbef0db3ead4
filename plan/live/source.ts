import { queueOf } from '../../domain/address.ts';
import type { Plan, VmPlan } from '../../domain/plan.ts';
import type { ListedVm } from '../../domain/vm.ts';

/** The VMs of each source platform that was asked, by its queue: `ahv@ntnx-a`. */
export type Sources = ReadonlyMap<string, readonly ListedVm[]>;

/** Queue of the platform a planned VM runs on now; null where its path has no hop. */
export const sourceQueue = (plan: Pick<Plan, 'paths'>, vm: VmPlan): string | null => {
  const from = plan.paths[vm.path]?.[0]?.from;
  return from ? queueOf(from) : null;
};

/** `7c9f… (cluster NTNX-A, on, 10.1.1.1)`: enough to tell two VMs of one name apart. */
export const candidate = ({ ref, cluster, power, nics }: ListedVm): string => {
  const addresses = nics.flatMap((nic) => nic.addresses);
  const told = [
    ...(cluster === null ? [] : [`cluster ${cluster}`]),
    power,
    addresses.length > 0 ? addresses.join(' ') : 'no address',
  ];
  return `${ref.id} (${told.join(', ')})`;
};
