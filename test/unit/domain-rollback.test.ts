import fc from 'fast-check';
import { type HopRecord, newHopRecord } from '../../domain/hop-record.ts';
import { lossOf, rollbackSteps } from '../../domain/rollback.ts';

const record = (change: Partial<HopRecord>): HopRecord => ({ ...newHopRecord(1), ...change });

const UNDER_WAY: Partial<HopRecord> = { protecting: true, fence: 'held', cutOver: 'done', kind: 'restore' };

test.each<[string, Partial<HopRecord>, string]>([
  ['nothing was asked of a mover', {}, ''],
  ['only the copy was begun', { protecting: true }, 'retire'],
  [
    'the VM was fenced and nothing stands yet',
    { protecting: true, fence: 'begun', kind: 'restore' },
    'reconnectPredecessor startPredecessor validatePredecessor retire',
  ],
  ['a VM that was off was fenced', { fence: 'held', wasOn: false }, 'reconnectPredecessor'],
  [
    'a restore stands mounted',
    UNDER_WAY,
    'settle approveLoss stopSuccessor abandon observeSuccessorOff reconnectPredecessor startPredecessor validatePredecessor retire',
  ],
  [
    'a restore may or may not be committed',
    { ...UNDER_WAY, commit: 'begun' },
    'settle approveLoss stopSuccessor abandon observeSuccessorOff reconnectPredecessor startPredecessor validatePredecessor clearHalfMade retire discardStaged',
  ],
  [
    'a restore was committed',
    { ...UNDER_WAY, commit: 'done' },
    'settle approveLoss stopSuccessor observeSuccessorOff reconnectPredecessor startPredecessor validatePredecessor clearHalfMade retire discardStaged',
  ],
  [
    'a switch may have happened',
    { protecting: true, fence: 'begun', cutOver: 'begun', kind: 'switch' },
    'settle approveLoss stopSuccessor observeSuccessorOff reconnectPredecessor startPredecessor validatePredecessor clearHalfMade retire discardStaged',
  ],
])('when %s the way back is: %s', (_, change, steps) => {
  expect(rollbackSteps(record(change)).join(' ')).toBe(steps);
});

const anyRecord = fc.record({
  kind: fc.constantFrom('restore', 'switch', null),
  fence: fc.constantFrom('none', 'begun', 'held'),
  cutOver: fc.constantFrom('none', 'begun', 'done'),
  commit: fc.constantFrom('none', 'begun', 'done'),
  protecting: fc.boolean(),
  wasOn: fc.boolean(),
}) as fc.Arbitrary<Partial<HopRecord>>;

test('where a successor may be, the predecessor starts only after it was settled, its loss accepted, and it was observed off', () => {
  fc.assert(
    fc.property(anyRecord, (change) => {
      const steps = rollbackSteps(record(change));
      const start = steps.indexOf('startPredecessor');
      if (change.cutOver === 'none' || start < 0) return;
      const before = ['settle', 'approveLoss', 'stopSuccessor', 'observeSuccessorOff'] as const;
      const places = before.map((step) => steps.indexOf(step));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(Math.min(...places)).toBe(0);
      expect(Math.max(...places)).toBeLessThan(start);
    }),
  );
});

test('what may be left on the target goes last, and never before the predecessor serves', () => {
  fc.assert(
    fc.property(anyRecord, (change) => {
      const steps = rollbackSteps(record(change));
      if (steps.includes('discardStaged')) expect(steps.at(-1)).toBe('discardStaged');
      expect(new Set(steps).size).toBe(steps.length);
      expect(steps.includes('retire')).toBe(change.protecting);
    }),
  );
});

test('nothing is lost before the successor has had the network, and everything since afterwards', () => {
  expect(lossOf(record({ cutOver: 'done' }), 9)).toBeNull();
  expect(lossOf(record({ exposedAt: 4 }), 9)).toEqual({ from: 4, to: 9 });
});
