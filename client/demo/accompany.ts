import { ENDS } from '../../domain/phase.ts';
import type { TrialEstate } from '../../tools/estate/estate.ts';
import { watch } from '../../tools/estate/operator.ts';
import { type BatchHandle, viewBatch } from '../batches.ts';
import type { Operators, Traveller } from './operators.ts';
import { cellsOf, HEAD, progressOf, type Row } from './progress.ts';
import type { Arrived } from './report.ts';
import type { Screen } from './screen.ts';
import type { Strikes } from './strikes.ts';

const LOOK_MS = 400;
const PROGRESS_MS = 1_000;
const ANSWER_MS = 3_000;

export interface Company {
  readonly trial: TrialEstate;
  readonly screen: Screen;
  readonly batch: BatchHandle;
  readonly travellers: readonly Traveller[];
  readonly operators: Operators;
  readonly strikes: Strikes;
  readonly withinMs: number;
}

/** Watches all VMs to their end, while people answer, power fails, and the screen shows how things stand. */
export const accompany = async (company: Company): Promise<readonly Arrived[]> => {
  const { trial, screen, batch, travellers, operators, strikes, withinMs } = company;
  const rows = new Map<string, Row>();
  let over = false;

  const meanwhile = async (everyMs: number, act: () => Promise<unknown>): Promise<void> => {
    while (!over) {
      await act();
      await new Promise((again) => setTimeout(again, everyMs));
    }
  };
  const travel = async (traveller: Traveller): Promise<Arrived> => {
    const { label, handle } = traveller;
    const see = async (view: Arrived['view']): Promise<boolean> => {
      const before = rows.get(label);
      if (before?.view.phase !== view.phase || before.view.hop !== view.hop)
        screen.say(`  ${label}: ${view.phase}, hop ${view.hop}`);
      rows.set(label, { label, view, progress: before?.progress ?? null });
      await operators.attend(traveller, view);
      return ENDS.includes(view.phase);
    };
    return { ...traveller, view: await watch(handle, { everyMs: LOOK_MS, withinMs, see }) };
  };
  /** Whom a question hangs on may be dead: it is given up soon and asked again. */
  const soon = <T>(ask: () => Promise<T>): Promise<T | null> =>
    trial.client.withDeadline(Date.now() + ANSWER_MS, ask).catch(() => null);

  const decide = async (): Promise<void> => {
    const view = await soon(() => viewBatch(batch));
    if (view) await operators.attendGroups(batch, view);
  };
  const show = async (): Promise<void> => {
    await Promise.all(
      travellers.map(async ({ label, handle }) => {
        const progress = await soon(() => progressOf(trial.client, handle.workflowId));
        const row = rows.get(label);
        if (row) rows.set(label, { ...row, progress });
      }),
    );
    const shown = travellers.flatMap(({ label }) => rows.get(label) ?? []);
    screen.show(HEAD, shown.map(cellsOf));
  };
  const strike = (): Promise<void> => strikes.watch([...rows.values()].map(({ view }) => view));

  const arrivals = Promise.all(travellers.map(travel)).finally(() => {
    over = true;
  });
  const [arrived] = await Promise.all([
    arrivals,
    meanwhile(LOOK_MS, decide),
    meanwhile(PROGRESS_MS, show),
    meanwhile(LOOK_MS / 2, strike),
  ]);
  screen.close();
  return arrived;
};
