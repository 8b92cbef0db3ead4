import { allHandlersFinished, CancellationScope, condition, patched } from '@temporalio/workflow';
import type { Carried, Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { Baseline } from '../activities/contracts/guest.ts';
import { newHopRecord } from '../domain/hop-record.ts';
import type { JourneyOrder } from '../domain/plan.ts';
import { AFTER_ROLLBACK } from '../domain/rollback.ts';
import { totalBytes, type VmDescription } from '../domain/vm.ts';
import { guestOrder, isBaselineBlind, plannedPackage } from './addresses.ts';
import { checkLanding, checkPath, type Found, refuseBlockers } from './check-path.ts';
import { commitHop } from './cut-over-restore.ts';
import { cleanUp, holdAndDecommission, signOff } from './finish.ts';
import { gate } from './gate.ts';
import { hooksAt, hooksRan, listenForHooks } from './hooks.ts';
import { runHop } from './hop.ts';
import { type Hop, hasServed, hopAt, landedOf, platformOrder, successorOf } from './hop-context.ts';
import {
  AnewAsked,
  EjectAsked,
  hopOrder,
  hopRecord,
  type Journey,
  newJourney,
  note,
  RollBackAsked,
  show,
  token,
} from './journey.ts';
import { viewOf } from './journey-view.ts';
import { askForLeases, awaitLeases, copyAsk, giveBack, stagingAsk } from './lease.ts';
import { listen, turnRound } from './listen.ts';
import type { MigrationView } from './messages.ts';
import { type HopsKept, hopsFrom, journeyFrom, NOTHING_KEPT } from './rebuilt.ts';
import { comeBack, comeBackBlind, holdRoom, type Place } from './recover.ts';
import { retire } from './retire.ts';
import { rollBackHop } from './rollback.ts';
import { park, step } from './step.ts';
import { tellBatch } from './tell-batch.ts';
import { keeper, platformAt } from './verbs.ts';

/** What the guest is like before anything is touched, and what it needs for its next landing. */
const lookInside = async (h: Hop): Promise<void> => {
  if (h.facts.power !== 'on') return;
  if (isBaselineBlind(h) && patched('look-again')) h.baseline = null;
  const addresses = h.facts.nics.flatMap((nic) => nic.addresses);
  h.baseline ??= await step<Baseline>(
    h.j,
    'inspect',
    async () => {
      const baseline = await h.verbs.guestBefore.inspect.executeWithOptions({ summary: `baseline of ${h.vm.name}` }, [
        guestOrder(h, 'before', 'inspect', h.vm, addresses),
      ]);
      const told = baseline.findings.filter((f) => f.severity !== 'info');
      h.j.findings = [
        ...h.j.findings.filter((f) => !told.some((t) => t.id === f.id && t.subject === f.subject)),
        ...told,
      ];
      refuseBlockers(h.j, 'cannot move as its guest is', baseline.findings);
      return baseline;
    },
    { hop: h.n, interruptible: true },
  );
  await step(
    h.j,
    'prepare',
    () =>
      h.verbs.guestBefore.prepare.executeWithOptions({ summary: `drivers and addresses for hop ${h.n}` }, [
        { ...guestOrder(h, 'before', 'prepare', h.vm, addresses), nics: plannedPackage(h), hop: h.n },
      ]),
    { hop: h.n, interruptible: true },
  );
};

/** A person says the staged VM is good; until then the way back is free or has its own gate. */
const go = async (h: Hop): Promise<void> => {
  const evidence = () => ({
    vm: h.order.landing.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does: `accepts ${h.order.landing.name} and begins hop ${h.n + 1}`,
    findings: h.j.findings.map((f) => `${f.id} ${f.severity}: ${f.message}`),
  });
  await hooksAt(h, 'before', 'go');
  await gate(h.j, 'go', h.n, evidence, { phase: 'AwaitingGo', round: h.record.round });
  await hooksAt(h, 'after', 'go');
  if (h.record.commit !== 'done') await commitHop(h);
  note(h.j, { phase: 'OnStaging' });
};

/** What an edit changed is asked about before anything of it is done; what the mover was told otherwise is taken back. */
const beginAnew = async (h: Hop): Promise<void> => {
  const { j, record } = h;
  show(j, { phase: 'Seeding' });
  await giveBack(j, ['cutOver']);
  await checkLanding(h);
  if (!j.protectAgain) return;
  await step(j, 'retire', () => retire(h), { hop: h.n });
  Object.assign(record, { round: record.round + 1, item: null, itemAdopted: false, protecting: false });
  j.protectAgain = false;
};

const approach = async (h: Hop): Promise<void> => {
  await lookInside(h);
  await askForLeases(h.j, [...(h.n === 1 ? [stagingAsk(h.j, totalBytes(h.facts))] : []), copyAsk(h.j, h.n)]);
  const waited = await awaitLeases(h.j, ['staging', 'copy'], 'Queued');
  if (waited.includes('staging')) await tellBatch(h.j, { told: 'hasRoom' });
};

/** A journey that was rebuilt: where its hop goes on, once a person has said so and it was looked. */
const whereLost = async (h: Hop): Promise<Place | null> => {
  const checkpoint = h.j.recovered?.checkpoint;
  return checkpoint ? comeBack(h, checkpoint) : null;
};

/** The hop, from where an edit left of it what stands; null where none did. */
const goThrough = async (h: Hop, behind: readonly Hop[], edited: 'gate' | 'hop' | null): Promise<void> => {
  const isLast = h.n === h.j.order.hops.length;
  const place = await whereLost(h);
  if (place === 'cleanUp') {
    show(h.j, { phase: 'Committing' });
    if (h.record.commit !== 'done') await commitHop(h);
    return;
  }
  // Nothing of a gate is left after a loss.
  const anew = place !== null && edited !== null ? 'hop' : edited;
  if (anew === 'hop') await beginAnew(h);
  if (!hasServed(h) && anew !== 'gate') await approach(h);
  await runHop(h, place === 'validate' ? place : (anew ?? 'hop'));
  if (isLast) await signOff([...behind, h], h);
  else await go(h);
  if (!isLast) h.after ??= await describeAfter(h);
};

/**
 * Runs a hop until its landing was accepted. A rollback ends at its predecessor, from where a person goes on or further back; one
 * whose loss nobody accepts goes on where the VM serves.
 */
const arrive = async (h: Hop, behind: readonly Hop[]): Promise<'arrived' | 'rolledBack'> => {
  for (let anew: 'gate' | 'hop' | null = null; ; ) {
    h.j.approaching = h.n;
    try {
      await goThrough(h, behind, anew);
      h.record.arrived = true;
      return 'arrived';
    } catch (error) {
      if (error instanceof AnewAsked) anew = error.from;
      else if (!(error instanceof RollBackAsked)) throw error;
      else if ((await rollBackHop(h)) === 'stays') anew = null;
      else {
        await giveBack(h.j, ['copy', 'cutOver']);
        return 'rolledBack';
      }
    } finally {
      h.j.approaching = null;
    }
  }
};

/** The successor of a hop whose mover connected it. */
const describeAfter = (h: Hop): Promise<VmDescription> =>
  step(
    h.j,
    'describe',
    () =>
      h.verbs.successor.describe.executeWithOptions({ summary: `${h.order.landing.name} as it stands` }, [
        platformOrder(h, 'successor', 'describe', successorOf(h)),
      ]),
    { hop: h.n },
  );

/** The VM serves from the last hop that stands: a person tries the next one again, or goes back one more. */
const onwardsOrBack = async (j: Journey, serving: Hop): Promise<'onwards' | 'back'> => {
  show(j, { phase: 'OnStaging', hop: serving.n });
  try {
    await park(
      j,
      AFTER_ROLLBACK,
      {
        class: 'Refused',
        message: `Hop ${serving.n + 1} was rolled back; ${serving.order.landing.name} serves.`,
        changed: `${serving.order.landing.name} runs on ${serving.order.to.product}@${serving.order.to.instance}`,
        fix: 'Retry begins the hop again; roll back returns to the platform before.',
      },
      { hop: serving.n },
    );
    return 'onwards';
  } catch (error) {
    if (error instanceof RollBackAsked) return 'back';
    throw error;
  }
};

/** Hop by hop, forwards and back. Returns the hops that stand, or null when the VM is back where it began. */
const travel = async (j: Journey, { source, baseline }: Found, kept: HopsKept): Promise<readonly Hop[] | null> => {
  const stands: Hop[] = [...kept.stands];
  let { next } = kept;
  while (stands.length < j.order.hops.length) {
    const last = stands.at(-1);
    const onwards = () =>
      last
        ? hopAt(j, last.n + 1, successorOf(last), landedOf(last), last.baseline)
        : hopAt(j, 1, j.order.source, source, baseline);
    const h: Hop = next ?? onwards();
    next = null;
    if ((await arrive(h, stands)) === 'arrived') {
      stands.push(h);
      continue;
    }
    for (
      let serving = stands.at(-1);
      serving && (await onwardsOrBack(j, serving)) === 'back';
      serving = stands.at(-1)
    ) {
      if ((await rollBackHop(serving)) === 'back') stands.pop();
    }
    if (stands.length === 0) return null;
    for (const { n, round, kind, fixesAtProtect } of j.hops.slice(stands.length, h.n))
      j.hops[n - 1] = {
        ...newHopRecord(n, round + 1),
        kind,
        ...(fixesAtProtect === undefined ? {} : { fixesAtProtect }),
      };
  }
  return stands;
};

/** Ejecting is for before the fence: what we made in the mover goes, the VM was never touched. */
const eject = async (j: Journey): Promise<void> => {
  const record = hopRecord(j, 1);
  j.rollingBack = true;
  if (record.protecting || hooksRan(j)) await rollBackHop(hopAt(j, 1, j.order.source, await describeSource(j), null));
  show(j, { phase: 'Ejected' });
};

const describeSource = (j: Journey): Promise<VmDescription> => {
  const { from } = hopOrder(j, 1);
  return step(
    j,
    'describe',
    () => platformAt(from, j.order.policies).describe({ to: from, vm: j.order.source, token: token(j, 1, 'describe') }),
    { hop: 1 },
  );
};

/** The checkpoint it was rebuilt from. Without one it begins at its beginning, once it was seen that it can. */
const takeUp = async (j: Journey): Promise<Checkpoint | null> => {
  if (!j.recovered) return null;
  const { checkpoint } = j.recovered;
  await holdRoom(j);
  if (!checkpoint) await comeBackBlind(j);
  return checkpoint;
};

const journey = async (j: Journey): Promise<void> => {
  try {
    const checkpoint = await takeUp(j);
    const kept = checkpoint ? hopsFrom(j, checkpoint) : NOTHING_KEPT;
    const facts = checkpoint?.hops[0]?.facts;
    const found = facts ? { source: facts, baseline: null } : await checkPath(j);
    // Journeys of the first version asked before they had looked inside.
    if (j.order.leases === undefined) await askForLeases(j, [stagingAsk(j, totalBytes(found.source))]);
    const stands = await travel(j, found, kept);
    const [first, last] = [stands?.[0], stands?.at(-1)];
    if (stands && first && last) {
      await whereLost(last);
      if (j.holdEndsAt === null) await cleanUp(stands, last);
      await holdAndDecommission(first, last);
    } else show(j, { phase: 'RolledBack' });
  } catch (error) {
    j.asked = null;
    if (error instanceof EjectAsked) await eject(j);
    else if (error instanceof RollBackAsked) show(j, { phase: 'RolledBack' });
    else throw error;
  }
  await giveBack(j);
  await step(
    j,
    'record',
    () =>
      keeper(j.order.policies).keepRecord({
        journey: j.order.source.id,
        programme: j.order.programme,
        name: j.order.name,
        end: j.phase,
        view: viewOf(j),
      }),
    { hop: j.hop },
  );
};

/**
 * One VM, from its source to its last landing and the end of its hold; weeks long. `carried`: it is rebuilt after Temporal has lost it, and
 * moves nothing before a person resumes it.
 */
export async function migration(order: JourneyOrder, carried?: Carried): Promise<MigrationView> {
  const j = carried ? journeyFrom(order, carried) : newJourney(order);
  listen(j);
  listenForHooks(j);
  CancellationScope.current().cancelRequested.catch(() => turnRound(j));
  return CancellationScope.nonCancellable(async () => {
    await journey(j);
    await tellBatch(j, {
      told: 'ended',
      phase: j.phase,
      ...(j.deferredTo === null ? {} : { deferredTo: j.deferredTo }),
    });
    await condition(allHandlersFinished);
    return viewOf(j);
  });
}
