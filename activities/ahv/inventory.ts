import { ApplicationFailure } from '@temporalio/common';
import type { ListedVm } from '../../domain/vm.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Inventory } from '../contracts/platform.ts';
import { type JsonObject, textAt } from '../http/reading.ts';
import { readSubnet, type Subnet } from './nics.ts';
import type { Ahv } from './parts.ts';
import { describeVm } from './vm.ts';

/** Of 100 VMs each: what one answer holds at most. */
const PAGES = 5;
/** Temporal carries two megabytes; a VM takes about half a kilobyte, and one of many disks and adapters some. */
const MOST_CHARACTERS = 600_000;

/** What VMs refer to by id. Null where the account may not see it: ids stand in for names then. */
interface Names {
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly clusters: ReadonlyMap<string, string> | null;
}

const orNull = (error: unknown): null => {
  if (error instanceof ApplicationFailure && error.type === 'Configuration') return null;
  throw error;
};

const byId = <T>(items: readonly JsonObject[], read: (item: JsonObject) => T): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [textAt(item, 'extId') ?? '', read(item)]));

const readNames = async ({ prism }: Ahv): Promise<Names> => {
  const [subnets, clusters] = await Promise.all([
    prism.list({ namespace: 'networking', rest: '/config/subnets' }).catch(orNull),
    prism.list({ namespace: 'clustermgmt', rest: '/config/clusters' }).catch(orNull),
  ]);
  return {
    subnets: byId(subnets ?? [], readSubnet),
    clusters: clusters && byId(clusters, (cluster) => textAt(cluster, 'name') ?? ''),
  };
};

/** The cluster that the plan names for this instance; null where it names none, or clusters cannot be seen. */
const ownCluster = ({ at, instance }: Ahv, { clusters }: Names): string | null => {
  if (!clusters || instance.cluster === undefined) return null;
  const found = [...clusters].find(([, name]) => name === instance.cluster);
  if (found) return found[0];
  throw mishap.configuration(`Prism Central has no cluster ${instance.cluster}.`, {
    at,
    fix: `Correct \`cluster\` of this instance in the plan. It has: ${[...clusters.values()].join(', ') || 'none'}.`,
  });
};

const clusterOf = (vm: JsonObject): string | null => textAt(vm, 'cluster.extId');

/**
 * VMs by name, which is the only order in which pages stay what they are while VMs come and go. Names of networks and clusters are
 * read anew with every first page. The filter is checked again here: a server that does not know it answers everything. O E.3
 */
export const inventory = (ahv: Ahv): Inventory['inventory'] => {
  let known: Promise<Names> | null = null;

  const names = (anew: boolean): Promise<Names> => {
    if (!known || anew) {
      known = readNames(ahv);
      known.catch(() => {
        known = null;
      });
    }
    return known;
  };

  return async ({ cursor }) => {
    const first = Number(cursor ?? 0);
    const around = await names(cursor === null);
    const cluster = ownCluster(ahv, around);
    const options = { orderBy: 'name', ...(cluster ? { filter: `cluster/extId eq '${cluster}'` } : {}) };

    const vms: ListedVm[] = [];
    let isWhole = true;
    for (let n = first, characters = 0; ; n += 1) {
      const page = await ahv.prism.page({ namespace: 'vmm', rest: '/ahv/config/vms' }, n, options);
      const ours = page.items.filter((vm) => cluster === null || clusterOf(vm) === cluster);
      const listed = ours.map((vm) => ({
        ...describeVm(vm, around.subnets),
        cluster: around.clusters?.get(clusterOf(vm) ?? '') ?? clusterOf(vm),
      }));
      vms.push(...listed);
      isWhole &&= ours.length === page.items.length;
      characters += JSON.stringify(listed).length;
      if (!page.isLast && n + 1 < first + PAGES && characters < MOST_CHARACTERS) continue;
      return { vms, next: page.isLast ? null : String(n + 1), total: isWhole ? page.total : null };
    }
  };
};
