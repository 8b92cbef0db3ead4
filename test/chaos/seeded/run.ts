import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrial, type TrialEstate } from '../../../tools/estate/estate.ts';
import type { BatchView } from '../../../workflows/batch-messages.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import { type LabEvent, type LabHand, labHand } from '../lab-hand.ts';
import { tracesOf } from '../traces.ts';
import { again, pause, wordsOf } from './again.ts';
import { type Begun, begin } from './begin.ts';
import { cpuOf } from './cpu.ts';
import { type Asked, accompany, type Desk } from './desk.ts';
import { errandDesk } from './errands.ts';
import { groupDesk } from './group-desk.ts';
import { hookCharges, type Told } from './hooks-judged.ts';
import { charges, leftLeases, wordless } from './judged.ts';
import { type Killed, type Killer, killer } from './killer.ts';
import { NOTHING_MIXED } from './mix-plan.ts';
import { besideOf, HTTP_HOOK, mixedScenario } from './mix-scenario.ts';
import { type MixBook, type Mixed, mixBook } from './mixed.ts';
import { allFaults, type ChaosPlan } from './plan.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { openSights, type Sights } from './sights.ts';
import { votersOf } from './votes.ts';
import { voteCharges } from './votes-judged.ts';

export interface SeedReport {
  readonly plan: ChaosPlan;
  /** Ids of faults that fired. */
  readonly fired: readonly string[];
  /** `recoveryMs`: from the process being ready again to the next thing that any migration did; null when none came. */
  readonly killed: readonly (Killed & { readonly recoveryMs: number | null })[];
  /** `product verb` of every changing call, with how often. */
  readonly calls: ReadonlyMap<string, number>;
  readonly asked: readonly Asked[];
  /** What of the mix happened, and how often. */
  readonly mixed: Mixed;
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
const WITHIN_MS = 420_000;
const PER_VM_MS = 20_000;
/** What is wedged ends never: whoever waits for it gives up. */
const RESULT_MS = 15_000;

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

const startEstate = (folder: string, plan: ChaosPlan, receiver: Receiver | null): Promise<TrialEstate> => {
  const { mix = NOTHING_MIXED } = plan;
  const scenario = mixedScenario(plan.scenario, mix);
  const beside = besideOf(scenario.planned, mix, receiver && { endpoint: receiver.endpoint, ca: receiver.ca });
  return startTrial({ folder, scenario, faults: allFaults(plan), ui: false, ...(beside ? { beside } : {}) });
};

const votesOnRecord = (views: readonly MigrationView[], batch: BatchView | null): readonly string[] => [
  ...views.flatMap(({ vm, decisions }) =>
    voteCharges(
      vm.name,
      decisions.map((one) => ({ ...one, gate: `${one.gate} ${one.hop} ${one.round}` })),
    ),
  ),
  ...voteCharges(
    'the batch',
    (batch?.decisions ?? []).map((one) => ({ ...one, gate: `${one.group} ${one.hop}` })),
  ),
];

/** What hooks of a VM did, for the report. */
const noteHooks = ({ note }: MixBook, { hooks = [] }: Told, scope: 'vm' | 'group'): void => {
  for (const { name, state } of hooks) {
    const isHttp = name === HTTP_HOOK;
    if (state !== 'refused') note(!isHttp ? 'dns hook' : scope === 'group' ? 'http hook of a group' : 'http hook');
    if (state === 'undone') note(isHttp ? 'http hook taken back' : 'dns hook taken back');
  }
};

/** One seed on an estate of its own. Judged by the oracle at its end; a red one leaves its folder. */
export const runSeed = async ({ plan, keep, say }: SeedWish): Promise<SeedReport> => {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), `tranship-seed-${plan.seed}-`));
  writeFileSync(join(folder, 'chaos-plan.json'), JSON.stringify(plan, null, 1));
  const { mix = NOTHING_MIXED } = plan;
  const book = mixBook();
  const receiver = mix.http && (await startReceiver(folder, mix.http.trips, book));
  const trial = await startEstate(folder, plan, receiver);
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
    const voters = votersOf(plan.seed, mix.gates, book);
    const errands = errandDesk(trial, mix, batch, book);
    const lookMs = LOOK_MS + count * LOOK_PER_VM_MS;
    const desk: Desk = { trial, lab, plan, sights, asked, voters, errands, lookMs };
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
      const inTime = <T>(act: () => Promise<T>): Promise<T> => trial.client.withDeadline(Date.now() + RESULT_MS, act);
      const told = await again('results', () => inTime(() => Promise.all(handles.map((handle) => handle.result()))));
      for (const view of told) noteHooks(book, view, mix.http?.scope ?? 'vm');
      if (mix.http && receiver) wrong.push(...hookCharges(mix.http, told, receiver.received));
      const whole = batch && (await again('the batch', () => inTime(() => batch.result())));
      wrong.push(...votesOnRecord(told, whole));
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
    await receiver?.close();
  }
  const isGone = wrong.length === 0 && !keep;
  if (isGone) rmSync(folder, { recursive: true, force: true });
  const { fired, calls } = heard;
  const ms = Date.now() - began;
  const { mixed } = book;
  return {
    plan,
    fired,
    killed,
    calls,
    asked,
    mixed,
    ends,
    wrong,
    ms,
    startMs,
    endedMs,
    cpu,
    folder: isGone ? null : folder,
  };
};
