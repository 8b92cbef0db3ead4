import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  isSame,
  type Lease,
  type LeaseRequest,
  type LeaseTable,
  type Purpose,
  release,
  request,
  type Served,
  setRules,
  type Trade,
  tableFrom,
} from '../domain/capacity.ts';
import { isRules, purposesIn, refuseRequest, type Waiting, waitingIn } from '../domain/capacity-words.ts';
import {
  leases,
  line,
  type RoomAsked,
  releaseLeaseSignal,
  requestLease,
  requestLeases,
  setLimits,
  type Traded,
  tradeLeases,
} from './capacity-messages.ts';
import { refuse } from './door.ts';
import { leaseGranted } from './messages.ts';
import { reconcileForEver } from './reconcile-leases.ts';

const roomOnly = ({ holder, amounts }: RoomAsked): LeaseRequest => ({
  holder,
  asks: [{ purpose: 'staging', amounts }],
});

/**
 * Of one run. The server writes what it knows of every update of a run with each of its steps, and a run is read from its beginning
 * when a message came between it and its successor: a run is kept short.
 */
const UPDATES = 100;

/**
 * One per programme: who holds what is scarce, and who waits. Runs for ever, as a chain of runs: a cancel from outside would leave what
 * stands on staging uncounted.
 */
export const capacity = (carried: LeaseTable): Promise<void> =>
  CancellationScope.nonCancellable(() => keepTable(carried));

const keepTable = async (carried: LeaseTable): Promise<void> => {
  let table = tableFrom(carried);
  const toTell: Lease[] = [];

  const become = (served: Served): readonly Lease[] => {
    table = served.table;
    return served.granted;
  };
  const andTell = (served: Served): void => {
    toTell.push(...become(served));
  };
  const ask = (asked: LeaseRequest): void => {
    const granted = become(request(table, asked, Date.now()));
    toTell.push(...granted.filter(({ holder }) => holder !== asked.holder));
  };
  const askAll = (asked: LeaseRequest): readonly Waiting[] => {
    ask(asked);
    return waitingIn(table, asked.holder).filter(({ purpose }) => asked.asks.some((one) => one.purpose === purpose));
  };
  const giveBack = (asked: { readonly holder?: string; readonly purposes?: readonly Purpose[] } | null): void => {
    // It may be anything that a person typed: what says nothing changes nothing.
    const purposes = purposesIn(asked?.purposes);
    if (purposes) andTell(release(table, asked?.holder ?? '', Date.now(), purposes));
  };
  const trade = (one: Trade): Traded => {
    if (!('asks' in one)) {
      giveBack(one);
      return { waiting: [] };
    }
    const refused = refuseRequest(table, one);
    return refused ? { refused } : { waiting: askAll(one) };
  };

  let updates = 0;
  const isFull = (): boolean => workflowInfo().continueAsNewSuggested || updates >= UPDATES;
  setHandler(
    tradeLeases,
    (trades) => {
      updates += 1;
      return trades.map(trade);
    },
    {
      validator: (trades) => {
        if (!Array.isArray(trades) || !trades.every((one) => typeof one === 'object' && one !== null))
          refuse('Trades are a list.');
      },
    },
  );
  setHandler(requestLeases, askAll, { validator: (asked) => refuse(refuseRequest(table, asked)) });
  setHandler(
    requestLease,
    (asked) => {
      ask(roomOnly(asked));
      return table.held.some((one) => isSame(one, { holder: asked.holder, purpose: 'staging' }));
    },
    { validator: (asked) => refuse(refuseRequest(table, roomOnly(asked ?? { holder: '', amounts: {} }))) },
  );
  setHandler(releaseLeaseSignal, giveBack);
  setHandler(setLimits, (rules) => {
    if (isRules(rules)) andTell(setRules(table, rules, Date.now()));
  });
  setHandler(leases, () => table);
  setHandler(line, () => waitingIn(table));

  void reconcileForEver(
    () => table,
    (change) => andTell(change(table, Date.now())),
  );

  while (!isFull() || toTell.length > 0) {
    await condition(() => toTell.length > 0 || isFull());
    for (let lease = toTell.shift(); lease; lease = toTell.shift()) {
      const { holder, purpose } = lease;
      // Who ended while it waited was never told of its room, so nothing of it stands there.
      await getExternalWorkflowHandle(holder)
        .signal(leaseGranted, { holder, purpose })
        .catch(() => {
          // Another life of it may have asked again meanwhile, and counts on what it was answered.
          if (table.held.some((one) => isSame(one, lease) && one.askedAt === lease.askedAt))
            andTell(release(table, holder, Date.now(), [purpose]));
        });
    }
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof capacity>(table);
};
