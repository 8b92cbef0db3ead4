import { queueOf } from '../../domain/address.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ListedVm, Nic } from '../../domain/vm.ts';
import { hopColumn } from '../roster/columns.ts';
import { inRow, type Said } from './said.ts';
import { candidate, type Sources } from './source.ts';

interface Holder {
  readonly vm: ListedVm;
  readonly nic: Nic;
  /** Which of its adapters, counted from 0. */
  readonly source: number;
}

/** Self-assigned and IPv6 addresses are nobody's by plan. */
const isPlannable = (ip: string): boolean => !ip.startsWith('169.254.') && !ip.includes(':');

const holdersOf = (sources: Sources): ReadonlyMap<string, readonly Holder[]> => {
  const all = [...sources.values()]
    .flat()
    .flatMap((vm) =>
      vm.nics.flatMap((nic, source) => nic.addresses.filter(isPlannable).map((ip) => ({ ip, vm, nic, source }))),
    );
  return Map.groupBy(all, ({ ip }) => ip);
};

/** Whether the plan leaves an adapter its address to the end of its path. */
const keepsTo = (plan: Pick<Plan, 'vms'>, row: number, source: number): boolean =>
  plan.vms[row]?.landings.at(-1)?.nics.some((nic) => nic.source === source && nic.address === 'keep') ?? false;

const onOtherVlan = (wanted: number | null, held: number | null): boolean =>
  wanted !== null && held !== null && wanted !== held;

interface Verdict {
  readonly severity: Said['severity'];
  readonly why: string;
  readonly fix: string;
}

const OTHER = 'Give another address, or free this one.';

const verdictOn = (plan: Pick<Plan, 'vms'>, holder: Holder, row: number | undefined, vlan: number | null): Verdict => {
  if (row !== undefined && keepsTo(plan, row, holder.source))
    return { severity: 'error', why: 'which keeps it by this plan', fix: 'Give one of the two another address.' };
  if (row !== undefined)
    return {
      severity: 'warning',
      why: 'until that has moved',
      fix: 'See that it moves in an earlier batch or group.',
    };
  if (holder.vm.power !== 'on')
    return { severity: 'warning', why: 'which is not running', fix: 'See that it stays off, or give another address.' };
  return onOtherVlan(vlan, holder.nic.vlan)
    ? { severity: 'warning', why: `on VLAN ${holder.nic.vlan}`, fix: 'See that the two networks never meet.' }
    : { severity: 'error', why: `on ${holder.nic.network ?? 'no network'}`, fix: OTHER };
};

/** Static addresses of the plan that another VM of the inventory holds. */
const heldByOthers = (
  plan: Pick<Plan, 'vms'>,
  found: readonly (ListedVm | null)[],
  holders: ReturnType<typeof holdersOf>,
  rowOf: ReadonlyMap<ListedVm, number>,
): Said[] =>
  plan.vms.flatMap((vm, index) => {
    const own = found[index];
    if (!own) return [];
    return vm.landings.flatMap(({ nics }, hop) =>
      nics.flatMap(({ address, vlan }): Said[] => {
        if (typeof address === 'string') return [];
        const holder = holders.get(address.ip)?.find((each) => each.vm !== own);
        if (!holder) return [];
        const { severity, why, fix } = verdictOn(plan, holder, rowOf.get(holder.vm), vlan);
        const column = hopColumn(hop + 1, 'nics');
        const message = `${column}: ${address.ip} is held by "${holder.vm.ref.name}", ${candidate(holder.vm)}, ${why}`;
        return [inRow(index)(severity, column, message, fix)];
      }),
    );
  });

/** Two VMs that bring one address along onto one network. */
const broughtTwice = (plan: Plan, found: readonly (ListedVm | null)[]): Said[] => {
  const first = new Map<string, number>();
  return plan.vms.flatMap((vm, index) => {
    const own = found[index];
    const last = vm.landings.length;
    const to = plan.paths[vm.path]?.[last - 1]?.to;
    if (!own || !to) return [];
    return (vm.landings[last - 1]?.nics ?? [])
      .filter(({ address }) => address === 'keep')
      .flatMap(({ source, network, vlan }) =>
        (own.nics[source]?.addresses ?? []).filter(isPlannable).flatMap((ip): Said[] => {
          const key = [queueOf(to), network, vlan, ip].join('/');
          const other = first.get(key);
          if (other === undefined) first.set(key, index);
          if (other === undefined || other === index) return [];
          const column = hopColumn(last, 'nics');
          const message = `${column}: "${plan.vms[other]?.name}" brings ${ip} onto ${network} too`;
          return [inRow(index)('error', column, message, 'Give one of the two another address.')];
        }),
      );
  });
};

/** What the addresses of the plan meet on the source. Rows whose VM is not known are passed over. */
export const checkLiveAddresses = (plan: Plan, found: readonly (ListedVm | null)[], sources: Sources): Said[] => {
  const rowOf = new Map(found.flatMap((vm, index) => (vm ? [[vm, index] as const] : [])));
  return [...heldByOthers(plan, found, holdersOf(sources), rowOf), ...broughtTwice(plan, found)];
};
