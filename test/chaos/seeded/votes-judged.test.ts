import { type OnRecord, voteCharges } from './votes-judged.ts';

const vote = (by: string, have: number, gate = 'go 1 0'): OnRecord => ({
  ...{ gate, decision: 'approve', by, tally: { have, of: 2 } },
});

test('two people at one gate are right, and so are two again at its next opening', () => {
  const twice = [vote('operator', 1), vote('second', 2), vote('operator', 1), vote('second', 2)];
  expect(voteCharges('vm-1', twice)).toEqual([]);
  expect(voteCharges('vm-1', [vote('operator', 1), vote('operator', 1, 'signOff 2 0')])).toEqual([]);
});

test('one person who counts twice is charged', () => {
  expect(voteCharges('vm-1', [vote('operator', 1), vote('operator', 2)])[0]).toContain('second of one person');
});

test('a vote that counts for more than came is charged, and so is one after the gate was full', () => {
  expect(voteCharges('vm-1', [vote('second', 2)])[0]).toContain('follows 0 others');
  const three = [vote('operator', 1), vote('second', 2), vote('third', 3)];
  expect(voteCharges('vm-1', three)[0]).toContain('3 of 2, follows 2 others');
});

test('a rejection voids what was counted', () => {
  const rejected: OnRecord = { gate: 'go 1 0', decision: 'reject', by: 'second' };
  expect(voteCharges('vm-1', [vote('operator', 1), rejected, vote('second', 2)])[0]).toContain('follows 0 others');
});
