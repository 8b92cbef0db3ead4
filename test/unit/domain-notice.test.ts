import { costOf, letterOf, plain } from '../../domain/letter.ts';
import { mattersOfVm, type VmSeen } from '../../domain/matter.ts';
import { isQuiet, type Matter, type Receiver, wants } from '../../domain/notice.ts';
import {
  dueNow,
  hear,
  type NoticeBook,
  newBook,
  noteSent,
  type Packing,
  pack,
  standingsOf,
} from '../../domain/notice-book.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2030, 0, 1);

const matter = (change: Partial<Matter> = {}): Matter => ({
  ...{ id: 'vm/1/cutover/1', kind: 'decision', subject: 'web-03 · wave-01/web', says: 'cutover waits', since: T0 },
  ...{ owner: 'anna@contoso.example', asked: ['leads'], command: 'tranship approve web-03' },
  ...{ outage: null, window: null, expiresAt: null },
  ...change,
});

const receiver = (change: Partial<Receiver> = {}): Receiver =>
  ({
    ...{ name: 'ops', kind: 'teams', url: 'env:URL', for: 'all', kinds: ['decision', 'parked', 'batchOver'] },
    batchMs: 2 * MINUTE,
    ...change,
  }) as Receiver;

const packing = (receivers: readonly Receiver[], matters: readonly Matter[], minute = 720): Packing => ({
  ...{ programme: 'p1', receivers, summary: '1 running', minuteIn: () => minute },
  current: new Set(matters.map(({ id }) => id)),
});

/** One look: hears, packs, and answers with what is due. */
const look = (
  book: NoticeBook,
  receivers: readonly Receiver[],
  matters: readonly Matter[],
  now: number,
  minute?: number,
) => {
  const packed = pack(hear(book, receivers, matters, now), packing(receivers, matters, minute), now);
  return { book: packed, due: dueNow(packed, receivers, now) };
};

const taken = (book: NoticeBook, box: string, now: number): NoticeBook =>
  noteSent(book, box, { why: null, pauseMs: 15_000 }, now);

test('what comes within the pause goes in one letter, and is told once', () => {
  const [one, two] = [matter(), matter({ id: 'vm/2/cutover/1' })];
  const first = look(newBook(), [receiver()], [one], T0);
  expect(first.due).toEqual([]);
  const second = look(first.book, [receiver()], [one, two], T0 + MINUTE);
  const third = look(second.book, [receiver()], [one, two], T0 + 2 * MINUTE);
  expect(third.due.map(({ letter }) => letter.entries.length)).toEqual([2]);
  const fourth = look(taken(third.book, 'ops', T0 + 2 * MINUTE), [receiver()], [one, two], T0 + 9 * MINUTE);
  expect(fourth.due).toEqual([]);
});

test('what was answered during the pause is not told', () => {
  const first = look(newBook(), [receiver()], [matter()], T0);
  expect(look(first.book, [receiver()], [], T0 + 3 * MINUTE).due).toEqual([]);
});

test('a letter that fails stays as it is and comes again after pauses that double, others going on', () => {
  const receivers = [receiver(), receiver({ name: 'dead' })];
  let { book, due } = look(look(newBook(), receivers, [matter()], T0).book, receivers, [matter()], T0 + 2 * MINUTE);
  expect(due.map(({ box }) => box)).toEqual(['ops', 'dead']);
  const key = due[1]?.letter.key;
  book = taken(book, 'ops', T0 + 2 * MINUTE);
  const pauses: number[] = [];
  let now = T0 + 2 * MINUTE;
  for (let n = 0; n < 10; n += 1) {
    book = noteSent(book, 'dead', { why: 'no answer', pauseMs: 15_000 }, now);
    const next = book.boxes.dead?.nextAt ?? 0;
    pauses.push((next - now) / 1_000);
    now = next;
    due = [...look(book, receivers, [matter()], now).due];
    expect(due.map(({ box, letter }) => [box, letter.key])).toEqual([['dead', key]]);
  }
  expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
  expect(standingsOf(book)).toMatchObject([
    { box: 'ops', sent: 1, waiting: 0 },
    { box: 'dead', why: 'no answer', waiting: 1 },
  ]);
});

test('after a day a letter is given up, and that is counted', () => {
  const first = look(newBook(), [receiver({ batchMs: 0 })], [matter()], T0);
  const late = noteSent(first.book, 'ops', { why: 'no answer', pauseMs: 15_000 }, T0 + 25 * 60 * MINUTE);
  expect(standingsOf(late)).toMatchObject([{ waiting: 0, lost: 1 }]);
});

test('quiet hours hold back, over midnight too, and what still waits is told after them', () => {
  expect([1_320, 0, 359, 360, 720].map((minute) => isQuiet({ from: 1_320, to: 360 }, minute))).toEqual([
    ...[true, true, true, false, false],
  ]);
  const quiet = receiver({ batchMs: 0, quiet: { from: 1_320, to: 360, zone: 'UTC' } });
  const night = look(newBook(), [quiet], [matter()], T0, 1_400);
  expect(night.due).toEqual([]);
  expect(look(night.book, [quiet], [matter()], T0 + 8 * 60 * MINUTE, 400).due).toHaveLength(1);
});

test('what happened long before anybody was told of anything stays untold, what waits does not', () => {
  const over = matter({ id: 'b/over', kind: 'batchOver', since: T0 - 60 * MINUTE });
  const { due } = look(newBook(), [receiver({ batchMs: 0 })], [over, matter({ since: T0 - 60 * MINUTE })], T0);
  expect(due[0]?.letter.entries.map(({ kind }) => kind)).toEqual(['decision']);
});

test('a receiver that comes later is told what waits then', () => {
  const first = look(newBook(), [receiver()], [matter()], T0);
  const later = look(first.book, [receiver(), receiver({ name: 'new', batchMs: 0 })], [matter()], T0 + MINUTE);
  expect(later.due.map(({ box }) => box)).toEqual(['new']);
});

test('each owner gets a mail of their own, and the receiver what belongs to nobody with an address', () => {
  const owners = receiver({
    name: 'owners',
    kind: 'smtp',
    for: 'owners',
    batchMs: 0,
    to: ['all@x.example'],
  } as Partial<Receiver>);
  const matters = [
    matter(),
    matter({ id: 'vm/2', owner: 'bob@contoso.example' }),
    matter({ id: 'vm/3', owner: 'web team' }),
  ];
  const { due } = look(newBook(), [owners], matters, T0);
  expect(due.map(({ letter }) => letter.to).sort()).toEqual(['anna@contoso.example', 'bob@contoso.example', null]);
});

test('a receiver hears what asks it or is its own', () => {
  expect(wants(receiver({ for: ['leads'] }), matter())).toBe(true);
  expect(wants(receiver({ for: ['anna@contoso.example'] }), matter())).toBe(true);
  expect(wants(receiver({ for: ['dba'] }), matter())).toBe(false);
  expect(wants(receiver({ for: 'owners' }), matter({ owner: null }))).toBe(false);
  expect(wants(receiver({ kinds: ['parked'] }), matter())).toBe(false);
});

test('the cost of waiting is said: the outage that runs, the window, the end of the gate', () => {
  const window = {
    opensAt: T0 + 60 * MINUTE,
    abortAt: T0 + 120 * MINUTE,
    closesAt: T0 + 180 * MINUTE,
    zone: 'UTC',
    text: '',
    utcText: '',
  };
  expect(costOf(matter(), T0)).toBeNull();
  expect(costOf(matter({ window }), T0)).toBe('its window opens in 1 h');
  expect(costOf(matter({ window }), T0 + 90 * MINUTE)).toBe('its window is open, latest abort in 30 min');
  expect(
    costOf(
      matter({ window, expiresAt: T0 + 5 * MINUTE, outage: { since: T0 - 12 * MINUTE, budgetMs: 240 * MINUTE } }),
      T0,
    ),
  ).toBe('its outage runs: 12 min of 4 h allowed · its window opens in 1 h · it opens anew in 5 min');
});

test('a letter of very many says how many it leaves out', () => {
  const matters = Array.from({ length: 40 }, (_, n) => matter({ id: `vm/${n}` }));
  const letter = letterOf(matters, { key: 'k', programme: 'p1', summary: '', now: T0, to: null });
  expect([letter.entries.length, letter.more, letter.headline]).toEqual([15, 25, 'p1: 40 decisions']);
});

test('a name is one line without marks that are not seen', () => {
  expect(plain('web\r\nBcc: x\u202etxt.exe\u0007')).toBe('web Bcc: x txt.exe');
});

const seen: VmSeen = {
  ...{ owner: 'anna', vm: { id: 'src-1', name: 'web 03; reboot' }, hop: 1, hops: [{}], flags: [], step: 'gate' },
  ...{
    parked: null,
    legal: [],
    outageBudgetMs: 4 * 60 * MINUTE,
    ledger: { entries: [{ hop: 1, mark: 'stopOfService', at: T0 }], waits: [], bytes: [] },
  },
  gate: {
    ...{ name: 'go', hop: 1, round: 0, fingerprint: 'f', evidence: {}, openedAt: T0, approvers: ['leads'] },
    remindedAt: T0 + MINUTE,
  },
};
const listed = { workflowId: 'vm/p1/src-1', name: 'web 03; reboot', batch: 'wave-01', group: 'web' };

test('a gate is told with its reminder, the outage that runs and a command that no shell misreads', () => {
  const matters = mattersOfVm(listed, seen, { isShared: false, now: T0 + 10 * MINUTE });
  expect(matters.map(({ kind, asked }) => [kind, asked])).toEqual([
    ['decision', ['leads']],
    ['reminder', ['leads']],
  ]);
  expect(matters[0]).toMatchObject({ outage: { since: T0 }, command: `tranship approve 'web 03; reboot'` });
  const odd = { ...seen, vm: { id: 'src-1', name: 'web\n03' } };
  expect(mattersOfVm(listed, odd, { isShared: false, now: T0 })[0]?.command).toBe('tranship approve src-1');
});

test('a parked step is told with its fix and the verb that answers it', () => {
  const mishap = { class: 'Vendor', message: 'No heartbeat.', changed: 'nothing', fix: 'Repair it.' } as const;
  const parked = { step: 'boot', hop: 1, mishap, skippable: false, repairable: true, forceable: false, since: T0 };
  const [told] = mattersOfVm(
    listed,
    { ...seen, gate: null, parked, legal: ['editAndRetry'] },
    { isShared: true, now: T0 },
  );
  expect(told).toMatchObject({
    kind: 'parked',
    says: 'boot failed, hop 1: No heartbeat. Repair it.',
    command: 'tranship edit-and-retry src-1 --step boot',
  });
});
