import { addressesAfter, guestOrder } from './addresses.ts';
import { keepCheckpoint } from './checkpoint.ts';
import { commitHop } from './cut-over-restore.ts';
import { gate } from './gate.ts';
import { hooksAt } from './hooks.ts';
import { type Hop, itemOrder, macsOf, platformOrder, successorOf } from './hop-context.ts';
import { show } from './journey.ts';
import { giveBack } from './lease.ts';
import { skippableStep, step, until } from './step.ts';

/** The owner accepts: the last mover's undo is given up and the copies on the way are deleted. One gate says both. */
export const signOff = async (hops: readonly Hop[], last: Hop): Promise<void> => {
  const { j } = last;
  const evidence = () => ({
    vm: last.order.landing.name,
    at: `${last.order.to.product}@${last.order.to.instance}`,
    does: `ends replication for good and deletes the copies on the way: ${
      hops
        .slice(1)
        .map((h) => h.vm.name)
        .join(', ') || 'none'
    }`,
    findings: j.findings.filter((f) => f.severity !== 'info').map((f) => `${f.id} ${f.message}`),
  });
  await hooksAt(last, 'before', 'signOff');
  await gate(j, 'signOff', last.n, evidence, { phase: 'AwaitingSignOff', round: last.record.round });
  await hooksAt(last, 'after', 'signOff');
  show(j, { phase: 'Committing' });
  if (last.record.commit !== 'done') await commitHop(last);
};

const removeStaged = (h: Hop, alive: Hop) =>
  h.verbs.predecessor.remove.executeWithOptions({ summary: `delete the staged ${h.vm.name}` }, [
    { ...platformOrder(h, 'predecessor', 'remove', h.vm), journey: h.j.order.source.id, alive: [successorOf(alive)] },
  ]);

const retire = (h: Hop) =>
  h.verbs.mover.retire.executeWithOptions({ summary: 'remove our objects from the mover' }, [
    { ...itemOrder(h, 'retire'), adopted: h.record.itemAdopted },
  ]);

const tidy = (h: Hop) =>
  h.verbs.guestAfter.tidy.executeWithOptions({ summary: 'old guest agents off' }, [
    guestOrder(h, 'after', 'tidy', successorOf(h), addressesAfter(h, macsOf(h))),
  ]);

/** Staged copies, our jobs, old agents, all at once; the source is not touched. What is not safety may be skipped afterwards. */
export const cleanUp = async (hops: readonly Hop[], last: Hop): Promise<void> => {
  const { j } = last;
  let left: (() => Promise<unknown>)[] = [
    ...hops.slice(0, -1).map((h) => () => retire(h)),
    ...(last.order.landing.power === 'on' ? [() => tidy(last)] : []),
  ];
  await step(
    j,
    'delete staged',
    async () => {
      const removals = hops.slice(1).map((h) => removeStaged(h, last));
      const others = left.map((act) => act());
      await Promise.allSettled([...removals, ...others]);
      const outcomes = await Promise.allSettled(others);
      left = left.filter((_, index) => outcomes[index]?.status === 'rejected');
      await Promise.all(removals);
    },
    { hop: last.n },
  );
  await giveBack(j);
  for (const act of left) await skippableStep<unknown>(j, 'tidy up', act, { hop: last.n });
};

/** The source stays, off and fenced, until the hold has passed and its own gate has opened. */
export const holdAndDecommission = async (first: Hop, last: Hop): Promise<void> => {
  const { j } = first;
  await hooksAt(last, 'before', 'hold');
  const begins = Date.now();
  j.holdEndsAt ??= begins + j.order.policies.holdMs;
  const holdEnds = new Date(j.holdEndsAt).toISOString();
  show(j, { phase: 'Holding', waitingFor: `the hold, until ${holdEnds}` });
  await keepCheckpoint(j);
  await until(j, () => false, Math.max(1, j.holdEndsAt - begins), `hold of ${first.vm.name} until ${holdEnds}`);
  await hooksAt(last, 'after', 'hold');
  const evidence = () => ({
    vm: first.vm.name,
    at: `${first.order.from.product}@${first.order.from.instance}`,
    does: 'deletes the source VM and its disks',
    servesNow: `${last.order.landing.name} on ${last.order.to.product}@${last.order.to.instance}`,
  });
  await gate(j, 'decommission', first.n, evidence, { phase: 'AwaitingDecommission', round: first.record.round });
  await hooksAt(last, 'before', 'decommission');
  await step(
    j,
    'decommission',
    () =>
      first.verbs.predecessor.remove.executeWithOptions({ summary: `delete ${first.vm.name} at its source` }, [
        {
          ...platformOrder(first, 'predecessor', 'decommission', first.vm),
          journey: j.order.source.id,
          alive: [successorOf(last)],
        },
      ]),
    { hop: first.n },
  );
  await hooksAt(last, 'after', 'decommission');
  show(j, { phase: 'Decommissioned' });
};
