import { ENDS } from '../../domain/phase.ts';
import type { TrialEstate } from '../../tools/estate/estate.ts';
import { type BatchHandle, viewBatch } from '../batches.ts';
import { viewMigration } from '../operations.ts';
import type { Operators, Traveller } from './operators.ts';
import { cellsOf, HEAD, lookAt, type Row } from './progress.ts';
import type { Arrived } from './report.ts';
import type { Screen } from './screen.ts';
import type { Strikes } from './strikes.ts';

const LOOK_MS = 500;
const SHOW_MS = 1_000;
const STRIKE_MS = 200;
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

const pause = (ms: number): Promise<void> => new Promise((on) => setTimeout(on, ms));

/** Watches all VMs to their end, while people answer, power fails, and the screen shows how things stand. */
export const accompany = async (company: Company): Promise<readonly Arrived[]> => {
  const { trial, screen, batch, travellers, operators, strikes, withinMs } = company;
  const deadline = Date.now() + withinMs;
  const rows = new Map<string, Row>();
  let over = false;

  /** Whom a question hangs on may be dead: it is given up soon and asked again. */
  const soon = <T>(ask: () => Promise<T>): Promise<T | null> =>
    trial.client.withDeadline(Date.now() + ANSWER_MS, ask).catch(() => null);

  /** The server tells whether anything has happened and what the products said; only then the migration itself is asked. */
  const look = async ({ label, handle }: Traveller): Promise<void> => {
    const before = rows.get(label);
    const seen = await soon(() => lookAt(handle));
    if (!seen) return;
    const view = before?.events === seen.events ? before.view : await soon(() => viewMigration(handle));
    if (!view) return;
    if (before?.view.phase !== view.phase || before.view.hop !== view.hop)
      screen.say(`  ${label}: ${view.phase}, hop ${view.hop}`);
    rows.set(label, { label, view, ...seen });
  };
  const travel = async (traveller: Traveller): Promise<Arrived> => {
    for (;;) {
      await look(traveller);
      const view = rows.get(traveller.label)?.view;
      if (view) await operators.attend(traveller, view);
      if (view && ENDS.includes(view.phase)) return { ...traveller, view };
      if (Date.now() > deadline)
        throw new Error(`${traveller.label} has not come to its end: it is ${view?.phase}, ${view?.step}.`);
      await pause(LOOK_MS);
    }
  };
  const decide = async (): Promise<void> => {
    const view = await soon(() => viewBatch(batch));
    if (view) await operators.attendGroups(batch, view);
  };
  const show = (): void => screen.show(HEAD, travellers.flatMap(({ label }) => rows.get(label) ?? []).map(cellsOf));
  const strike = (): Promise<void> => strikes.watch([...rows.values()].map(({ view }) => view));

  const meanwhile = async (everyMs: number, act: () => unknown): Promise<void> => {
    for (; !over; await pause(everyMs)) await act();
  };
  const arrivals = Promise.all(travellers.map(travel)).finally(() => {
    over = true;
  });
  const [arrived] = await Promise.all([
    arrivals,
    meanwhile(LOOK_MS, decide),
    meanwhile(SHOW_MS, show),
    meanwhile(STRIKE_MS, strike),
  ]);
  screen.close();
  return arrived;
};
