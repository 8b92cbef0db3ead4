import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrial, type TrialEstate } from '../../../tools/estate/estate.ts';
import { type LabEvent, type LabHand, labHand } from '../lab-hand.ts';
import { tracesOf } from '../traces.ts';
import { again, pause, wordsOf } from './again.ts';
import { type Begun, begin } from './begin.ts';
import { cpuOf } from './cpu.ts';
import { type Asked, accompany, type Desk } from './desk.ts';
import { groupDesk } from './group-desk.ts';
import { charges, leftLeases, wordless } from './judged.ts';
import { type Killed, type Killer, killer } from './killer.ts';
import type { ChaosPlan } from './plan.ts';
import { openSights, type Sights } from './sights.ts';

export interface SeedReport {
  readonly plan: ChaosPlan;
  /** Ids of faults that fired. */
  readonly fired: readonly string[];
  /** `recoveryMs`: from the process being ready again to the next thing that any migration did; null when none came. */
  readonly killed: readonly (Killed & { readonly recoveryMs: number | null })[];
  /** `product verb` of every changing call, with how often. */
  readonly calls: ReadonlyMap<string, number>;
  readonly asked: readonly Asked[];
  /** By uuid. */
  readonly ends: Readonly<Record<string, string>>;
  /** What made it red; nothing when it is green. */
  readonly wrong: readonly string[];
  readonly ms: number;
  /** Of which until all processes were ready, and until all VMs were at their ends. */
  readonly startMs: number;
  readonly endedMs: number;
  /** CPU seconds by process, each since its last start. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Null when it is gone. */
  readonly folder: string | null;
}

export interface SeedWish {
  readonly plan: ChaosPlan;
  /** Keeps the folder of a seed that went well, too. */
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

const NEWS_MS = 40;
const GROUPS_MS = 500;
/** One VM is looked at so often; with more of them each less often, for every look costs the orchestrator. */
const LOOK_MS = 300;
const LOOK_PER_VM_MS = 30;
const WITHIN_MS = 300_000;
const PER_VM_MS = 20_000;

/** Reads the lab's log as it grows, for everyone who wants to know. */
const listener = (lab: LabHand, sights: Sights, strikes: Killer) => {
  const fired: string[] = [];
  const calls = new Map<string, number>();
  const note = (event: LabEvent): void => {
    sights.hear(event);
    strikes.hear(event);
    if (event.kind === 'fault.fired') fired.push(String(event.fault));
    const verb = `${event.product} ${event.verb}`;
    if (event.kind === 'call') calls.set(verb, (calls.get(verb) ?? 0) + 1);
  };
  return { fired, calls, hear: (): void => lab.news().forEach(note) };
};

const recovered = async (killed: readonly Killed[], { handles }: Begun): Promise<SeedReport['killed']> => {
  const traces = await Promise.all(handles.map((handle) => handle.fetchHistory().then(tracesOf, () => null)));
  return killed.map((one) => {
    const { readyAt } = one;
    const next = readyAt === null ? [] : traces.flatMap((each) => each?.progressAfter(readyAt) ?? []);
    return { ...one, recoveryMs: readyAt === null || next.length === 0 ? null : Math.min(...next) - readyAt };
  });
};

const startEstate = (folder: string, plan: ChaosPlan): Promise<TrialEstate> => {
  const { vms, speed } = plan.scenario;
  const options = { seed: plan.seed, count: vms.length, speed };
  return startTrial({
    folder,
    scenario: ['random', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])],
    faults: plan.faults,
    ui: false,
  });
};

/** One seed on an estate of its own. Judged by the oracle at its end; a red one leaves its folder. */
export const runSeed = async ({ plan, keep, say }: SeedWish): Promise<SeedReport> => {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), `tranship-seed-${plan.seed}-`));
  writeFileSync(join(folder, 'chaos-plan.json'), JSON.stringify(plan, null, 1));
  const trial = await startEstate(folder, plan);
  const startMs = Date.now() - began;
  const lab = labHand(trial.labState);
  const sights = openSights();
  const strikes = killer(trial, plan.kills, say);
  const heard = listener(lab, sights, strikes);
  const count = plan.scenario.vms.length;
  const wrong: string[] = [];
  const asked: Asked[] = [];
  const ends: Record<string, string> = {};
  let killed: SeedReport['killed'] = [];
  let endedMs = 0;
  let cpu: SeedReport['cpu'] = {};
  let over = false;

  const beside: Promise<void>[] = [];
  const whileUnderWay = (everyMs: number, work: () => Promise<void> | void): void => {
    const loop = async (): Promise<void> => {
      for (; !over; await pause(everyMs)) await work();
    };
    beside.push(loop());
  };
  const stopWatching = async (): Promise<void> => {
    over = true;
    const outcomes = await Promise.allSettled(beside.splice(0));
    for (const outcome of outcomes) if (outcome.status === 'rejected') wrong.push(wordsOf(outcome.reason));
  };

  whileUnderWay(NEWS_MS, heard.hear);
  whileUnderWay(NEWS_MS, strikes.strike);
  try {
    const begun = await begin(trial, plan.asBatch);
    const { programme, handles, batch } = begun;
    const desk: Desk = { trial, lab, plan, sights, asked, lookMs: LOOK_MS + count * LOOK_PER_VM_MS };
    if (batch) whileUnderWay(GROUPS_MS, groupDesk(desk, batch));
    const deadline = Date.now() + WITHIN_MS + count * PER_VM_MS;
    const views = await Promise.allSettled(handles.map((handle) => accompany(desk, handle, deadline)));
    await stopWatching();
    endedMs = Date.now() - began;
    cpu = cpuOf(trial);
    for (const view of views) {
      if (view.status === 'rejected') wrong.push(wordsOf(view.reason));
      else ends[view.value.vm.id] = view.value.phase;
    }
    if (Object.keys(ends).length === handles.length) {
      await again('results', () => Promise.all(handles.map((handle) => handle.result())));
      if (batch) await again('the batch', () => batch.result());
      wrong.push(...(await leftLeases(trial, programme)));
    }
    heard.hear();
    killed = await recovered(strikes.killed, begun);
    wrong.push(...(await charges(trial, programme, ends)), ...wordless(asked));
  } catch (error) {
    wrong.push(wordsOf(error));
  } finally {
    await stopWatching();
    await lab.close();
    await trial.stop();
  }
  const isGone = wrong.length === 0 && !keep;
  if (isGone) rmSync(folder, { recursive: true, force: true });
  const { fired, calls } = heard;
  const ms = Date.now() - began;
  return { plan, fired, killed, calls, asked, ends, wrong, ms, startMs, endedMs, cpu, folder: isGone ? null : folder };
};
