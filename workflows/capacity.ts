import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { isLimits, type Lease, type LeaseTable, refuseRequest, release, request } from '../domain/capacity.ts';
import { leases, releaseLeaseSignal, requestLease, setLimits } from './capacity-messages.ts';
import { leaseGranted } from './messages.ts';

/** One per programme: who holds what is scarce, and who waits. Runs for ever, as a chain of runs. */
export async function capacity(carried: LeaseTable): Promise<void> {
  let table = carried;
  const toTell: Lease[] = [];

  const free = (from: LeaseTable, holder: string): void => {
    const next = release(from, holder, Date.now());
    table = next.table;
    toTell.push(...next.granted);
  };

  setHandler(
    requestLease,
    (ask) => {
      const next = request(table, ask, Date.now());
      table = next.table;
      toTell.push(...next.granted.filter(({ holder }) => holder !== ask.holder));
      return next.granted.some(({ holder }) => holder === ask.holder);
    },
    {
      validator: (ask) => {
        const why = refuseRequest(table, ask);
        if (why) throw ApplicationFailure.nonRetryable(why, 'Refused');
      },
    },
  );
  // Signals may be anything that a person typed: what says nothing changes nothing.
  setHandler(releaseLeaseSignal, (asked) => free(table, asked?.holder ?? ''));
  setHandler(setLimits, (limits) => {
    if (isLimits(limits)) free({ ...table, limits }, '');
  });
  setHandler(leases, () => table);

  while (!workflowInfo().continueAsNewSuggested || toTell.length > 0) {
    await condition(() => toTell.length > 0 || workflowInfo().continueAsNewSuggested);
    for (let lease = toTell.shift(); lease; lease = toTell.shift()) {
      const { holder } = lease;
      // Who ended while it waited was never told of its room, so nothing of it stands there.
      await getExternalWorkflowHandle(holder)
        .signal(leaseGranted, { holder })
        .catch(() => free(table, holder));
    }
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof capacity>(table);
}
