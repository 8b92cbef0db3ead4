import { newHopRecord } from '../../domain/hop-record.ts';
import type { Mishap, MishapClass } from '../../domain/mishap.ts';
import { PHASES } from '../../domain/phase.ts';
import {
  cancelling,
  legalVerbs,
  type Parked,
  refusalOf,
  refuseCommand,
  refuseUnexplained,
  type Standing,
  VERBS,
} from '../../domain/verbs.ts';

const mishap = (cls: MishapClass): Mishap => ({ class: cls, message: 'no', changed: 'nothing', fix: 'mend it' });

const parked = (change: Partial<Parked> = {}, cls: MishapClass = 'Vendor'): Parked => ({
  step: 'a step',
  hop: 1,
  mishap: mishap(cls),
  skippable: false,
  repairable: false,
  forceable: false,
  since: 0,
  ...change,
});

const untouched = newHopRecord(1);

const standing = (change: Partial<Standing> = {}): Standing => ({
  phase: 'Seeding',
  paused: false,
  parked: null,
  hop: untouched,
  ended: false,
  rollingBack: false,
  turning: false,
  kept: false,
  editable: [],
  ...change,
});

test.each<[string, Partial<Standing>, string]>([
  ['while it works before the fence', {}, 'defer rollBack eject cancel pause'],
  ['while it is paused', { paused: true }, 'defer rollBack eject cancel resume'],
  ['once the fence was begun', { hop: { ...untouched, fence: 'begun' } }, 'rollBack cancel pause'],
  ['once the cut-over was begun', { hop: { ...untouched, cutOver: 'begun' } }, 'rollBack cancel pause'],
  ['on a later hop that did nothing yet', { hop: newHopRecord(2) }, 'rollBack cancel pause'],
  ['before there is a hop', { hop: null }, 'defer rollBack eject cancel pause'],
  ['parked', { parked: parked() }, 'retry defer rollBack eject cancel pause'],
  [
    'parked where the mover can repair',
    { parked: parked({ repairable: true }) },
    'retry repair defer rollBack eject cancel pause',
  ],
  [
    'parked at what may be left out',
    { parked: parked({ skippable: true }) },
    'retry skip defer rollBack eject cancel pause',
  ],
  [
    'parked since a guest did not shut down',
    { parked: parked({ forceable: true }, 'GuestRefused'), hop: { ...untouched, fence: 'begun' } },
    'retry forceOff rollBack cancel pause',
  ],
  [
    'parked at such a step for another reason',
    { parked: parked({ forceable: true }) },
    'retry defer rollBack eject cancel pause',
  ],
  [
    'parked at a guest where nothing pulls the plug',
    { parked: parked({}, 'GuestRefused') },
    'retry defer rollBack eject cancel pause',
  ],
  ['while it rolls back', { rollingBack: true }, 'pause'],
  ['parked while it rolls back', { rollingBack: true, parked: parked() }, 'retry pause'],
  ['after sign-off', { phase: 'Committing' }, 'pause'],
  ['in its hold', { phase: 'Holding', paused: true }, 'resume'],
  ['at the end', { phase: 'RolledBack', ended: true }, ''],
  ['at the end, with its record not written', { phase: 'RolledBack', ended: true, parked: parked() }, 'retry'],
  ['at the end, paused', { phase: 'Ejected', ended: true, paused: true }, 'resume'],
  ['at its gate', { phase: 'AwaitingCutover', editable: [1, 2] }, 'keepSyncing edit defer rollBack eject cancel pause'],
  [
    'held at its gate',
    { phase: 'AwaitingCutover', editable: [1, 2], kept: true },
    'edit defer rollBack eject cancel resume pause',
  ],
  ['with a later hop ahead', { phase: 'Validating', editable: [2] }, 'edit defer rollBack eject cancel pause'],
  [
    'parked with a hop ahead',
    { parked: parked(), editable: [1] },
    'retry editAndRetry edit defer rollBack eject cancel pause',
  ],
])('%s a person can: %s', (_, change, verbs) => {
  expect(legalVerbs(standing(change)).join(' ')).toBe(verbs);
});

test('whatever waits for a person can be answered, in every phase', () => {
  for (const phase of PHASES)
    for (const ended of [true, false]) {
      expect(legalVerbs(standing({ phase, ended, parked: parked() }))).toContain('retry');
      expect(legalVerbs(standing({ phase, ended, paused: true }))).toContain('resume');
    }
});

test('a verb is refused exactly when it is not legal, and the refusal says what is', () => {
  for (const phase of PHASES)
    for (const verb of VERBS) {
      const at = standing({ phase });
      const why = refusalOf(verb, at);
      expect(why === null).toBe(legalVerbs(at).includes(verb));
      if (why !== null) expect(why).toContain('You can: ');
    }
});

test('an eject after the fence is told why', () => {
  expect(refusalOf('eject', standing({ hop: { ...untouched, fence: 'held' } }))).toContain('before the fence');
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a word', 'pause'],
  ['an unknown verb', { verb: 'explode', by: 'ops' }],
  ['nobody’s wish', { verb: 'pause' }],
  ['a wish without a name', { verb: 'pause', by: '' }],
])('%s is no command', (_, asked) => {
  expect(refuseCommand(asked, standing())).toContain('A command is');
});

test('an answer to a step that was seen is refused at another one', () => {
  const at = standing({ parked: parked({ step: 'tidy up', skippable: true }) });
  const skip = { verb: 'skip', by: 'ops' };
  expect(refuseCommand({ ...skip, step: 'validate' }, at)).toContain('not parked at validate but at tidy up');
  expect(refuseCommand({ ...skip, step: 'validate' }, standing())).toContain('any more');
  expect(refuseCommand({ ...skip, step: { toString: 1 } }, at)).toContain('not parked at {"toString":1}');
  expect(refuseCommand({ ...skip, step: 'tidy up' }, at)).toBeNull();
});

test.each([
  ['after sign-off a cancel', 'cancel', { phase: 'Holding' }, 'signed off'],
  ['while it turns round a cancel', 'cancel', { phase: 'RollingBack', rollingBack: true }, 'turns round already'],
  ['in mid-copy keep-syncing', 'keepSyncing', { editable: [1] }, 'before the cut-over has begun'],
  ['held already keep-syncing', 'keepSyncing', { phase: 'AwaitingCutover', editable: [1], kept: true }, 'already'],
  ['once it turns round a cancel', 'cancel', { turning: true }, 'turns round already'],
  ['after the cut-over an edit', 'edit', { phase: 'Validating' }, 'has begun'],
  ['where nothing is parked edit-and-retry', 'editAndRetry', { editable: [1] }, 'Nothing is parked'],
  ['after the fence a defer', 'defer', { hop: { ...untouched, fence: 'held' } }, 'before the fence'],
  ['at the end a pause', 'pause', { phase: 'RolledBack', ended: true }, 'has ended as RolledBack'],
] as const)('%s is told why', (_, verb, change, says) => {
  expect(refusalOf(verb, standing(change))).toContain(says);
});

test('a cancel is an eject before the fence, a rollback after it, and nothing after sign-off', () => {
  expect(cancelling(standing())).toBe('eject');
  expect(cancelling(standing({ hop: { ...untouched, fence: 'begun' } }))).toBe('rollBack');
  expect(cancelling(standing({ phase: 'Holding' }))).toBeNull();
});

test('a defer without its batch, and a change with a verb that takes none, are refused', () => {
  expect(refuseCommand({ verb: 'defer', by: 'ops' }, standing())).toContain('the batch it shall move in');
  expect(refuseCommand({ verb: 'pause', by: 'ops', edit: { hops: [] } }, standing())).toContain('takes no edit');
});

test('a skip says why', () => {
  expect(refuseUnexplained({ verb: 'skip', by: 'ops' })).toContain('needs a "comment"');
  expect(refuseUnexplained({ verb: 'skip', by: 'ops', comment: ' ' })).toContain('needs a "comment"');
  expect(refuseUnexplained({ verb: 'skip', by: 'ops', comment: 'checked by hand' })).toBeNull();
  expect(refuseUnexplained({ verb: 'retry', by: 'ops' })).toBeNull();
});

test('a command that is one is judged by what is legal', () => {
  expect(refuseCommand({ verb: 'pause', by: 'ops' }, standing())).toBeNull();
  expect(refuseCommand({ verb: 'retry', by: 'ops' }, standing())).toContain('Nothing is parked');
});
