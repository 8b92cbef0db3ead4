import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ProgrammeKeeper } from '../activities/contracts/programme-keeper.ts';
import {
  isInFlight,
  isProgrammeOver,
  newProgramme,
  type ProgrammeOrder,
  type ProgrammeState,
  programmeCounts,
} from '../domain/programme.ts';
import { begun, halted, notBegun, seeBatches } from '../domain/programme-progress.ts';
import { describeProgramme } from '../domain/programme-text.ts';
import { haltsOf, nextProgrammeMoment, turnsNow } from '../domain/programme-turns.ts';
import { judgeWave } from '../domain/programme-wave.ts';
import { beginBatch } from './held-batch-messages.ts';
import { change, type Programme, viewOf, wakes } from './programme-context.ts';
import { listen } from './programme-listen.ts';
import { heldBatchId } from './programme-messages.ts';
import { unlessUnanswered } from './unless-unanswered.ts';
import { watchHosts } from './watch-hosts.ts';

const keeper = ({ order }: Programme) =>
  proxyLocalActivities<ProgrammeKeeper>({
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: order.pollMs, maximumAttempts: 5 },
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
      change(p, notBegun(p.state, name));
    });
};

const nextTurn = ({ state }: Programme): string | undefined => turnsNow(state, Date.now()).begin[0];

/** Batches that run and have not heard that nothing new begins, or that they may go on. */
const untold = ({ state }: Programme, now: number): readonly string[] => {
  const isHalted = haltsOf(state, now).length > 0;
  return state.turns
    .filter(
      (turn) => (turn.status === 'running' || (turn.status === 'holding' && turn.halted)) && turn.halted !== isHalted,
    )
    .map(({ name }) => name);
};

const ASK_AGAIN_MS = 5_000;

const tellHalts = async (p: Programme): Promise<void> => {
  const names = untold(p, Date.now());
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
  p.isLong || isProgrammeOver(p.state) || untold(p, p.knows).length > 0 || turnsNow(p.state, p.knows).begin.length > 0;

/** Hosts are read while something may land on them, and as long as a stopped wave waits for somebody to look at them. */
const isWatched = ({ state }: Programme): boolean =>
  state.stopWave !== null && (state.stopped !== null || state.turns.some(isInFlight));

/**
 * One programme: tells its batches when their turn has come, never more than are allowed in flight, and stops new work when people pause
 * it, when a freeze holds or when a host is beyond its limits. Runs until all its batches are over, as a chain of runs.
 */
export async function programme(order: ProgrammeOrder, carried?: ProgrammeState): Promise<string> {
  const p: Programme = {
    order,
    state: carried ?? newProgramme(order),
    looking: false,
    knows: Date.now(),
    isLong: false,
  };
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
    isLast: () => p.isLong,
  }).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  await look(p);
  while (!isProgrammeOver(p.state) && !workflowInfo().continueAsNewSuggested) {
    await tellHalts(p);
    // Asked anew for each: a pause may have come while the one before was told.
    for (let name = nextTurn(p); name !== undefined; name = nextTurn(p)) await begin(p, name);
    wakes(p);
    const moment = nextProgrammeMoment(p.state, p.knows);
    const wait = Math.min(p.order.reconcileMs, moment === null ? p.order.reconcileMs : moment - p.knows);
    const woken = await condition(() => hasWork(p), Math.max(1, wait), { summary: 'looks at its batches' });
    if (!woken) await look(p);
  }
  await condition(() => allHandlersFinished() && !p.looking);
  if (isProgrammeOver(p.state)) return programmeCounts(p.state);
  return continueAsNew<typeof programme>(p.order, p.state);
}
