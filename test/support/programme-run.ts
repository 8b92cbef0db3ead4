import type { Vitals } from '../../activities/contracts/platform.ts';
import { type ProgrammeHandle, type ProgrammeStarted, startProgramme, viewProgramme } from '../../client/programme.ts';
import type { Plan } from '../../domain/plan.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import { heldBatchId, type ProgrammeView, programmeId } from '../../workflows/programme-messages.ts';
import { manyVms } from '../bench/many-vms.ts';
import { atWork } from '../bench/operators.ts';
import { type ScriptedRun, scriptedRun } from './scripted-run.ts';
import { eventually } from './server.ts';

export interface ProgrammeRun {
  readonly run: ScriptedRun;
  /** `<vm> <product> <verb>`, in the order they reached a driver. */
  readonly calls: string[];
  script: {
    before: (call: string) => void | Promise<void>;
    /** What the staging host says of itself; throws where it does not answer. */
    vitals: () => Partial<Vitals>;
  };
  /** Hands the plan in and starts its programme. */
  readonly start: (plan: Plan) => Promise<ProgrammeStarted>;
  /** Opens every gate of a VM as it comes, until the test is over. */
  readonly openGates: () => void;
}

const WELL: Vitals = { cpuPercent: 10, memoryFreePercent: 80, volumes: [], latencyMs: 1, at: '' };

/** A real server and real workers over scripted products and hosts that say how they are, for one test file. */
export const programmeRun = (): ProgrammeRun => {
  const calls: string[] = [];
  const script: ProgrammeRun['script'] = { before: () => undefined, vitals: () => WELL };
  const serve = manyVms((vm, call) => {
    calls.push(`${vm} ${call}`);
    return script.before(`${vm} ${call}`);
  });
  const hosts = { 'hyper-v@s': { ...serve['hyper-v@s'], vitals: async () => ({ ...WELL, ...script.vitals() }) } };
  const run = scriptedRun({ ...serve, ...hosts });
  const plans: Plan[] = [];
  let operators: { readonly stop: () => Promise<void> } | null = null;
  beforeEach(() => {
    calls.length = 0;
    script.before = () => undefined;
    script.vitals = () => WELL;
  });
  afterEach(async () => {
    await operators?.stop();
    operators = null;
    const end = (id: string): Promise<unknown> =>
      run.env.client.workflow
        .getHandle(id)
        .terminate()
        .catch(() => undefined);
    for (const { programme, batches, vms } of plans.splice(0)) {
      await end(programmeId(programme));
      await end(capacityId(programme));
      for (const name of Object.keys(batches))
        for (const id of [heldBatchId(programme, name), batchId(programme, name)]) await end(id);
      for (const { id } of vms) await end(`vm/${programme}/a/${id}`);
    }
  });
  return {
    run,
    calls,
    script,
    start: (plan) => {
      plans.push(plan);
      return startProgramme(run.env.client, plan);
    },
    openGates: () => {
      operators = atWork(run.env.client);
    },
  };
};

/** Waits until the view of a programme is as wanted. */
export const programmeSeen = (
  handle: ProgrammeHandle,
  what: string,
  wanted: (now: ProgrammeView) => boolean,
  withinMs?: number,
): Promise<ProgrammeView> =>
  eventually(
    async () => {
      const now = await viewProgramme(handle);
      return wanted(now) && now;
    },
    what,
    withinMs,
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(await viewProgramme(handle))}`);
  });
