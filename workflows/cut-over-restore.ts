import type { Reshaped } from '../activities/contracts/platform.ts';
import { factsOf } from '../domain/facts.ts';
import { readdress } from './addresses.ts';
import { approveChange } from './approve-cut-over.ts';
import { keepCheckpoint } from './checkpoint.ts';
import { forcePredecessorOff } from './force-off.ts';
import { hooksAt } from './hooks.ts';
import {
  guardPredecessorOff,
  type Hop,
  hasServed,
  itemOrder,
  observePredecessorOff,
  operationOrder,
  platformOrder,
  successorOf,
} from './hop-context.ts';
import { mark } from './journey.ts';
import { mishapOf, step, together } from './step.ts';
import { refuseLate } from './window.ts';

/** Fails with `Drift` where another machine stands than was approved; the attempt after that opens the gate again first. */
const shutDown = (h: Hop): (() => Promise<void>) => {
  const { j, record, verbs } = h;
  let drifted = false;
  return async () => {
    if (drifted) await approveChange(h);
    // Drift stopped nothing: after days at the gate the outage would begin as late as any other.
    if (drifted || record.fence === 'none') refuseLate(h);
    record.fence = 'begun';
    try {
      await verbs.predecessor.shutDown.executeWithOptions({ summary: `shut ${h.vm.name} down` }, [
        {
          ...platformOrder(h, 'predecessor', 'shutDown', h.vm),
          graceMs: j.order.policies.graceMs,
          expectFacts: factsOf(h.facts),
        },
      ]);
    } catch (error) {
      drifted = mishapOf(error)?.class === 'Drift';
      throw error;
    }
  };
};

/** Stop, observe off, fence. From here on the VM is down and its identity is free. Returns the newest run there was by then. */
const fence = async (h: Hop): Promise<string | null> => {
  const { j, record, verbs } = h;
  await step(j, 'shut down', shutDown(h), { hop: h.n, forceOff: () => forcePredecessorOff(h) });
  if (record.wasOn) mark(j, h.n, 'stopOfService');
  const [isolated, before] = await step(
    j,
    'isolate',
    () =>
      together([
        verbs.predecessor.isolate.executeWithOptions({ summary: `take ${h.vm.name} off the network` }, [
          { ...platformOrder(h, 'predecessor', 'isolate', h.vm), extent: 'full' },
        ]),
        verbs.mover.markFinal.executeWithOptions({ summary: 'newest run so far' }, [itemOrder(h, 'markFinal')]),
      ]),
    { hop: h.n },
  );
  record.wiring = isolated.wiring;
  record.autostart = isolated.autostart;
  record.fence = 'held';
  return before.newestRun;
};

/** Only a run later than the newest one noted after power-off counts. */
const finalSync = async (h: Hop, after: string | null): Promise<string | null> => {
  const { j, verbs } = h;
  const from = Date.now();
  const synced = await step(
    j,
    'final synchronise',
    () =>
      verbs.mover.synchronise.executeWithOptions({ summary: 'final copy, source off' }, [
        { ...itemOrder(h, 'finalSynchronise'), round: 1, after, final: true },
      ]),
    { hop: h.n },
  );
  j.ledger.bytes.push({ hop: h.n, round: 1, moved: synced.movedBytes, at: Date.now(), from });
  mark(j, h.n, 'lastDelta');
  return synced.point;
};

const materialise = async (h: Hop, point: string | null): Promise<void> => {
  const { j, record, verbs } = h;
  const done = await step(
    j,
    'cut over',
    () => {
      record.cutOver = 'begun';
      return verbs.mover.cutOver.executeWithOptions({ summary: `bring ${h.order.landing.name} up, off and isolated` }, [
        { ...itemOrder(h, 'cutOver'), point, predecessor: h.facts },
      ]);
    },
    { hop: h.n },
  );
  record.successor = done.successor;
  record.operation = done.operation;
  record.mounted = done.mounted;
  record.cutOver = 'done';
  mark(j, h.n, 'cutOver');
};

const reshape = (h: Hop): Promise<Reshaped> =>
  step(
    h.j,
    'reshape',
    () =>
      h.verbs.successor.reshape.executeWithOptions({ summary: `size and adapters of ${h.order.landing.name}` }, [
        { ...platformOrder(h, 'successor', 'reshape', successorOf(h)), landing: h.order.landing, predecessor: h.facts },
      ]),
    { hop: h.n },
  );

/** A successor that has never had the network may be turned off and on again when it does not come up. */
const restartIsolated = async (h: Hop): Promise<void> => {
  const order = platformOrder(h, 'successor', 'restart', successorOf(h));
  await h.verbs.successor.forceOff.executeWithOptions({ summary: 'repair: off' }, [order]);
  await observePredecessorOff(h);
  await h.verbs.successor.powerOn.executeWithOptions({ summary: 'repair: on again, isolated' }, [order]);
};

const bootIsolated = async (h: Hop, reshaped: Reshaped): Promise<void> => {
  const { j, verbs } = h;
  await step(
    j,
    'power on',
    () =>
      verbs.successor.powerOn.executeWithOptions({ summary: `start ${h.order.landing.name}, isolated` }, [
        platformOrder(h, 'successor', 'powerOn', successorOf(h)),
      ]),
    { hop: h.n },
  );
  mark(j, h.n, 'boot');
  await readdress(h, reshaped.macs, () => restartIsolated(h));
};

export const commitHop = async (h: Hop): Promise<void> => {
  await hooksAt(h, 'before', 'commit');
  await step(
    h.j,
    'commit',
    () => {
      h.record.commit = 'begun';
      return h.verbs.mover.commit.executeWithOptions({ summary: 'give up the mover’s own undo' }, [
        operationOrder(h, 'commit'),
      ]);
    },
    { hop: h.n },
  );
  h.record.commit = 'done';
  h.record.mounted = false;
  await hooksAt(h, 'after', 'commit');
};

const connect = async (h: Hop, reshaped: Reshaped): Promise<void> => {
  const { j, record, verbs } = h;
  await hooksAt(h, 'before', 'connect');
  await guardPredecessorOff(h, 'connect');
  h.after = await step(
    j,
    'connect',
    () => {
      record.exposedAt ??= Date.now();
      return verbs.successor.connect.executeWithOptions(
        { summary: `give ${h.order.landing.name} the production network` },
        [{ ...platformOrder(h, 'successor', 'connect', successorOf(h)), wiring: reshaped.wiring, autostart: true }],
      );
    },
    { hop: h.n },
  );
  mark(j, h.n, 'connected');
  await hooksAt(h, 'after', 'connect');
};

/** Fence, final copy, restore off and isolated, adopt, commit, and only then the production network. */
export const cutOverByRestore = async (h: Hop): Promise<void> => {
  if (h.reshaped && hasServed(h)) return connect(h, h.reshaped);
  await materialise(h, await finalSync(h, await fence(h)));
  await hooksAt(h, 'after', 'cutOver');
  const reshaped = await reshape(h);
  h.reshaped = reshaped;
  // From here on its id alone proves that a VM which was migrated is ours.
  await keepCheckpoint(h.j);
  if (h.order.landing.power === 'on') {
    await guardPredecessorOff(h, 'power on');
    await bootIsolated(h, reshaped);
  }
  if (!h.j.order.serveWhileMounted) await commitHop(h);
  await connect(h, reshaped);
};
