import { deskLines } from '../../client/cli/desk-lines.ts';
import type { Waiting } from '../../client/inbox.ts';
import {
  type Desk,
  type Effect,
  fingerprintOfDeed,
  newDesk,
  press,
  refreshed,
  resized,
  shown,
} from '../../client/inbox-desk.ts';
import { type DeskItem, idOf, keyOf } from '../../client/inbox-desk-items.ts';
import type { OpenGate } from '../../domain/gate.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { GATE, listed, NOW, PARKED, view } from '../support/cli-views.ts';

const item = (name: string, change: Partial<MigrationView>): DeskItem => {
  const waiting: Waiting = {
    kind: 'vm',
    listed: listed({ id: name, name }),
    called: name,
    view: view({ vm: { id: name, name }, ...change }),
    since: NOW - 60_000,
  };
  return { key: keyOf(waiting), waiting, costs: ['it serves; no outage yet'] };
};

const gate = (name: OpenGate['name'], change: Partial<OpenGate> = {}): OpenGate => ({ ...GATE, name, ...change });

const CUTOVER = item('cut', { gate: gate('cutover') });
const OTHER = item('cut-2', { gate: gate('cutover', { fingerprint: '1234567890abcdef' }) });
const GO = item('go', { gate: gate('go') });
const PARKS = item('parks', { parked: PARKED, legal: ['retry', 'skip', 'rollBack'] });

const desk = (...items: DeskItem[]): Desk => refreshed(newDesk(10, 80), items);

/** Keys as a person types them: one character a key, or the name of a key in <>. */
const keysIn = (text: string): string[] => text.match(/<[a-z-]+>|./gsu) ?? [];

const typed = (from: Desk, text: string): { desk: Desk; effects: readonly Effect[] } => {
  let at = from;
  const effects: Effect[] = [];
  for (const key of keysIn(text)) {
    const name = /^<(.+)>$/.exec(key)?.[1];
    const ctrl = name?.startsWith('ctrl-') === true;
    const plain = name?.replace('ctrl-', '') ?? (key === ' ' ? 'space' : key);
    const pressed = press(at, { name: plain, sequence: name ? '' : key, ctrl });
    at = pressed.desk;
    effects.push(...pressed.effects);
  }
  return { desk: at, effects };
};

const acts = (effects: readonly Effect[]) =>
  effects.flatMap((one) =>
    one.does === 'act' ? [{ ...one.deed, items: one.deed.items.map(({ key }) => key.split('/').at(-1)) }] : [],
  );

/** After its evidence was read to the end. */
const read = (from: Desk, one: DeskItem, lines = 3): Desk =>
  shown(
    from,
    one,
    Array.from({ length: lines }, (_, n) => `line ${n + 1}`),
  );

test.each([
  ['j', 1],
  ['<down>', 1],
  ['jjjjj', 3],
  ['jjk', 1],
  ['k', 0],
  ['<end>', 3],
  ['<end><home>', 0],
  ['<pagedown>', 3],
])('%s moves to item %p', (keys, at) => {
  expect(typed(desk(CUTOVER, OTHER, GO, PARKS), keys).desk.at).toBe(at);
});

test('a gate that can be undone opens with one key', () => {
  expect(acts(typed(desk(GO), 'a').effects)).toEqual([{ act: 'approve', items: ['go'] }]);
});

test('a gate that cannot be undone does not open before its evidence was shown', () => {
  expect(typed(desk(CUTOVER), 'a').desk.note).toContain('look at what it shows first');
  expect(acts(typed(desk(CUTOVER), 'aabcd<return>').effects)).toEqual([]);
});

test('nor before its evidence was read to its last line', () => {
  const open = read(desk(CUTOVER), CUTOVER, 25);
  expect(typed(open, 'a').desk.note).toContain('to its end first');
  expect(typed(open, '<pagedown>a').desk.typing).toBe(null);
  expect(typed(open, '<pagedown><pagedown>a').desk.typing?.what).toBe('fingerprint');
});

test('then it opens for the first four characters of its fingerprint, and what was seen goes with it whole', () => {
  const open = read(desk(CUTOVER), CUTOVER);
  const { effects } = typed(open, 'aabcd<return>');
  expect(acts(effects)).toEqual([{ act: 'approve', items: ['cut'] }]);
  const [effect] = effects;
  const decided = effect?.does === 'act' ? effect.deed.items[0]?.waiting : undefined;
  expect(decided).toMatchObject({ view: { gate: { fingerprint: 'abcdef0123456789', openedAt: GATE.openedAt } } });
});

test.each(['abce<return>', 'abc<return>', '<return>', 'abcdef<return>', 'abcd<escape>', 'abcd'])(
  'typed %p it does not open',
  (keys) => {
    expect(acts(typed(read(desk(CUTOVER), CUTOVER), `a${keys}`).effects)).toEqual([]);
  },
);

test('a typing error is taken back with backspace', () => {
  expect(acts(typed(read(desk(CUTOVER), CUTOVER), 'aabx<backspace>cd<return>').effects)).toHaveLength(1);
});

test('evidence that changed since it was read opens nothing', () => {
  const changed = item('cut', { gate: gate('cutover', { fingerprint: 'ffff000011112222' }) });
  const later = refreshed(typed(read(desk(CUTOVER), CUTOVER), 'q').desk, [changed]);
  expect(acts(typed(later, 'affff<return>').effects)).toEqual([]);
});

test('the same evidence at a later opening is read anew', () => {
  const again = item('cut', { gate: gate('cutover', { openedAt: GATE.openedAt + 1 }) });
  const later = refreshed(typed(read(desk(CUTOVER), CUTOVER), 'q').desk, [again]);
  expect(acts(typed(later, 'aabcd<return>').effects)).toEqual([]);
});

test('several are approved at once when each was read, for the fingerprint of all of them', () => {
  const both = typed(desk(CUTOVER, OTHER), ' j ').desk;
  expect(typed(both, 'a').desk.note).toContain('cut cannot be undone');
  const one = typed(read(both, CUTOVER), 'q').desk;
  expect(typed(one, 'a').desk.note).toContain('cut-2 cannot be undone');
  const asked = typed(typed(read(one, OTHER), 'q').desk, 'a').desk;
  expect(asked.typing?.what).toBe('fingerprint');
  const fingerprint = asked.typing ? fingerprintOfDeed(asked.typing.deed) : '';
  expect(fingerprint).not.toContain('abcdef0123456789');
  expect(acts(typed(asked, 'abcd<return>').effects)).toEqual([]);
  const { desk: after, effects } = typed(asked, `${fingerprint.slice(0, 4)}<return>`);
  expect(acts(effects)).toEqual([{ act: 'approve', items: ['cut', 'cut-2'] }]);
  expect(after.marked).toEqual([]);
});

test('of several that can be undone nothing is asked', () => {
  const two = item('go-2', { gate: gate('go') });
  expect(acts(typed(desk(GO, two), ' j a').effects)).toEqual([{ act: 'approve', items: ['go', 'go-2'] }]);
});

test('a mark is taken off again', () => {
  expect(typed(desk(GO), '  ').desk.marked).toEqual([]);
});

test('where one of those that are marked waits at no gate, none is decided', () => {
  const { desk: after, effects } = typed(desk(GO, PARKS), ' j a');
  expect(effects).toEqual([]);
  expect(after.note).toBe('parks: it waits at no gate.');
});

test('a rejection says why', () => {
  expect(acts(typed(desk(CUTOVER), 'r<return>').effects)).toEqual([]);
  expect(acts(typed(desk(CUTOVER), 'r   <return>').effects)).toEqual([]);
  expect(acts(typed(desk(CUTOVER), 'rnot tonight<return>').effects)).toEqual([
    { act: 'reject', items: ['cut'], comment: 'not tonight' },
  ]);
});

test('a parked step is tried again with one key, and passed over only with a comment', () => {
  expect(acts(typed(desk(PARKS), 't').effects)).toEqual([{ act: 'retry', items: ['parks'] }]);
  expect(acts(typed(desk(PARKS), 's<return>').effects)).toEqual([]);
  expect(acts(typed(desk(PARKS), 'sno network<return>').effects)).toEqual([
    { act: 'skip', items: ['parks'], comment: 'no network' },
  ]);
});

test('a step that may not be passed over says what it takes', () => {
  const stuck = item('stuck', { parked: PARKED, legal: ['retry', 'rollBack'] });
  expect(typed(desk(stuck), 's').desk.note).toBe('stuck: cut over takes no skip. It takes: retry, roll-back.');
});

test('a comment and a ticket are asked for where the plan needs them', () => {
  const needy = item('needy', { gate: gate('go', { needs: ['comment', 'ticket'] }) });
  expect(acts(typed(desk(needy), 'achecked<return>CHG-1<return>').effects)).toEqual([
    { act: 'approve', items: ['needy'], comment: 'checked', ticket: 'CHG-1' },
  ]);
});

test('keys that mean something elsewhere are text while one types', () => {
  expect(acts(typed(desk(CUTOVER), 'rq a j<return>').effects)[0]).toMatchObject({ comment: 'q a j' });
});

test('what is decided while a newer list comes is decided for what was read', () => {
  const asked = typed(read(desk(CUTOVER), CUTOVER), 'a').desk;
  const changed = item('cut', { gate: gate('cutover', { fingerprint: 'ffff000011112222' }) });
  const { effects } = typed(refreshed(asked, [changed]), 'abcd<return>');
  const [effect] = effects;
  expect(effect?.does === 'act' && idOf(effect.deed.items[0] as DeskItem)).toContain('abcdef0123456789');
});

test('who reads stays where they were when older ones go and new ones come', () => {
  const at = typed(desk(CUTOVER, OTHER, GO), 'jj').desk;
  const later = refreshed(at, [OTHER, GO, PARKS]);
  expect(later.items[later.at]?.key).toBe(GO.key);
  expect(refreshed(later, []).at).toBe(0);
});

test.each([
  ['q', 1],
  ['<ctrl-c>', 1],
  ['r<ctrl-c>', 1],
  ['<escape>', 0],
  ['<ctrl-a>', 0],
])('%p ends it %p times', (keys, times) => {
  expect(typed(desk(CUTOVER), keys).effects).toHaveLength(times);
});

test('from the evidence q leads back to the list', () => {
  const back = typed(read(desk(GO), GO), 'q');
  expect(back.effects).toEqual([]);
  expect(back.desk.evidence).toBe(null);
});

test('a larger screen shows the last line, and so it was read', () => {
  const open = read(desk(CUTOVER), CUTOVER, 25);
  expect(open.seen).toEqual([]);
  expect(resized(open, 25, 80).seen).toHaveLength(1);
});

test('what is wider than the screen goes on in the next line, and counts as more to read', () => {
  const long = `landing: ${'x'.repeat(150)} ${'word '.repeat(150)}end`;
  const open = shown(desk(CUTOVER), CUTOVER, [long]);
  expect(open.seen).toEqual([]);
  expect(Math.max(...(open.evidence?.lines ?? []).map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(open.evidence?.lines.join('').replaceAll(' ', '')).toBe(long.replaceAll(' ', ''));
  expect(resized(open, 25, 80).seen).toHaveLength(1);
  expect(resized(open, 10, 40).seen).toEqual([]);
});

const AROUND = { rows: 12, now: NOW, head: '1 running' };

test('the screen has just as many lines as the terminal, with the keys that do something', () => {
  const many = Array.from({ length: 30 }, (_, n) => item(`vm-${n}`, { gate: gate('go') }));
  const lines = deskLines(typed(desk(...many), '<end>').desk, AROUND);
  expect(lines).toHaveLength(12);
  expect(lines.join('\n')).toContain('>[');
  expect(lines.join('\n')).toContain('vm-29 · wave-01/web');
  expect(lines.at(-1)).toBe('j/k move · Enter shows · space marks · a approve · r reject · q quit');
});

test('the prompt of one gate does not give its fingerprint away', () => {
  const asked = typed(read(desk(CUTOVER), CUTOVER), 'a').desk;
  const prompt = deskLines(asked, AROUND).slice(-3, -1).join(' ');
  expect(prompt).toContain('this cannot be undone');
  expect(prompt).not.toContain('abcd');
});

test('on a narrow screen what is typed is seen all the same', () => {
  const asked = typed(resized(read(desk(CUTOVER), CUTOVER), 10, 50), 'azz').desk;
  const [above = '', line = ''] = deskLines(asked, AROUND).slice(-3, -1);
  expect(line).toMatch(/zz_$/);
  expect(Math.max(above.length, line.length)).toBeLessThanOrEqual(50);
});

test('a stopped wave goes on by a, with a comment, for the figures that were seen, and is not rejected', () => {
  const stopped = { at: NOW, breaches: [], fingerprint: 'f'.repeat(16) };
  const waiting: Waiting = { kind: 'wave', programme: 'p', stopped, approvers: [], held: 2, since: NOW };
  const wave = { key: keyOf(waiting), waiting, costs: [] };
  expect(typed(desk(wave), 'r').desk.note).toBe('p: it stays stopped until somebody goes on.');
  expect(acts(typed(desk(wave), 'aover<return>').effects)).toEqual([{ act: 'approve', items: ['p'], comment: 'over' }]);
});
