import type { Mover } from '../contracts/mover.ts';
import type { Veeam } from './parts.ts';

/** Age of the newest point on the server's own clock, and whether the last run left one. V §1.2 */
export const lag =
  (veeam: Veeam): Mover['lag'] =>
  async (order) => {
    const { jobs, runs, points, at } = veeam;
    const none = { point: null, pointAt: null, ageSeconds: null, healthy: false };
    const job = await jobs.find(order.item);
    if (!job) return { ...none, detail: 'the backup job is gone' };
    const [point] = await points.of({ at, vm: order.vm.name }, job.name, order.vm.name);
    if (!point) return { ...none, detail: 'there is no restore point yet' };
    const run = await runs.newest(job);
    const age = (Date.parse(job.serverTime ?? '') - Date.parse(point.createdAt)) / 1000;
    const failed = run !== null && !run.working && !run.good;
    return {
      point: point.id,
      pointAt: point.createdAt,
      ageSeconds: Number.isNaN(age) ? null : Math.max(0, Math.round(age)),
      healthy: !failed,
      detail: failed ? `the last run ended ${run.result}: ${run.reason}` : `newest point of ${point.createdAt}`,
    };
  };
