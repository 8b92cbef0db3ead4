import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandMigration, type MigrationHandle, startMigration } from '../../client/operations.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import type { Phase } from '../../domain/phase.ts';
import { isIdentified, type Plan } from '../../domain/plan.ts';
import type { Verb } from '../../domain/verbs.ts';
import { startTrial, type TrialEstate } from '../../tools/estate/estate.ts';
import { answerGate, watch } from '../../tools/estate/operator.ts';
import { prepareTrial } from '../../tools/estate/prepare.ts';
import type { MigrationView } from '../../workflows/messages.ts';

/** What the operators of one VM do, in order: open a gate, answer what is parked, ask for something at a gate. */
export type Act =
  | { readonly open: GateName }
  | { readonly whenParkedAt: string; readonly say: Verb }
  | { readonly atGate: GateName; readonly say: Verb };

export interface Played {
  readonly handle: MigrationHandle;
  readonly view: MigrationView;
}

export interface TrialRun {
  readonly trial: TrialEstate;
  readonly plan: Plan;
  /** Plays these acts for the VM of that name and waits for its end. */
  readonly play: (name: string, acts: readonly Act[], end: Phase) => Promise<Played>;
  /** Waits until this one act of the operators is called for, and does it. */
  readonly perform: (handle: MigrationHandle, act: Act) => Promise<void>;
  /** The same as `play` for a migration that runs already. */
  readonly follow: (handle: MigrationHandle, acts: readonly Act[], end: Phase) => Promise<Played>;
  readonly stop: () => Promise<void>;
}

export interface TrialWish {
  readonly scenario: readonly string[];
  readonly faults?: readonly unknown[];
  /** Every agent records what the products say. */
  readonly capture?: boolean;
}

const reached = (act: Act, view: MigrationView): boolean => {
  if ('open' in act) return view.gate?.name === act.open;
  if ('whenParkedAt' in act) return view.parked?.step === act.whenParkedAt;
  return view.gate?.name === act.atGate;
};

const WITHIN_MS = 150_000;

/** Where the agents of a trial record what the products say. */
export const capturesOf = ({ folder }: Pick<TrialEstate, 'folder'>): string => join(folder, 'captures');

/** A whole trial estate for one test file: real server, real lab, real agents as processes. */
export const startTrialRun = async ({ scenario, faults, capture }: TrialWish): Promise<TrialRun> => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-journey-'));
  const trial = await startTrial({
    folder,
    scenario,
    ui: false,
    ...(faults ? { faults } : {}),
    ...(capture ? { capture: capturesOf({ folder }) } : {}),
  });
  const plan = await prepareTrial(trial);

  const perform = async (handle: MigrationHandle, act: Act): Promise<void> => {
    const view = await watch(handle, { everyMs: 200, withinMs: WITHIN_MS, see: (now) => reached(act, now) });
    if ('open' in act && view.gate)
      await answerGate({ name: 'operator', labState: trial.labState }, handle, view, view.gate);
    if ('say' in act) await commandMigration(handle, act.say, 'operator');
  };
  const follow: TrialRun['follow'] = async (handle, acts, end) => {
    for (const act of acts) await perform(handle, act);
    const view = await watch(handle, { everyMs: 200, withinMs: WITHIN_MS, see: (now) => now.phase === end });
    await handle.result();
    return { handle, view };
  };
  return {
    trial,
    plan,
    perform,
    follow,
    play: async (name, acts, end) => {
      const vm = plan.vms.filter(isIdentified).find((each) => each.name === name);
      if (!vm) throw new Error(`the plan has no ${name}`);
      return follow(await startMigration(trial.client, plan, vm, trial.records), acts, end);
    },
    stop: trial.stop,
  };
};
