import fc from 'fast-check';
import { carries, type Memo, memoOf, withMemo } from '../../activities/hyper-v/notes.ts';
import { JOURNEY, tokenFor } from './hyper-v-fixtures.ts';

const TOKEN = tokenFor('isolate');

const memos: fc.Arbitrary<Memo> = fc.record(
  {
    start: fc.string(),
    forced: fc.string(),
    disks: fc.array(fc.nat()),
    os: fc.constantFrom('linux', 'windows', 'unknown'),
  },
  { requiredKeys: [] },
);

/** Anything a customer writes, but a line of ours. */
const texts = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('[tranship:', ''));

test('a memo comes back whatever stands around it', () => {
  fc.assert(
    fc.property(texts, memos, (text, memo) => expect(memoOf(withMemo(text, TOKEN, memo), TOKEN)).toEqual(memo)),
  );
});

test('the customer’s text is never changed, however often a memo is written', () => {
  fc.assert(
    fc.property(texts, memos, memos, (text, one, other) => {
      const twice = withMemo(withMemo(text, TOKEN, one), tokenFor('connect'), other);
      expect(twice).toBe(withMemo(text, tokenFor('connect'), other));
      expect(twice.startsWith(text)).toBe(true);
    }),
  );
});

test('text the customer wrote behind our line stays', () => {
  const notes = `${withMemo('before', TOKEN, { start: 'Start' })}\r\nafter`;
  expect(withMemo(notes, TOKEN, {})).toBe(`before\r\nafter\n[${TOKEN}]`);
});

test('text the customer wrote behind our line in Notes that were empty stays as it is', () => {
  expect(withMemo(`${withMemo('', TOKEN, { start: 'Start' })}\ntheirs`, TOKEN, {})).toBe(`theirs\n[${TOKEN}]`);
});

test.each([
  ['another journey', withMemo('', TOKEN, { start: 'Start' }).replaceAll(JOURNEY, 'other')],
  ['a line somebody edited', withMemo('', TOKEN, { start: 'Start' }).replace('"}', '')],
  ['no Notes', null],
])('%s has no memo of ours', (_, notes) => {
  expect(memoOf(notes, TOKEN)).toEqual({});
});

test('an edited line still carries the token', () => {
  expect(carries(withMemo('', TOKEN, { start: 'Start' }).replace('"}', ''), JOURNEY)).toBe(true);
});

test.each([
  ['in the middle of a line', `see ${TOKEN}`],
  ['in brackets in the middle of a line', `see [${TOKEN}]`],
  ['of another journey', withMemo('', TOKEN, {}).replaceAll(JOURNEY, 'other')],
  ['that is a prefix of ours', withMemo('', TOKEN, {}).replaceAll(JOURNEY, JOURNEY.slice(0, -1))],
])('a token %s is not carried', (_, notes) => {
  expect(carries(notes, JOURNEY)).toBe(false);
});
