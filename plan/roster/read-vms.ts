import { queueOf } from '../../domain/address.ts';
import { counted } from '../../domain/counted.ts';
import type { Estate } from '../../domain/estate.ts';
import type { Landing } from '../../domain/landing.ts';
import type { BatchPlan, PathHop, Settings, VmPlan } from '../../domain/plan.ts';
import type { ReadPaths } from '../programme/read-paths.ts';
import { type Wrong, wrong } from '../refusal.ts';
import { readDuration } from '../text/measures.ts';
import { instead } from '../text/nearest.ts';
import { readId, readLabel, readOs, readSmoke, readYesNo } from './cells.ts';
import { readLanding } from './read-landing.ts';
import type { VmRow } from './sheet.ts';
import { targetOf } from './targets.ts';

/** What plan.yaml says that rows refer to. */
export interface Surroundings {
  readonly estate: Estate;
  readonly paths: ReadPaths;
  readonly batches: Readonly<Record<string, BatchPlan>>;
  readonly outageBudgetMs: number;
}

/** A row as read: `hops` is null where plan.yaml was refused, `vm.landings` still lack the names the row leaves out. */
export interface Draft {
  readonly row: VmRow;
  readonly vm: VmPlan;
  readonly hops: readonly (PathHop | null)[] | null;
}

const asIs = (text: string): string => text;

const knownAs =
  (known: readonly string[], what: string) =>
  (text: string): string | Wrong =>
    known.includes(text) ? text : wrong(`plan.yaml has no "${text}"`, instead(text, known, what));

const readLandings = (row: VmRow, hops: readonly (PathHop | null)[], estate: Estate): readonly Landing[] => {
  const landings: Landing[] = [];
  for (const [index, hop] of hops.entries()) {
    landings.push(readLanding(row, index + 1, targetOf(estate, hop?.to ?? null), landings.at(-1) ?? null));
  }
  return landings;
};

/** The customer's own job is adopted in the first hop that Veeam carries. */
const readSettings = (row: VmRow, hops: readonly (PathHop | null)[]): readonly Settings[] => {
  const adoptJob = row.text('adopt_job');
  if (adoptJob === '') return hops.map(() => ({}));
  const first = hops.findIndex((hop) => hop?.mover.product === 'veeam');
  if (first === -1 && !hops.includes(null))
    row.no('adopt_job', 'adopt_job: no hop of the path is carried by Veeam', 'Leave it empty, or take another path.');
  return hops.map((_, index) => (index === first ? { adoptJob } : {}));
};

const checkWindows = (row: VmRow, path: string, hops: readonly unknown[], batch: BatchPlan | undefined): void => {
  const windows = batch?.windows.length ?? 0;
  if (windows < 2 || windows === hops.length) return;
  const fix = `Give the batch one window, or ${hops.length}.`;
  row.no(
    'path',
    `Path ${path} has ${counted(hops.length, 'hop')}, but batch ${batch?.name} has ${windows} windows`,
    fix,
  );
};

const readRow = (row: VmRow, around: Surroundings | null): Draft => {
  const batches = around && Object.keys(around.batches);
  const paths = around && [...around.paths.keys()];
  const id = row.read('id', readId, null);
  const name = row.text('name');
  if (name === '' && row.text('id') === '') row.no('name', 'The row has neither id nor name', 'Give at least one.');

  const batch = row.need('batch', batches ? knownAs(batches, 'batches') : readLabel, '');
  const path = row.need('path', paths ? knownAs(paths, 'paths') : readLabel, '');
  const hops = around?.paths.get(path) ?? null;
  if (around && hops && Object.hasOwn(around.batches, batch)) checkWindows(row, path, hops, around.batches[batch]);
  const vm: VmPlan = {
    id,
    name: name === '' ? (id ?? '') : name,
    batch,
    group: row.read('group', readLabel, 'all'),
    owner: row.need('owner', asIs, ''),
    path,
    landings: around && hops ? readLandings(row, hops, around.estate) : [],
    settings: hops ? readSettings(row, hops) : [],
    os: row.read('os', readOs, 'unknown' as const),
    outageBudgetMs: row.read('outage_budget', readDuration, around?.outageBudgetMs ?? 0),
    smoke: row.read('smoke', readSmoke, { kind: 'none', target: '', expect: '' } as const),
    serveWhileMounted: row.read('serve_while_mounted', readYesNo, false),
  };
  return { row, vm, hops };
};

export const readVms = (rows: readonly VmRow[], around: Surroundings | null): readonly Draft[] =>
  rows.map((row) => readRow(row, around));

/** `ahv@ntnx-a`, or empty where that is not known. */
export const sourceOf = ({ hops }: Draft): string => {
  const from = hops?.[0]?.from;
  return from ? queueOf(from) : '';
};
