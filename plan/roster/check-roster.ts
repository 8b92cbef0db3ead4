import { queueOf } from '../../domain/address.ts';
import type { BatchPlan } from '../../domain/plan.ts';
import type { PlanFile } from '../programme/plan-file.ts';
import { HOP_FIELDS, hopColumn } from './columns.ts';
import { type Draft, sourceOf } from './read-vms.ts';

/** U §5 */
const LARGEST_BATCH = 10;

/** One VM stands in one row: an id twice, or a display name twice where an id does not tell them apart. */
export const checkIdentities = (drafts: readonly Draft[]): void => {
  const ids = new Map<string, number>();
  const names = new Map<string, { line: number; hasId: boolean }>();
  for (const draft of drafts) {
    const { row, vm } = draft;
    const same = vm.id === null ? undefined : ids.get(`${sourceOf(draft)}/${vm.id}`);
    if (same !== undefined)
      row.no('id', `The VM of this id stands in line ${same} already`, 'Delete one of the two rows.');
    if (vm.id !== null && same === undefined) ids.set(`${sourceOf(draft)}/${vm.id}`, row.line);

    const key = `${sourceOf(draft)}/${vm.name}`;
    const namesake = names.get(key);
    if (namesake && !(namesake.hasId && vm.id !== null)) {
      row.no(
        'name',
        `"${vm.name}" stands in line ${namesake.line} too, and not both rows have an id`,
        'Give the id of each, or delete one row.',
      );
    }
    if (!namesake) names.set(key, { line: row.line, hasId: vm.id !== null });
  }
};

/** Two VMs may not be given one static address on one network of one target. */
export const checkAddresses = (drafts: readonly Draft[]): void => {
  const holders = new Map<string, number>();
  for (const { row, vm, hops } of drafts) {
    for (const [index, landing] of vm.landings.entries()) {
      const to = hops?.[index]?.to;
      for (const { network, vlan, address } of landing.nics) {
        if (!to || typeof address === 'string') continue;
        const key = [queueOf(to), network, vlan, address.ip].join('/');
        const holder = holders.get(key);
        const column = hopColumn(index + 1, 'nics');
        if (holder !== undefined)
          row.no(
            column,
            `${column}: ${address.ip} on ${network} is given in line ${holder} too`,
            'Give each VM an address of its own.',
          );
        else holders.set(key, row.line);
      }
    }
  }
};

/** Cells of hops that the row's path does not have. */
export const checkStrayHops = (drafts: readonly Draft[], longest: number): void => {
  for (const { row, vm, hops } of drafts) {
    if (!hops) continue;
    for (let hop = hops.length + 1; hop <= longest; hop += 1) {
      const field = HOP_FIELDS.find((each) => row.text(hopColumn(hop, each)) !== '');
      if (field)
        row.no(
          hopColumn(hop, field),
          `Path ${vm.path} has no hop ${hop}`,
          'Empty the cells of that hop, or take another path.',
        );
    }
  }
};

/** The order of each batch's groups: as plan.yaml says, then as they first stand in vms.csv. */
export const orderGroups = (
  file: PlanFile,
  batches: Readonly<Record<string, BatchPlan>>,
  drafts: readonly Draft[],
  underWay = false,
): Readonly<Record<string, BatchPlan>> => {
  const members = Map.groupBy(drafts, ({ vm }) => vm.batch);
  const ordered = Object.entries(batches).map(([name, batch]): [string, BatchPlan] => {
    const rows = members.get(name) ?? [];
    const present = [...new Set(rows.map(({ vm }) => vm.group))];
    if (rows.length === 0)
      file.warn(
        ['batches', name],
        `No VM is in batch ${name}`,
        'Name it in the column batch of vms.csv, or delete it.',
      );
    else {
      for (const [index, group] of batch.groups.entries()) {
        if (!present.includes(group) && !underWay)
          file.no(
            ['batches', name, 'groups', index],
            `No VM of batch ${name} is in group "${group}"`,
            `Groups there: ${present.join(', ')}.`,
          );
      }
    }
    rows[LARGEST_BATCH]?.row.warn(
      'batch',
      `Batch ${name} has ${rows.length} VMs`,
      `Keep to ${LARGEST_BATCH}: more do not fit one night, nor one selection of Azure Migrate.`,
    );
    return [name, { ...batch, groups: [...batch.groups, ...present.filter((group) => !batch.groups.includes(group))] }];
  });
  return Object.fromEntries(ordered);
};
