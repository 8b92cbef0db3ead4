import type { BatchEdit } from '../../domain/batch-edit.ts';
import { fingerprintOf } from '../../domain/gate.ts';
import type { HopEdit } from '../../domain/journey-edit.ts';
import type { Landing } from '../../domain/landing.ts';
import type { HopOrder, JourneyOrder, Settings } from '../../domain/plan.ts';
import { hopOf } from '../../plan/roster/columns.ts';
import { type CellChange, changedCells } from '../../plan/roster/order-cells.ts';
import type { AnyColumn } from '../../plan/roster/sheet.ts';

/** How a VM differs from what runs, in words, with the edits that bring it there and the cells that ask for them. */
export interface Comparison {
  readonly kind: 'moved' | 're-addressed' | 're-landed' | 'settings' | 'replanned';
  readonly says: string;
  readonly at: AnyColumn;
  readonly edit: BatchEdit;
}

const same = (a: unknown, b: unknown): boolean => fingerprintOf({ a }) === fingerprintOf({ a: b });

/** Disks that land with the rest of the VM need not be told. */
const plain = (landing: Landing): Landing => ({
  ...landing,
  disks: landing.disks.filter(({ storagePath }) => storagePath !== null),
});

/** Only what differs: a landing keeps the rest, its name above all. */
const landingEdit = (from: Landing, to: Landing): Partial<Landing> | null => {
  const [before, after] = [plain(from), plain(to)];
  const entries = Object.entries(after).filter(([key, value]) => !same(before[key as keyof Landing], value));
  return entries.length === 0 ? null : Object.fromEntries(entries);
};

/** What is not there any more becomes null: settings are laid over those there are. */
const settingsEdit = (from: Settings, to: Settings): Settings | null => {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  const entries = keys.filter((key) => (from[key] ?? null) !== (to[key] ?? null)).map((key) => [key, to[key] ?? null]);
  return entries.length === 0 ? null : Object.fromEntries(entries);
};

const hopEdit = (from: HopOrder, to: HopOrder): HopEdit | null => {
  const landing = landingEdit(from.landing, to.landing);
  const settings = settingsEdit(from.settings, to.settings);
  return landing || settings ? { n: to.n, ...(landing ? { landing } : {}), ...(settings ? { settings } : {}) } : null;
};

const wiring = ({ hops }: JourneyOrder): unknown =>
  hops.map(({ from, mover, to, guests, unproven }) => ({ from, mover, to, guests, unproven }));

const cellText = ({ column, from, to }: CellChange): string => `${column} ${from || '(empty)'} → ${to || '(empty)'}`;

/** Cells of who the VM is and how it is judged; what a hop makes of it may change while it runs. */
const isOfJourney = (column: string): boolean =>
  column === 'adopt_job' || (hopOf(column) !== null && !column.endsWith('.name'));

const settingsText = (hops: readonly HopEdit[]): readonly string[] =>
  hops.flatMap(({ n, settings }) =>
    Object.entries(settings ?? {})
      .filter(([key]) => key !== 'adoptJob')
      .map(([key, value]) => `hop ${n} ${key} → ${value === null ? '(none)' : String(value)}`),
  );

/** What the plan wants of a VM against the order it follows. `wanted` keeps the windows of `live`: those are the batch's. */
export const compare = (id: string, live: JourneyOrder, planned: JourneyOrder): readonly Comparison[] => {
  const moved: readonly Comparison[] =
    planned.group === live.group
      ? []
      : [
          {
            ...{ kind: 'moved', says: `moved from ${live.group} to ${planned.group}`, at: 'group' },
            edit: { kind: 'move', id, group: planned.group },
          },
        ];
  const hops = planned.hops.map((hop) => ({ ...hop, window: live.hops[hop.n - 1]?.window ?? hop.window }));
  const wanted: JourneyOrder = { ...planned, hops };
  const cells = changedCells({ ...live, group: wanted.group, batch: wanted.batch }, wanted);
  const own = cells.filter(({ column }) => !isOfJourney(column));
  const isOtherPath = wanted.path === live.path && !same(wiring(live), wiring(wanted));
  if (own.length > 0 || isOtherPath) {
    const says = [...(isOtherPath ? [`path ${live.path} leads otherwise in plan.yaml`] : []), ...cells.map(cellText)];
    return [
      ...moved,
      {
        ...{ kind: 'replanned', says: says.join('; '), at: own[0]?.column ?? 'path' },
        edit: { kind: 'replan', id, order: wanted },
      },
    ];
  }
  const edits = live.hops.flatMap((hop) => {
    const to = wanted.hops[hop.n - 1];
    return (to && hopEdit(hop, to)) ?? [];
  });
  if (edits.length === 0) return moved;
  const addressed = cells.length > 0 && cells.every(({ column }) => column.endsWith('.nics'));
  const landed = edits.some(({ landing }) => landing !== undefined);
  return [
    ...moved,
    {
      kind: addressed ? 're-addressed' : landed ? 're-landed' : 'settings',
      says: [...cells.map(cellText), ...settingsText(edits)].join('; '),
      at: cells[0]?.column ?? 'path',
      edit: { kind: 'journey', id, edit: { hops: edits } },
    },
  ];
};
