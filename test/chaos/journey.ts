import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandMigration, type MigrationHandle, startMigration, viewMigration } from '../../client/operations.ts';
import { ENDS } from '../../domain/phase.ts';
import { isIdentified, type Plan } from '../../domain/plan.ts';
import { startTrial, type TrialEstate } from '../../tools/estate/estate.ts';
import { answerGate } from '../../tools/estate/operator.ts';
import { prepareTrial } from '../../tools/estate/prepare.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { chargesIn, judge } from '../support/oracle.ts';
import type { Kill } from './kill-plan.ts';
import { labHand } from './lab-hand.ts';
import { type Strike, type Striker, striker } from './strikes.ts';
import { answeredAfter, type Traces, tracesOf } from './traces.ts';

export interface Struck {
  readonly kill: Kill;
  /** It was killed while an activity of the step was under way. */
  readonly inStep: boolean;
  /** From the process being ready again to the next thing the migration did, ms; null when nothing came. */
  readonly recoveryMs: number | null;
  readonly parked: string | null;
}

export interface JourneyReport {
  readonly struck: readonly Struck[];
  readonly armed: readonly string[];
  readonly fired: readonly string[];
  /** What the oracle charges it with; what kept it from its end. */
  readonly wrong: readonly string[];
  readonly ms: number;
  readonly limitMs: number;
}

export interface JourneyWish {
  readonly kills: readonly Kill[];
  readonly os: 'windows' | 'linux';
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

const LOOK_MS = 40;
const ASK_MS = 1_000;
const WITHIN_MS = 150_000;
const PER_KILL_MS = 12_000;
const RETRIES = 5;
/** What the design allows beside the heartbeat time-out. */
const GRACE_MS = 5_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const begin = async (trial: TrialEstate, plan: Plan): Promise<MigrationHandle> => {
  const [vm] = plan.vms.filter(isIdentified);
  if (!vm) throw new Error('the plan has no VM');
  return startMigration(trial.client, plan, vm, trial.records);
};

/** Whom a question hangs on may be dead: it is given up soon and asked again. */
const quickly = <T>(trial: TrialEstate, ask: () => Promise<T>): Promise<T | null> =>
  trial.client.withDeadline(Date.now() + ASK_MS, ask).catch(() => null);

/** A person is asked where none should be: noted against the last kill, and answered so that the other kills come, too. */
const answerPark = async (handle: MigrationHandle, view: MigrationView, strikes: readonly Strike[]): Promise<void> => {
  const { parked } = view;
  if (!parked) return;
  const last = strikes
    .filter(({ struckAt }) => struckAt !== null && struckAt <= parked.since)
    .sort((a, b) => Number(b.struckAt) - Number(a.struckAt))[0];
  const words = `parked at ${parked.step}: ${parked.mishap.class}: ${parked.mishap.message}`;
  const before = strikes.filter((strike) => strike.parked !== null).length;
  if (!last || before >= RETRIES) throw new Error(words);
  last.parked ??= words;
  await commandMigration(handle, 'retry', 'operator');
};

/** Plays the operator and the power cuts until the migration is at its end. */
const accompany = async (
  trial: TrialEstate,
  handle: MigrationHandle,
  { prepare, hear, strike, strikes }: Striker,
  news: () => Parameters<Striker['hear']>[0],
): Promise<void> => {
  const deadline = Date.now() + WITHIN_MS + strikes.length * PER_KILL_MS;
  let over = false;
  let shown = '';

  const loop = async (work: () => Promise<unknown>): Promise<void> => {
    while (!over) {
      await work();
      await pause(LOOK_MS);
    }
  };
  const operate = async (): Promise<void> => {
    const view = await quickly(trial, () => viewMigration(handle));
    if (Date.now() > deadline) throw new Error(`it did not end: ${shown}`);
    if (!view) return;
    shown = `${view.phase}, hop ${view.hop}, ${view.step}, ${view.parked?.mishap.message ?? 'not parked'}`;
    // The lab may be down; then the next look prepares.
    await prepare(view).catch(() => undefined);
    if (ENDS.includes(view.phase)) over = true;
    if (view.parked) await answerPark(handle, view, strikes);
    const { gate } = view;
    if (gate)
      await quickly(trial, () => answerGate({ name: 'operator', labState: trial.labState }, handle, view, gate));
  };
  const see = async (): Promise<void> => {
    const open = strikes.filter(({ readyAt, answeredAt }) => readyAt !== null && answeredAt === null).at(-1);
    const described = open ? await quickly(trial, () => handle.describe()) : null;
    if (open?.readyAt && described) open.answeredAt = answeredAfter(described, open.readyAt);
  };
  const guarded = (work: () => Promise<unknown>): Promise<void> =>
    loop(work).catch((error: unknown) => {
      over = true;
      throw error;
    });
  await Promise.all([guarded(operate), guarded(async () => hear(news())), guarded(strike), guarded(see)]);
};

const struckOf = (strike: Strike, traces: Traces | null): Struck => {
  const { kill, struckAt, readyAt, answeredAt, parked } = strike;
  const progress = readyAt === null ? null : (traces?.progressAfter(readyAt) ?? null);
  const first = Math.min(progress ?? Number.POSITIVE_INFINITY, answeredAt ?? Number.POSITIVE_INFINITY);
  return {
    kill,
    inStep: struckAt !== null && (traces?.wasIn(kill.step, struckAt) ?? false),
    recoveryMs: readyAt !== null && Number.isFinite(first) ? first - readyAt : null,
    parked,
  };
};

/** One VM's journey on an estate of its own, with these kills; at most one a step. Judged by the oracle at its end. */
export const runJourney = async ({ kills, os, keep, say }: JourneyWish): Promise<JourneyReport> => {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'tranship-chaos-'));
  const trial = await startTrial({ folder, scenario: ['one', '--speed', '60', '--os', os], ui: false });
  const lab = labHand(trial.labState);
  const hand = striker(trial, lab, kills, say);
  const wrong: string[] = [];
  let traces: Traces | null = null;
  let heartbeatMs = 0;
  try {
    const plan = await prepareTrial(trial);
    heartbeatMs = plan.policies.heartbeatMs;
    const handle = await begin(trial, plan);
    try {
      await accompany(trial, handle, hand, lab.news);
    } finally {
      traces = await handle.fetchHistory().then(tracesOf, () => null);
    }
    await handle.result();
    const verdict = await judge({ scenario: trial.scenario, state: trial.labState, expect: 'journey' });
    wrong.push(...chargesIn(verdict));
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  } finally {
    await lab.close();
    await trial.stop();
  }
  const struck = hand.strikes.map((strike) => struckOf(strike, traces));
  const isWell = wrong.length === 0 && struck.every(({ parked }) => parked === null);
  if (isWell && !keep) rmSync(folder, { recursive: true, force: true });
  else say(`  Its logs and the lab's state are below ${folder}.`);
  return {
    struck,
    armed: [...hand.armed],
    fired: [...hand.fired],
    wrong,
    ms: Date.now() - began,
    limitMs: heartbeatMs + GRACE_MS,
  };
};
