import type { Checkpoint, HopKept } from '../activities/contracts/checkpoint.ts';
import { ENDS } from '../domain/phase.ts';
import type { Hop } from './hop-context.ts';
import { type Journey, self } from './journey.ts';
import { step } from './step.ts';
import { keeper } from './verbs.ts';

interface Words {
  /** The cut-over may begin before anything more is kept. */
  readonly begins?: boolean;
  /** Its room on staging is given back with the same breath. */
  readonly leavesRoom?: boolean;
}

const keptOf = ({ n, vm, baseline, facts, synced, reshaped, after, landed }: Hop): HopKept => ({
  ...{ n, vm, baseline, facts, synced, reshaped, after, landed },
});

const touches = ({ hops }: Pick<Journey, 'hops'>): boolean =>
  hops.some(({ arrived, fence, cutOver }) => !arrived && (fence !== 'none' || cutOver !== 'none'));

/** What goes to disk beside a word to others; nothing where the order keeps none, at the end, and before a rebuilt one has looked. */
export const checkpointOf = (j: Journey, words: Words = {}): { readonly checkpoint?: Checkpoint } => {
  const { order, phase } = j;
  if (!order.checkpoints || (j.recovered && !j.rollingBack) || ENDS.includes(phase)) return {};
  const upTo = j.turningHop ?? j.hops.length;
  const hops = [...j.begun.values()].filter(({ n }) => n <= upTo).sort((a, b) => a.n - b.n);
  const records = j.hops.map((record) => (record.n === j.turningHop ? { ...record, arrived: false } : record));
  const checkpoint: Checkpoint = {
    ...{ version: 1, at: Date.now(), id: self(), order, orders: j.orders, group: j.group, phase, hop: j.hop },
    records,
    hops: hops.map(keptOf),
    mayHaveBegun: words.begins === true || touches({ hops: records }),
    ...{ rollingBack: j.rollingBack, holdEndsAt: j.holdEndsAt },
    room: j.leases.staging !== undefined && !words.leavesRoom,
    ...{ source: j.source, findings: j.findings, ledger: j.ledger, decisions: j.decisions, commands: j.commands },
    ...{ hooks: j.hooks.ran, loans: j.loans, attestations: j.attestations, told: j.told },
  };
  return { checkpoint };
};

/** By itself, where nothing is told that it could go with. One event. */
export const keepCheckpoint = async (j: Journey): Promise<void> => {
  const { checkpoint } = checkpointOf(j);
  if (!checkpoint) return;
  await step(j, 'keep a checkpoint', () => keeper(j.order.policies).keepCheckpoint(checkpoint), { hop: j.hop });
};
