import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Lease, type LeaseTable, release, request } from '../domain/capacity.ts';
import { leases, releaseLeaseSignal, requestLease, setLimits } from './capacity-messages.ts';
import { leaseGranted } from './messages.ts';

/** One per programme: who holds what is scarce, and who waits. Runs for ever, as a chain of runs. */
export async function capacity(carried: LeaseTable): Promise<void> {
  let table = carried;
  const toTell: Lease[] = [];

  setHandler(requestLease, (ask) => {
    const next = request(table, ask, Date.now());
    table = next.table;
    toTell.push(...next.granted.filter(({ holder }) => holder !== ask.holder));
    return next.granted.some(({ holder }) => holder === ask.holder);
  });
  setHandler(releaseLeaseSignal, ({ holder }) => {
    const next = release(table, holder, Date.now());
    table = next.table;
    toTell.push(...next.granted);
  });
  setHandler(setLimits, (limits) => {
    const next = release({ ...table, limits }, '', Date.now());
    table = next.table;
    toTell.push(...next.granted);
  });
  setHandler(leases, () => table);

  while (!workflowInfo().continueAsNewSuggested || toTell.length > 0) {
    await condition(() => toTell.length > 0 || workflowInfo().continueAsNewSuggested);
    for (let lease = toTell.shift(); lease; lease = toTell.shift()) {
      const { holder } = lease;
      // A holder that has ended cannot be told; its lease stays counted until it is released.
      await getExternalWorkflowHandle(holder)
        .signal(leaseGranted, { holder })
        .catch(() => undefined);
    }
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof capacity>(table);
}
