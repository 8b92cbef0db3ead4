import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commandMigration,
  decideGate,
  ensureCapacity,
  initialiseMover,
  type MigrationHandle,
  moversToPrepare,
  startMigration,
  viewMigration,
} from '../../../client/operations.ts';
import { ENDS } from '../../../domain/phase.ts';
import { isIdentified, type Plan } from '../../../domain/plan.ts';
import type { End } from '../../../lab/oracle/run/end.ts';
import { readPlan } from '../../../plan/read-plan.ts';
import { startTrial, type TrialEstate } from '../../../tools/estate/estate.ts';
import { noteDecision } from '../../../tools/estate/operator.ts';
import { capacityId, leases } from '../../../workflows/capacity-messages.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import { chargesIn, judge } from '../../support/oracle.ts';
import { type LabEvent, type LabHand, labHand } from '../lab-hand.ts';
import { tracesOf } from '../traces.ts';
import { type Answer, answerTo, type Memory, newMemory, noteAnswer } from './answer.ts';
import { type Killed, killer } from './killer.ts';
import type { ChaosPlan } from './plan.ts';
import { openSights, type Sights } from './sights.ts';

/** Where a person was asked, and what they said. */
export interface Asked {
  readonly vm: string;
  readonly hop: number;
  readonly step: string;
  readonly mishap: string;
  readonly answer: string;
}

export interface SeedReport {
  readonly plan: ChaosPlan;
  /** Ids of faults that fired. */
  readonly fired: readonly string[];
  readonly killed: readonly (Killed & { readonly recoveryMs: number | null })[];
  /** `product verb` of every changing call, with how often. */
  readonly calls: ReadonlyMap<string, number>;
  readonly asked: readonly Asked[];
  readonly ends: Readonly<Record<string, string>>;
  /** What made it red; nothing when it is green. */
  readonly wrong: readonly string[];
  readonly ms: number;
  readonly startMs: number;
  /** CPU seconds by process, of those that lived to the end. */
  readonly folder: string | null;
}

export interface SeedWish {
  readonly plan: ChaosPlan;
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

const LOOK_MS = 400;
const NEWS_MS = 40;
const ASK_MS = 3_000;
const WITHIN_MS = 300_000;
const PER_VM_MS = 20_000;
const STARTS = 6;
const BY = 'operator';

const LEGAL: Readonly<Record<string, readonly End[]>> = {
  Decommissioned: ['journey'],
  RolledBack: ['rolledBack', 'untouched'],
  Ejected: ['rolledBack', 'untouched'],
};

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What hangs on a process that may be dead is given up soon and asked again. */
const soon = async <T>(trial: TrialEstate, ask: () => Promise<T>): Promise<T | null> =>
  trial.client.withDeadline(Date.now() + ASK_MS, ask).catch(() => null);

/** A command that failed is given again, as a person would, until it is taken. */
const again = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
  for (let n = 1; ; n += 1) {
    try {
      return await act();
    } catch (error) {
      if (n >= STARTS) throw new Error(`${what}: ${wordsOf(error)}`);
      await pause(1_000);
    }
  }
};

const planOf = async (trial: TrialEstate): Promise<Plan> => {
  const read = await readPlan({ planPath: trial.plan, csvPath: trial.vms, now: Date.now() });
  if ('refusals' in read) throw new Error(read.refusals.map((refusal) => refusal.message).join('\n'));
  return read.plan;
};

const begin = async (trial: TrialEstate, plan: Plan): Promise<readonly MigrationHandle[]> => {
  await again('capacity', () => ensureCapacity(trial.client, plan));
  for (const to of moversToPrepare(plan)) await again('initialise', () => initialiseMover(trial.client, to));
  return Promise.all(
    plan.vms
      .filter(isIdentified)
      .map((vm) => again(`start ${vm.name}`, () => startMigration(trial.client, plan, vm, trial.records))),
  );
};

const toldOf = (answer: Answer): string => {
  if (answer.do === 'command') return answer.verb;
  return answer.do === 'approve' || answer.do === 'reject'
    ? `${answer.do} ${answer.gate.name}`
    : `${answer.do} by hand`;
};

interface Desk {
  readonly trial: TrialEstate;
  readonly lab: LabHand;
  readonly plan: ChaosPlan;
  readonly sights: Sights;
  readonly asked: Asked[];
}

const send = async (
  { trial, lab }: Desk,
  handle: MigrationHandle,
  view: MigrationView,
  answer: Answer,
): Promise<void> => {
  if ('gate' in answer) {
    const { gate, do: decision } = answer;
    const { lossFrom } = gate.evidence;
    noteDecision(trial.labState, {
      at: new Date().toISOString(),
      vm: view.vm.id,
      hop: gate.hop,
      gate: gate.name,
      decision,
      by: BY,
      ...(typeof lossFrom === 'string' ? { lossFrom } : {}),
    });
    await decideGate(handle, gate, { decision, by: BY });
  } else if (answer.do === 'command') await commandMigration(handle, answer.verb, BY);
  else {
    await lab.power(answer.vm, 'off');
    if (answer.do === 'powerCycle') await lab.power(answer.vm, 'on');
    await commandMigration(handle, 'retry', BY);
  }
};

/** Looks at one VM and answers it until it is at its end. */
const accompany = async (desk: Desk, handle: MigrationHandle, deadline: number): Promise<MigrationView> => {
  const { trial, plan, sights, asked } = desk;
  const memory: Memory = newMemory(plan.seed);
  let last: MigrationView | null = null;
  for (;;) {
    const view = await soon(trial, () => viewMigration(handle));
    last = view ?? last;
    if (view && ENDS.includes(view.phase) && !view.parked) return view;
    if (Date.now() > deadline)
      throw new Error(
        `${last?.vm.name ?? handle.workflowId} came to no end: ${last?.phase}, hop ${last?.hop}, ${last?.step}, waits for ${last?.waitingFor}: ${last?.parked?.mishap.message ?? 'not parked'}`,
      );
    const answer = view && answerTo(view, plan.operator, memory, sights.of(view.vm.id));
    if (view && answer) {
      const sent = await soon(trial, () => send(desk, handle, view, answer).then(() => true));
      if (sent) noteAnswer(view, answer, memory);
      if (sent && view.parked)
        asked.push({
          vm: view.vm.name,
          hop: view.parked.hop,
          step: view.parked.step,
          mishap: `${view.parked.mishap.class}: ${view.parked.mishap.message}`,
          answer: toldOf(answer),
        });
    }
    await pause(LOOK_MS);
  }
};

const firedIn = (event: LabEvent): readonly string[] => (event.kind === 'fault.fired' ? [String(event.fault)] : []);

const leftLeases = async (trial: TrialEstate, plan: Plan): Promise<readonly string[]> => {
  const table = await trial.client.workflow.getHandle(capacityId(plan.programme)).query(leases);
  return [...table.held, ...table.waiting].map(({ holder }) => `capacity: ${holder} still holds or waits for a lease`);
};

/** One seed on an estate of its own. Judged by the oracle at its end; a red one leaves its folder. */
export const runSeed = async ({ plan, keep, say }: SeedWish): Promise<SeedReport> => {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), `tranship-seed-${plan.seed}-`));
  writeFileSync(join(folder, 'chaos-plan.json'), JSON.stringify(plan, null, 1));
  const { seed, vms, speed } = { ...plan.scenario, seed: plan.seed };
  const trial = await startTrial({
    folder,
    scenario: ['random', '--seed', String(seed), '--count', String(vms.length), '--speed', String(speed)],
    faults: plan.faults,
    ui: false,
  });
  const startMs = Date.now() - began;
  const lab = labHand(trial.labState);
  const sights = openSights();
  const strikes = killer(trial, plan.kills, say);
  const fired: string[] = [];
  const calls = new Map<string, number>();
  const wrong: string[] = [];
  const asked: Asked[] = [];
  const ends: Record<string, string> = {};
  let over = false;
  let killed: SeedReport['killed'] = strikes.killed.map((one) => ({ ...one, recoveryMs: null }));

  const hear = (): void => {
    for (const event of lab.news()) {
      sights.hear(event);
      strikes.hear(event);
      fired.push(...firedIn(event));
      const verb = `${event.product} ${event.verb}`;
      if (event.kind === 'call') calls.set(verb, (calls.get(verb) ?? 0) + 1);
    }
  };
  const whileUnderWay = async (work: () => Promise<void> | void): Promise<void> => {
    while (!over) {
      await work();
      await pause(NEWS_MS);
    }
  };
  const beside = Promise.all([whileUnderWay(hear), whileUnderWay(strikes.strike)]);

  try {
    const programme = await planOf(trial);
    const handles = await begin(trial, programme);
    const deadline = Date.now() + WITHIN_MS + vms.length * PER_VM_MS;
    const desk: Desk = { trial, lab, plan, sights, asked };
    const views = await Promise.allSettled(handles.map((handle) => accompany(desk, handle, deadline)));
    over = true;
    await beside;
    for (const view of views) {
      if (view.status === 'rejected') wrong.push(wordsOf(view.reason));
      else ends[view.value.vm.id] = view.value.phase;
    }
    if (wrong.length === 0) {
      await again('results', () => Promise.all(handles.map((handle) => handle.result())));
      wrong.push(...(await leftLeases(trial, programme)));
    }
    hear();
    const traces = await Promise.all(handles.map((handle) => handle.fetchHistory().then(tracesOf, () => null)));
    killed = strikes.killed.map((one) => {
      const next = traces.flatMap((each) => (one.readyAt === null ? [] : (each?.progressAfter(one.readyAt) ?? [])));
      return { ...one, recoveryMs: one.readyAt === null || next.length === 0 ? null : Math.min(...next) - one.readyAt };
    });
    const { seats, holdMs } = programme.policies;
    const verdict = await judge({
      scenario: trial.scenario,
      state: trial.labState,
      stagingBytes: seats.stagingBytes,
      stagingVms: seats.staging,
      holdSeconds: Math.floor(holdMs / 1000),
    });
    wrong.push(...chargesIn(verdict));
    for (const [vm, phase] of Object.entries(ends)) {
      const end = verdict.ends[vm];
      if (end && !LEGAL[phase]?.includes(end)) wrong.push(`${vm} says ${phase}, and the oracle found ${end}`);
    }
    wrong.push(
      ...asked
        .filter(({ mishap }) => mishap.includes('in a way the driver does not know'))
        .map((a) => `${a.vm}, ${a.step}: ${a.mishap}`),
    );
  } catch (error) {
    wrong.push(wordsOf(error));
  } finally {
    over = true;
    await beside.catch((error: unknown) => wrong.push(wordsOf(error)));
    await lab.close();
    await trial.stop();
  }
  const isGone = wrong.length === 0 && !keep;
  if (isGone) rmSync(folder, { recursive: true, force: true });
  return {
    plan,
    fired,
    killed,
    calls,
    asked,
    ends,
    wrong,
    ms: Date.now() - began,
    startMs,
    folder: isGone ? null : folder,
  };
};
