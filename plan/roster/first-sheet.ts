import { queueOf } from '../../domain/address.ts';
import type { Estate } from '../../domain/estate.ts';
import type { PathHop } from '../../domain/plan.ts';
import type { ListedVm, Nic } from '../../domain/vm.ts';
import { hopColumn } from './columns.ts';
import { guarded } from './formula-guard.ts';
import type { AnyColumn } from './sheet.ts';

/** What plan.yaml tells about VMs of which nothing is decided yet. */
export interface SheetAround {
  readonly estate: Estate;
  readonly paths: Readonly<Record<string, readonly PathHop[]>>;
  /** Where they run: `ahv@ntnx-a`. */
  readonly source: string;
}

/** Cells of one row by their columns; those that are not here are empty. */
export type Cells = Readonly<Record<string, string>>;

const HEAD: readonly AnyColumn[] = ['id', 'name', 'batch', 'group', 'owner', 'path', 'os', 'outage_budget', 'smoke'];
const OF_A_HOP = ['name', 'cpus', 'memory', 'storage', 'nics'] as const;

/** The only path that begins there, or none: a person chooses. */
const onlyPath = ({ paths, source }: SheetAround): readonly [string, readonly PathHop[]] | null => {
  const fitting = Object.entries(paths).filter(([, hops]) => hops[0] && queueOf(hops[0].from) === source);
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
};

/** The network's own name stands in for one of the target, for a person to replace all over the sheet, unless the target leaves no choice. */
const networkAt = (estate: Estate, hop: PathHop | undefined, network: string): string => {
  const known = hop?.to.product === 'azure-local' ? estate['azure-local'][hop.to.instance]?.logicalNetworks : undefined;
  const names = Object.keys(known ?? {});
  const same = names.find((name) => name.toLowerCase() === network.toLowerCase());
  // A slash or semicolon would end the name within the cell.
  return same ?? (names.length === 1 ? names[0] : undefined) ?? network.replace(/[/;]/g, '-');
};

/** Adapters as they are plugged in now, each keeping its address. On Azure Local the logical network decides the VLAN. */
const nicsCell = (estate: Estate, hop: PathHop | undefined, nics: readonly Nic[]): string => {
  const cells = nics.flatMap(({ network, vlan, connected }, source) => {
    if (!connected || network === null) return [];
    const tag = vlan !== null && hop?.to.product !== 'azure-local' ? `/vlan=${vlan}` : '';
    return [`${source}:${networkAt(estate, hop, network)}${tag}/keep`];
  });
  return cells.length > 0 ? cells.join('; ') : 'none';
};

/** The cells that the source decides; who moves it, when and where to is left to people. */
export const firstCells = (vm: ListedVm, around: SheetAround): Cells => {
  const found = onlyPath(around);
  const hops = found?.[1] ?? [];
  const landings = (hops.length > 0 ? hops : [undefined]).map((hop, index) => [
    hopColumn(index + 1, 'nics'),
    nicsCell(around.estate, hop, vm.nics),
  ]);
  return {
    id: vm.ref.id,
    name: vm.ref.name,
    path: found?.[0] ?? '',
    os: vm.os === 'unknown' ? '' : vm.os,
    [hopColumn(1, 'cpus')]: String(vm.cpus),
    [hopColumn(1, 'memory')]: String(vm.memoryMb),
    ...Object.fromEntries(landings),
  };
};

const cellText = (text: string, delimiter: string): string => {
  const safe = guarded(text);
  return /["\r\n]|^\s|\s$/.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One line of vms.csv; a cell that a spreadsheet would run as a formula is made harmless. */
export const rowText = (cells: Cells, columns: readonly string[], delimiter = ','): string =>
  columns.map((column) => cellText(cells[column] ?? '', delimiter)).join(delimiter);

/** Columns of a new sheet: those that people fill in or look at; `docs/plan.md` has the rest. */
export const firstColumns = ({ paths }: Pick<SheetAround, 'paths'>): readonly AnyColumn[] => {
  const hops = Math.max(1, ...Object.values(paths).map(({ length }) => length));
  return [
    ...HEAD,
    ...Array.from({ length: hops }, (_, hop) => OF_A_HOP.map((field) => hopColumn(hop + 1, field))).flat(),
  ];
};

/** Without the mark, spreadsheets take text beyond ASCII for something else. */
const MARK = '\uFEFF';

/** A whole vms.csv in which batch, owner and landings are still to be filled in. */
export const firstSheet = (vms: readonly ListedVm[], around: SheetAround): string => {
  const columns = firstColumns(around);
  const text = [columns.join(','), ...vms.map((vm) => rowText(firstCells(vm, around), columns)), ''].join('\n');
  return /[^\p{ASCII}]/u.test(text) ? MARK + text : text;
};
