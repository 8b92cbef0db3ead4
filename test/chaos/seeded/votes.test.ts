import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Ballot } from '../../../domain/ballot.ts';
import type { GatesMix } from './mix-plan.ts';
import { mixBook } from './mixed.ts';
import { type CastVote, type Poll, votersOf } from './votes.ts';

const gates: GatesMix = { quorum: 2, comment: false, remindMs: null, expireMs: null, lent: false, dawdleAt: [] };

const poll = (change: Partial<Poll> = {}): Poll & { readonly log: (CastVote | 'noted')[] } => {
  const log: (CastVote | 'noted')[] = [];
  return {
    ...{ key: 'k', vms: ['vm'], gate: 'go', hop: 1, openedAt: 1, ballot: { quorum: 2 }, log },
    note: () => void log.push('noted'),
    cast: async (vote) => void log.push(vote),
    lend: async () => undefined,
    ...change,
  };
};
const votesIn = (log: readonly (CastVote | 'noted')[]): readonly CastVote[] =>
  log.flatMap((one) => (one === 'noted' ? [] : one));

test('without rules one operator approves, and it is noted first', async () => {
  const one = poll();
  await votersOf(1, null, mixBook()).vote(one);
  expect(one.log).toEqual(['noted', { by: 'operator', channel: 'update' }]);
});

test('a quorum is of two people, noted before the vote that lets it through and not before the first', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const one = poll();
    await votersOf(seed, gates, mixBook()).vote(one);
    const people = votesIn(one.log).map(({ by }) => by);
    expect(new Set(people)).toEqual(new Set(['operator', 'second']));
    const before = votesIn(one.log.slice(0, one.log.indexOf('noted'))).map(({ by }) => by);
    expect(new Set(before).size).toBe(1);
  }
});

test('who has voted is not asked again', async () => {
  const votes: Ballot['votes'] = [
    { by: 'operator', at: 1, right: 'operator', holder: 'operator', identity: 'identity unverified' },
  ];
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const one = poll({ ballot: { quorum: 2, votes } });
    await votersOf(seed, gates, mixBook()).vote(one);
    expect(new Set(votesIn(one.log).map(({ by }) => by))).toEqual(new Set(['second']));
  }
});

test('who dawdles lets the gate expire once, and decides at its next opening', async () => {
  const book = mixBook();
  const rules = { ...gates, expireMs: 10, dawdleAt: [{ vm: 'vm', gate: 'go', hop: 1 }] } as const;
  const voters = votersOf(1, rules, book);
  const first = poll({ ballot: { quorum: 2, expiresAt: 11 } });
  await voters.vote(first);
  await voters.vote(first);
  expect(first.log).not.toContain('noted');
  const second = poll({ openedAt: 12, ballot: { quorum: 2, expiresAt: 22 } });
  await voters.vote(second);
  expect(second.log).toContain('noted');
  expect(book.mixed.get('expiry')).toBe(1);
});

test('a comment that was forgotten is refused and then given', async () => {
  const book = mixBook();
  for (const seed of Array.from({ length: 12 }, (_, n) => n)) {
    const cast = async ({ comment }: CastVote): Promise<void> => {
      if (comment === undefined) throw new WorkflowUpdateFailedError('refused', undefined);
    };
    await votersOf(seed, { ...gates, comment: true }, book).vote(poll({ cast }));
  }
  expect(book.mixed.get('refused for want of a comment')).toBeGreaterThan(0);
  expect(book.mixed.get('quorum')).toBe(12);
});

test('a vote that got lost is no vote: nobody goes on to the next', async () => {
  const one = poll({
    cast: async () => {
      throw new Error('nobody there');
    },
  });
  await votersOf(1, gates, mixBook()).vote(one);
  expect(one.log).not.toContain('noted');
});
