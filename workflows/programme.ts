import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ProgrammeKeeper } from '../activities/contracts/programme-keeper.ts';
import { editFreezes, type FreezeEdit, refuseFreezeEdit } from '../domain/freeze.ts';
import {
  begun,
  halted,
  haltsOf,
  hearBatch,
  isInFlight,
  isProgrammeOver,
  judgeWave,
  newProgramme,
  nextProgrammeMoment,
  notBegun,
  type ProgrammeOrder,
  type ProgrammeState,
  programmeCounts,
  refusedIn,
  refuseResumeWave,
  replanned,
  resumedWave,
  seeBatches,
  turnsNow,
} from '../domain/programme.ts';
import { describeProgramme, glanceOf } from '../domain/programme-text.ts';
import { typed } from '../domain/typed.ts';
import { beginBatch } from './held-batch-messages.ts';
import {
  batchReport,
  editFreeze,
  editFreezeSignal,
  heldBatchId,
  type Pause,
  type ProgrammeView,
  pauseProgramme,
  pauseProgrammeSignal,
  programmeView,
  replanProgramme,
  resumeProgramme,
  resumeProgrammeSignal,
  resumeWave,
  resumeWaveSignal,
} from './programme-messages.ts';
import { watchHosts } from './watch-hosts.ts';

/** One programme under way. Everything that changes it goes through `change`. */
interface Programme {
  order: ProgrammeOrder;
  state: ProgrammeState;
  /** Reads its hosts now. */
  looking: boolean;
}

const viewOf = ({ state }: Programme): ProgrammeView => {
  const now = Date.now();
  return { ...glanceOf(state, turnsNow(state, now), now), isOver: isProgrammeOver(state) };
};

const change = (p: Programme, state: ProgrammeState): void => {
  if (state === p.state) return;
  p.state = state;
  setCurrentDetails(describeProgramme(viewOf(p)));
};

const refuse = (why: string | null): void => {
  if (why) throw ApplicationFailure.nonRetryable(why, 'Refused');
};

const isSomeone = (by: unknown): by is string => typeof by === 'string' && by.trim() !== '';

const refusePause = (came: unknown): string | null => {
  const { by, why } = (came ?? {}) as Partial<Pause>;
  return isSomeone(by) && isSomeone(why) ? null : 'A pause is {"by": your name, "why"}.';
};

const refuseResume = (came: unknown): string | null =>
  isSomeone((came as { by?: unknown } | null)?.by) ? null : 'To go on is {"by": your name}.';

/** Registered before the first await, so that nothing sent with the start is lost. Signals may be anything that a person typed. */
const listen = (p: Programme): void => {
  const pause = ({ by, why }: Pause): void => change(p, { ...p.state, paused: { by, why, at: Date.now() } });
  const unpause = (): void => change(p, { ...p.state, paused: null });
  /** The same by signal: a refusal is kept, for nobody waits for an answer. */
  const bySignal =
    <T>(what: string, refusal: (asked: T) => string | null, act: (asked: T) => void) =>
    (asked: T): void => {
      const why = refusal(asked);
      if (why === null) act(asked);
      else
        change(p, refusedIn(p.state, `${what} by ${typed((asked as { by?: unknown } | null)?.by)}`, why, Date.now()));
    };
  setHandler(programmeView, () => viewOf(p), { description: 'Everything about this programme' });
  setHandler(pauseProgramme, pause, {
    validator: (asked) => refuse(refusePause(asked)),
    description: 'No batch begins, no group cuts over; what is copied goes on',
  });
  setHandler(pauseProgrammeSignal, bySignal('pause', refusePause, pause));
  setHandler(resumeProgramme, unpause, { validator: (asked) => refuse(refuseResume(asked)) });
  setHandler(resumeProgrammeSignal, bySignal('resume', refuseResume, unpause));

  setHandler(resumeWave, (asked) => change(p, resumedWave(p.state, asked, Date.now())), {
    validator: (asked) => refuse(refuseResumeWave(p.state, asked)),
    description: 'Go on after a breach, for the figures that were seen',
  });
  setHandler(
    resumeWaveSignal,
    bySignal(
      'resumeWave',
      (asked) => refuseResumeWave(p.state, asked),
      (asked) => change(p, resumedWave(p.state, asked, Date.now())),
    ),
  );

  const refuseEdit = (asked: unknown): string | null => refuseFreezeEdit(p.state.freezes, asked, Date.now());
  setHandler(
    editFreeze,
    (asked) => {
      change(p, { ...p.state, freezes: editFreezes(p.state.freezes, asked) });
      return p.state.freezes;
    },
    { validator: (asked) => refuse(refuseEdit(asked)), description: 'Add or take away a freeze' },
  );
  setHandler(
    editFreezeSignal,
    bySignal('freeze', refuseEdit, (asked: FreezeEdit) =>
      change(p, { ...p.state, freezes: editFreezes(p.state.freezes, asked) }),
    ),
  );

  setHandler(
    replanProgramme,
    (order) => {
      p.order = order;
      change(p, replanned(p.state, order));
    },
    {
      validator: (order) =>
        refuse(order?.programme === p.order.programme ? null : 'That is the plan of another programme.'),
    },
  );
  setHandler(batchReport, (report) => change(p, hearBatch(p.state, report, Date.now())));
};

const keeper = ({ order }: Programme) =>
  proxyLocalActivities<ProgrammeKeeper>({
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: order.pollMs, maximumAttempts: 5 },
  });

/** Nothing that only Temporal itself cannot answer may end the programme: it is asked again at the next look. */
const unlessUnanswered = async <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return null;
  });

/** Reads how the batches stand that are not over; who begins is told by signal, and this puts right what no signal told. */
const look = async (p: Programme): Promise<void> => {
  const { programme, turns } = p.state;
  const batches = turns.filter(({ status }) => status !== 'over').map(({ name }) => name);
  const seen = await unlessUnanswered(
    keeper(p).batchesSeen.executeWithOptions({ summary: 'how do the batches stand?' }, [{ programme, batches }]),
  );
  if (seen) change(p, seeBatches(p.state, seen, Date.now()));
};

const begin = async (p: Programme, name: string): Promise<void> => {
  change(p, begun(p.state, name, Date.now()));
  await getExternalWorkflowHandle(heldBatchId(p.state.programme, name))
    .signal(beginBatch, { to: workflowInfo().workflowId })
    .catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      change(
        p,
        notBegun(
          p.state,
          name,
          'Its order is not there. Give `tranship programme start` again, which hands it in anew.',
        ),
      );
    });
};

const nextTurn = ({ state }: Programme): string | undefined => turnsNow(state, Date.now()).begin[0];

/** Batches that run and have not heard that nothing new begins, or that they may go on. */
const untold = ({ state }: Programme): readonly string[] => {
  const isHalted = haltsOf(state, Date.now()).length > 0;
  return state.turns
    .filter(
      (turn) => (turn.status === 'running' || (turn.status === 'holding' && turn.halted)) && turn.halted !== isHalted,
    )
    .map(({ name }) => name);
};

const ASK_AGAIN_MS = 5_000;

const tellHalts = async (p: Programme): Promise<void> => {
  const names = untold(p);
  const halts = haltsOf(p.state, Date.now());
  const why = halts.length === 0 ? null : halts.map(({ text }) => text).join('; ');
  const told = await Promise.all(
    names.map(async (batch) => ({
      batch,
      answer: await unlessUnanswered(
        keeper(p).haltBatch.executeWithOptions({ summary: `${why === null ? 'let go' : 'stop'} ${batch}` }, [
          { programme: p.state.programme, batch, why },
        ]),
      ),
    })),
  );
  for (const { batch, answer } of told) if (answer) change(p, halted(p.state, batch, why !== null));
  // Asked again, but not as fast as it can be.
  if (told.some(({ answer }) => answer === null)) await sleep(Math.max(ASK_AGAIN_MS, p.order.pollMs));
};

const hasWork = (p: Programme): boolean =>
  workflowInfo().continueAsNewSuggested ||
  isProgrammeOver(p.state) ||
  untold(p).length > 0 ||
  turnsNow(p.state, Date.now()).begin.length > 0;

/** Hosts are read while something may land on them, and as long as a stopped wave waits for somebody to look at them. */
const isWatched = ({ state }: Programme): boolean =>
  state.stopWave !== null && (state.stopped !== null || state.turns.some(isInFlight));

/**
 * One programme: tells its batches when their turn has come, never more than are allowed in flight, and stops new work when people pause
 * it, when a freeze holds or when a host is beyond its limits. Runs until all its batches are over, as a chain of runs.
 */
export async function programme(order: ProgrammeOrder, carried?: ProgrammeState): Promise<string> {
  const p: Programme = { order, state: carried ?? newProgramme(order), looking: false };
  listen(p);
  setCurrentDetails(describeProgramme(viewOf(p)));
  void watchHosts({
    rules: () => (isWatched(p) ? p.state.stopWave : null),
    hosts: () => p.order.hosts,
    lookout: () => p.state.lookout,
    busy: (looking) => {
      p.looking = looking;
    },
    seen: (lookout) => change(p, judgeWave({ ...p.state, lookout }, Date.now())),
    isLast: () => workflowInfo().continueAsNewSuggested,
  }).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  await look(p);
  while (!isProgrammeOver(p.state) && !workflowInfo().continueAsNewSuggested) {
    await tellHalts(p);
    // Asked anew for each: a pause may have come while the one before was told.
    for (let name = nextTurn(p); name !== undefined; name = nextTurn(p)) await begin(p, name);
    const moment = nextProgrammeMoment(p.state, Date.now());
    const wait = Math.min(p.order.reconcileMs, moment === null ? p.order.reconcileMs : moment - Date.now());
    const woken = await condition(() => hasWork(p), Math.max(1, wait), { summary: 'looks at its batches' });
    if (!woken) await look(p);
  }
  await condition(() => allHandlersFinished() && !p.looking);
  if (isProgrammeOver(p.state)) return programmeCounts(p.state);
  return continueAsNew<typeof programme>(p.order, p.state);
}
