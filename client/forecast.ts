import { queueOf } from '../domain/address.ts';
import { forecastProgramme, type ProgrammeForecast } from '../domain/critical-path.ts';
import type { VmShape } from '../domain/forecast.ts';
import { observe } from '../domain/observed.ts';
import { isIdentified, type Plan, vmsOfBatch } from '../domain/plan.ts';
import type { Turn } from '../domain/programme.ts';
import { findProgramme, programmeBatches, programmeOrder, viewProgramme } from './programme.ts';
import { viewsOf } from './report.ts';
import { noSizes, type Sizes, sizesOf } from './sizes.ts';
import type { Reached } from './temporal.ts';

/** How batches stand; none where the programme does not run. */
const turnsOf = async (reached: Reached, programme: string): Promise<readonly Turn[]> => {
  const handle = await findProgramme(reached.client, programme);
  return reached
    .ask(() => viewProgramme(handle))
    .then(
      ({ turns }) => turns,
      () => [],
    );
};

/** The plan's programme as it will go, from the ledgers this programme has written so far. */
export const forecastOf = async (
  reached: Reached,
  plan: Plan,
  records: string,
  sizes: Sizes,
): Promise<ProgrammeForecast & { readonly vms: number; readonly ledgers: number }> => {
  const { programme } = plan;
  const [views, turns] = await Promise.all([viewsOf(reached, records, { programme }), turnsOf(reached, programme)]);
  const batches = programmeBatches(plan).map((batch) => {
    const vms = vmsOfBatch(plan, batch.name).map(
      (vm): VmShape => ({
        name: vm.name,
        group: vm.group,
        bytes: (isIdentified(vm) ? sizes.bytes.get(vm.id) : undefined) ?? null,
        movers: (plan.paths[vm.path] ?? []).map(({ mover }) => queueOf(mover)),
      }),
    );
    return { ...batch, shape: { name: batch.name, vms, windows: batch.windows } };
  });
  const { seats } = plan.policies;
  const ledgers = views.map(({ ledger }) => ledger);
  const shape = { batches, rules: programmeOrder(plan).rules, seats, turns };
  return { ...forecastProgramme(shape, observe(ledgers), Date.now()), vms: plan.vms.length, ledgers: ledgers.length };
};

export interface ForecastAsked {
  /** One alone; all when absent. */
  readonly batch?: string | undefined;
  /** Whether the sources are asked for the sizes of their VMs. */
  readonly estate: boolean;
}

/** The same with the sizes as the sources tell them, or without; `missing` says which are assumed. */
export const forecastAsked = async (
  reached: Reached,
  plan: Plan,
  records: string,
  { batch, estate }: ForecastAsked,
): Promise<Awaited<ReturnType<typeof forecastOf>> & Pick<Sizes, 'missing'>> => {
  const sizes = estate ? await sizesOf(reached, plan) : noSizes('the estate was not asked');
  const made = await forecastOf(reached, plan, records, sizes);
  const batches = made.batches.filter(({ name }) => batch === undefined || name === batch);
  return { ...made, batches, missing: sizes.missing };
};
