import type { JourneyRecord } from '../activities/contracts/keeper.ts';
import { humanWaitOf, movedOf, outageOf, totalOutage } from '../domain/ledger.ts';
import type { Listed } from '../domain/listed.ts';
import { each } from '../workers/each.ts';
import { listMigrations } from '../workers/listing.ts';
import { readRecords } from '../workers/records.ts';
import type { MigrationView } from '../workflows/messages.ts';
import { handleOf, viewMigration } from './operations.ts';
import type { Reached } from './temporal.ts';

/** One VM of a batch, as it came out or stands. Times are ms. */
export interface VmReport {
  readonly programme: string;
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly owner: string;
  /** The end it came to, or the phase it is in. */
  readonly phase: string;
  /** `record`: it has ended and this is its record. `gone`: its run is lost; only what visibility shows is known. */
  readonly from: 'record' | 'running' | 'result' | 'gone' | 'silent';
  readonly outagesMs: readonly (number | null)[];
  readonly outageMs: number | null;
  readonly budgetMs: number | null;
  /** Per hop; null where no product told. */
  readonly bytes: readonly { readonly full: number | null; readonly delta: number | null }[];
  readonly humanWaitMs: number | null;
  readonly decisions: MigrationView['decisions'];
  readonly commands: MigrationView['commands'];
  readonly findings: MigrationView['findings'];
}

/** A view as its line of the report. Records of earlier versions tell no budget. */
export const vmReport = (view: MigrationView, from: VmReport['from'], now: number): VmReport => {
  const { programme, group, owner, vm, phase, ledger, hops, decisions, commands, findings } = view;
  return {
    programme,
    ...vm,
    group,
    owner,
    phase,
    from,
    outagesMs: hops.map(({ n }) => outageOf(ledger, n, now)),
    outageMs: totalOutage(ledger, hops.length, now),
    budgetMs: (view.outageBudgetMs as number | undefined) ?? null,
    bytes: hops.map(({ n }) => movedOf(ledger, n)),
    humanWaitMs: humanWaitOf(ledger, view.gate?.openedAt, now),
    decisions,
    commands,
    findings,
  };
};

const unknown = ({ programme, id, name, group, owner, phase }: Listed, from: VmReport['from']): VmReport => ({
  programme,
  id,
  name,
  group,
  owner,
  phase,
  from,
  outagesMs: [],
  outageMs: null,
  budgetMs: null,
  bytes: [],
  humanWaitMs: null,
  decisions: [],
  commands: [],
  findings: [],
});

interface Told {
  readonly from: VmReport['from'];
  /** Null where the migration said nothing. */
  readonly view: MigrationView | null;
  readonly listed: Listed | null;
}

const askRun = async (reached: Reached, listed: Listed, records: readonly JourneyRecord[]): Promise<Told> => {
  const handle = handleOf(reached.client, listed.workflowId);
  if (listed.run === 'failed') return { from: 'gone', view: null, listed };
  if (listed.run === 'running')
    return reached
      .ask(() => viewMigration(handle))
      .then((view): Told => ({ from: 'running', view, listed }))
      .catch((): Told => ({ from: 'silent', view: null, listed }));
  const record = records.find((one) => one.journey === listed.id && one.programme === listed.programme);
  if (record) return { from: 'record', view: record.view as MigrationView, listed };
  return { from: 'result', view: await reached.ask(() => handle.result()), listed };
};

interface Wanted {
  readonly programme?: string;
  /** Name or id of one VM. */
  readonly vm?: string;
  readonly batch?: string;
}

/** What is told of all VMs that were moved or are: by those that run themselves, else by records, else by Temporal while it keeps them. */
const toldOf = async (
  reached: Reached | null,
  records: string,
  { vm, ...wanted }: Wanted,
): Promise<readonly Told[]> => {
  const isMeant = (id: string, name: string): boolean => vm === undefined || vm === id || vm === name;
  const kept = (await readRecords(records)).filter(({ journey, name, programme, view }) => {
    const { batch } = view as Partial<MigrationView>;
    const fits = (wanted.batch ?? batch) === batch && (wanted.programme ?? programme) === programme;
    return fits && isMeant(journey, name);
  });
  const all = reached ? await listMigrations(reached.client, 'any', wanted) : [];
  const listed = all.filter(({ id, name }) => isMeant(id, name));
  const told = reached ? await each(listed, (one) => askRun(reached, one, kept)) : [];
  const forgotten = kept.filter(
    (record) => !listed.some((one) => one.id === record.journey && one.programme === record.programme),
  );
  return [
    ...told,
    ...forgotten.map((record): Told => ({ from: 'record', view: record.view as MigrationView, listed: null })),
  ];
};

/** The views of a programme's or a batch's migrations, ended or not; those that do not answer are left out. */
export const viewsOf = async (
  reached: Reached | null,
  records: string,
  wanted: Wanted,
): Promise<readonly MigrationView[]> => (await toldOf(reached, records, wanted)).flatMap(({ view }) => view ?? []);

/** All VMs of a batch; without a server those that have a record here. */
export const reportOf = async (
  reached: Reached | null,
  records: string,
  batch: string,
  programme?: string,
): Promise<readonly VmReport[]> => {
  const now = Date.now();
  const told = await toldOf(reached, records, { batch, ...(programme === undefined ? {} : { programme }) });
  return told
    .flatMap(({ view, listed, from }) => (view ? vmReport(view, from, now) : listed ? unknown(listed, from) : []))
    .sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
};

const orderOf = ({ programme, group, name }: VmReport): string => [programme, group, name].join('\u0000');
