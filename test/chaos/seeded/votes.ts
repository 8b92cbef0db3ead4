import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Ballot } from '../../../domain/ballot.ts';
import type { GateName } from '../../../domain/gate-policy.ts';
import { OPERATOR, SECOND } from './desk-names.ts';
import type { GatesMix } from './mix-plan.ts';
import type { MixBook } from './mixed.ts';
import { type Roll, rollOf, seedFrom } from './roll.ts';

export interface CastVote {
  readonly by: string;
  readonly channel: 'update' | 'signal';
  readonly comment?: string;
}

/** A gate of a VM or of a group, as those who vote see it. */
export interface Poll {
  /** Of the gate, the same at each of its openings. */
  readonly key: string;
  /** VMs that it is about. */
  readonly vms: readonly string[];
  readonly gate: GateName;
  readonly hop: number;
  readonly openedAt: number;
  readonly ballot: Partial<Ballot>;
  /** Before a vote that may let it through. */
  readonly note: () => void;
  readonly cast: (vote: CastVote) => Promise<unknown>;
  /** Lends the right of the owner to the second operator. */
  readonly lend: () => Promise<unknown>;
}

interface Seen {
  readonly openedAt: number;
  readonly expiresAt: number | undefined;
  readonly reminded: boolean;
}

export interface Voters {
  /** One look at a gate that is to be opened. Votes that get lost on the way are given at the next look. */
  readonly vote: (poll: Poll) => Promise<void>;
}

const WORDS = 'the seed says so';

const isRefusal = (error: unknown): boolean => error instanceof WorkflowUpdateFailedError;

/** What was done: `lost` where nobody answered. */
const sent = async (act: () => Promise<unknown>): Promise<'done' | 'refused' | 'lost'> =>
  act().then(
    () => 'done',
    (error: unknown) => (isRefusal(error) ? 'refused' : 'lost'),
  );

/** People at the gates of a seed: who votes first, by which way in, how often and whether the comment was forgotten, is drawn. */
export const votersOf = (seed: number, gates: GatesMix | null, { note }: MixBook): Voters => {
  const seen = new Map<string, Seen>();
  const dawdled = new Map<string, number>();
  const looks = new Map<string, number>();
  const lent = new Set<string>();

  const watch = ({ key, openedAt, ballot }: Poll): void => {
    const before = seen.get(key);
    const isAnew = before !== undefined && before.openedAt !== openedAt;
    if (isAnew && before.expiresAt !== undefined && openedAt >= before.expiresAt) note('expiry');
    const reminded = ballot.remindedAt !== undefined;
    if (reminded && !(before?.reminded && !isAnew)) note('reminder');
    seen.set(key, { openedAt, expiresAt: ballot.expiresAt, reminded });
  };

  /** At its first opening nobody decides until what the plan says of time has happened. */
  const dawdles = ({ key, vms, gate, hop, openedAt, ballot }: Poll, mix: GatesMix): boolean => {
    const isHere = mix.dawdleAt.some((wish) => vms.includes(wish.vm) && wish.gate === gate && wish.hop === hop);
    if (!isHere || (mix.expireMs === null && (mix.remindMs === null || ballot.remindedAt !== undefined))) return false;
    const first = dawdled.get(key) ?? openedAt;
    dawdled.set(key, first);
    return first === openedAt;
  };

  const castBy = async (poll: Poll, by: string, comment: boolean, isLast: boolean, roll: Roll): Promise<boolean> => {
    const channel = roll.among(['update', 'signal'] as const);
    if (isLast) poll.note();
    if (comment && roll.chance(0.25) && (await sent(() => poll.cast({ by, channel: 'update' }))) === 'refused')
      note('refused for want of a comment');
    const vote = { by, ...(comment ? { comment: WORDS } : {}) };
    if ((await sent(() => poll.cast({ ...vote, channel }))) !== 'done') return false;
    if (channel === 'signal') note('vote by signal');
    if (!roll.chance(0.35)) return true;
    await sent(() =>
      poll.cast({ ...vote, channel: channel === 'signal' ? 'update' : roll.among(['update', 'signal']) }),
    );
    note('double click');
    return true;
  };

  const mixedVote = async (poll: Poll, mix: GatesMix): Promise<void> => {
    const { key, ballot } = poll;
    const look = (looks.get(key) ?? 0) + 1;
    looks.set(key, look);
    const roll = rollOf(seedFrom(seed, key, look));
    if (mix.lent && !lent.has(key) && (await sent(poll.lend)) === 'done') lent.add(key);
    const have = (ballot.votes ?? []).map(({ by }) => by);
    const of = ballot.quorum ?? 1;
    const people = roll.shuffled([OPERATOR, SECOND]).filter((by) => !have.includes(by));
    const waits = dawdles(poll, mix);
    for (const [n, by] of people.slice(0, of - have.length).entries()) {
      const isLast = have.length + n + 1 >= of;
      if (isLast && waits) return;
      if (!(await castBy(poll, by, mix.comment, isLast, roll))) return;
      if (by === SECOND && mix.lent) note('lent vote');
      if (isLast && of > 1) note('quorum');
    }
  };

  return {
    vote: async (poll) => {
      watch(poll);
      if (gates) return mixedVote(poll, gates);
      poll.note();
      await sent(() => poll.cast({ by: OPERATOR, channel: 'update' }));
    },
  };
};
