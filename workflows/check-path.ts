import { ApplicationFailure } from '@temporalio/workflow';
import type { PreflightReport } from '../activities/contracts/reports.ts';
import { blockers } from '../domain/finding.ts';
import type { Mishap } from '../domain/mishap.ts';
import type { VmDescription } from '../domain/vm.ts';
import { hopOrder, hopRecord, type Journey, show, token } from './journey.ts';
import { queuesServed } from './queues.ts';
import { step } from './step.ts';
import { verbsOf } from './verbs.ts';

/** Virtual size of all disks. */
export const bytesOf = (vm: VmDescription): number => vm.disks.reduce((sum, disk) => sum + disk.bytes, 0);

const blocked = (j: Journey, reports: readonly PreflightReport[]): ApplicationFailure => {
  const bad = reports.flatMap((report) => blockers(report.findings));
  const detail: Mishap = {
    class: 'Configuration',
    message: `${j.order.name} cannot start: ${bad.map((f) => `${f.id} ${f.subject}: ${f.message}`).join('; ')}`,
    changed: 'nothing',
    fix: bad.map((f) => f.fix).join(' '),
    vm: j.order.name,
  };
  return ApplicationFailure.create({
    message: detail.message,
    type: detail.class,
    nonRetryable: true,
    details: [detail],
  });
};

/**
 * Before hop 1 touches anything, every platform, mover and guest channel of the whole path is asked: a name that does not resolve
 * (PF-002) and a log-in that fails (PF-005) park here. Returns the source as it is.
 */
export const checkPath = async (j: Journey): Promise<VmDescription> => {
  show(j, { phase: 'Checking' });
  const { policies, source } = j.order;
  const run = async (): Promise<VmDescription> => {
    const first = hopOrder(j, 1);
    const { predecessor } = verbsOf(first, policies);
    const seen = await predecessor.preflight.executeWithOptions({ summary: 'the source and its VM' }, [
      {
        to: first.from,
        token: token(j, 1, 'preflight'),
        role: 'source',
        vm: source,
        landing: null,
        bytesNeeded: 0,
        journey: source.id,
      },
    ]);
    const description = seen.description;
    if (!description) throw blocked(j, [seen]);
    const bytesNeeded = bytesOf(description);
    const served = queuesServed(j, j.order.hops);
    const reports = await Promise.all(
      j.order.hops.flatMap((hop) => {
        const verbs = verbsOf(hop, policies);
        const order = { token: token(j, hop.n, 'preflight'), journey: source.id, landing: hop.landing, bytesNeeded };
        return [
          verbs.mover.preflight
            .executeWithOptions({ summary: `mover of hop ${hop.n}` }, [
              {
                ...order,
                to: hop.mover,
                vm: source,
                from: hop.from,
                target: hop.to,
                settings: hop.settings,
                hop: hop.n,
              },
            ])
            .then((report) => {
              hopRecord(j, hop.n).kind = report.capabilities?.cutover ?? null;
              return report;
            }),
          verbs.successor.preflight.executeWithOptions({ summary: `target of hop ${hop.n}` }, [
            { ...order, to: hop.to, role: 'target' as const, vm: null },
          ]),
        ];
      }),
    );
    await served;
    j.findings = [seen, ...reports].flatMap((report) => report.findings).filter((f) => f.severity !== 'info');
    if ([seen, ...reports].some((report) => blockers(report.findings).length > 0)) throw blocked(j, [seen, ...reports]);
    return description;
  };
  return step(j, 'preflight', run, { hop: 1, interruptible: true });
};
