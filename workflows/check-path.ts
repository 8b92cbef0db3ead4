import { type ApplicationFailure, executeChild } from '@temporalio/workflow';
import type { Baseline } from '../activities/contracts/guest.ts';
import { blockers, type Finding } from '../domain/finding.ts';
import { totalBytes, type VmDescription } from '../domain/vm.ts';
import { failureOf } from './failure.ts';
import type { Hop } from './hop-context.ts';
import { AnewAsked, hopRecord, type Journey, self, show, token } from './journey.ts';
import type { preflight } from './preflight.ts';
import { heed, step } from './step.ts';

const configuration = (j: Journey, message: string, fix: string): ApplicationFailure =>
  failureOf({ class: 'Configuration', message, changed: 'nothing', fix, vm: j.order.name });

/** Fails the step with every blocker and its fix; without blockers nothing happens. */
export const refuseBlockers = (j: Journey, what: string, findings: readonly Finding[]): void => {
  const bad = blockers(findings);
  if (bad.length === 0) return;
  const message = `${j.order.name} ${what}: ${bad.map((f) => `${f.id} ${f.subject}: ${f.message}`).join('; ')}`;
  throw configuration(j, message, [...new Set(bad.map((f) => f.fix))].join(' '));
};

/** The machine as it stands at its source, outside and inside. */
export interface Found {
  readonly source: VmDescription;
  /** Null where nobody could look: it was off, or it was asked by a version that looks later. */
  readonly baseline: Baseline | null;
}

/** The whole path is asked and the guest is looked into before hop 1 touches anything; blockers park. */
export const checkPath = async (j: Journey): Promise<Found> => {
  show(j, { phase: 'Checking' });
  let asked = 0;
  const run = async (): Promise<Found> => {
    asked += 1;
    const report = await executeChild<typeof preflight>('preflight', {
      workflowId: `${self()}/preflight/${asked}`,
      args: [{ ...j.order, hops: j.orders }, 'inside'],
      staticSummary: `whole path of ${j.order.name}`,
    });
    for (const [index, kind] of report.kinds.entries()) {
      const fixes = report.fixesAtProtect?.[index];
      Object.assign(hopRecord(j, index + 1), { kind, ...(fixes == null ? {} : { fixesAtProtect: fixes }) });
    }
    j.findings = report.findings.filter((f) => f.severity !== 'info');
    refuseBlockers(j, 'cannot start', report.findings);
    if (!report.source)
      throw configuration(j, `${j.order.name} was not found on its source.`, 'Correct its id in the plan.');
    const unfit = report.kinds.findIndex((kind) => kind !== 'restore' && kind !== 'switch');
    if (unfit >= 0)
      throw configuration(
        j,
        `Hop ${unfit + 1} has no mover that says how it cuts over, by a restore or by a switch.`,
        'Update its agent, or choose another mover in the plan.',
      );
    j.source = { disks: report.source.disks.length, nics: report.source.nics.length };
    return { source: report.source, baseline: report.baseline ?? null };
  };
  for (;;) {
    try {
      const found = await step(j, 'preflight', run, { hop: 1, interruptible: true });
      // The last answer may have come before what was edited could break it off.
      if (j.asked === 'hop') heed(j);
      return found;
    } catch (error) {
      // What was edited meanwhile is asked about as it is now.
      if (!(error instanceof AnewAsked)) throw error;
    }
  }
};

/** Where the hop shall land now is asked as the whole path was at first. */
export const checkLanding = (h: Hop): Promise<void> =>
  step(
    h.j,
    'preflight',
    async () => {
      const { findings } = await h.verbs.successor.preflight.executeWithOptions(
        { summary: `target of hop ${h.n}, as edited` },
        [
          {
            ...{
              to: h.order.to,
              token: token(h.j, h.n, 'preflight'),
              role: 'target',
              vm: null,
              landing: h.order.landing,
            },
            bytesNeeded: totalBytes(h.facts),
            journey: h.j.order.source.id,
          },
        ],
      );
      refuseBlockers(h.j, 'cannot land as edited', findings);
    },
    { hop: h.n, interruptible: true },
  );
