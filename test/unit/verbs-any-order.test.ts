import fc from 'fast-check';
import { type HopRecord, newHopRecord } from '../../domain/hop-record.ts';
import type { JourneyEdit } from '../../domain/journey-edit.ts';
import { PHASES } from '../../domain/phase.ts';
import type { HopOrder } from '../../domain/plan.ts';
import { goesBack, refuseEdit, withEdit } from '../../domain/refuse-edit.ts';
import { planRollBack } from '../../domain/rollback.ts';
import {
  cancelling,
  legalVerbs,
  refusalOf,
  refuseCommand,
  refuseUnexplained,
  type Standing,
  VERBS,
} from '../../domain/verbs.ts';
import { scriptedOrder } from '../support/order.ts';

const flag = fc.boolean();

const hop = (n: number): fc.Arbitrary<HopRecord> =>
  fc
    .record({
      fence: fc.constantFrom('none', 'begun', 'held'),
      cutOver: fc.constantFrom('none', 'begun', 'done'),
      commit: fc.constantFrom('none', 'begun', 'done'),
      kind: fc.constantFrom('restore', 'switch', null),
      exposedAt: fc.option(fc.nat()),
      ...{ protecting: flag, itemAdopted: flag, wasOn: flag, halfMade: flag, arrived: flag },
    })
    .map((some) => ({ ...newHopRecord(n), ...some }) as HopRecord);

const parked = fc.record({
  step: fc.string(),
  hop: fc.constantFrom(1, 2),
  mishap: fc.record({
    class: fc.constantFrom('Vendor', 'GuestRefused', 'Unsafe'),
    message: fc.string(),
    changed: fc.string(),
    fix: fc.string(),
  }),
  ...{ skippable: flag, repairable: flag, forceable: flag },
  since: fc.nat(),
});

const standing: fc.Arbitrary<Standing> = fc.record({
  phase: fc.constantFrom(...PHASES),
  ...{ paused: flag, ended: flag, rollingBack: flag, turning: flag, kept: flag },
  parked: fc.option(parked),
  hop: fc.option(fc.oneof(hop(1), hop(2))),
  editable: fc.subarray([1, 2]),
}) as fc.Arbitrary<Standing>;

test('wherever a journey stands, what is legal is a verb, and what is not is refused by a text that names what is', () => {
  fc.assert(
    fc.property(standing, fc.constantFrom(...VERBS), (at, verb) => {
      const legal = legalVerbs(at);
      expect(VERBS).toEqual(expect.arrayContaining([...legal]));
      expect(new Set(legal).size).toBe(legal.length);
      const why = refusalOf(verb, at);
      expect(why === null).toBe(legal.includes(verb));
      for (const each of why === null ? [] : legal) expect(why?.split('You can: ')[1]).toContain(each);
      expect(legal.includes('cancel') && cancelling(at) === null).toBe(false);
    }),
  );
});

const nonsense = fc.oneof(
  fc.anything(),
  fc.record({
    verb: fc.oneof(fc.constantFrom(...VERBS), fc.anything()),
    by: fc.anything(),
    step: fc.anything(),
    edit: fc.anything(),
    to: fc.anything(),
  }),
);

test('whatever a person types is judged and never throws', () => {
  fc.assert(
    fc.property(standing, nonsense, (at, asked) => {
      const why = refuseCommand(asked, at);
      expect(why === null || why.length > 0).toBe(true);
      refuseUnexplained(asked);
    }),
  );
});

const { hops: orders } = scriptedOrder();
const window = fc.record({
  opensAt: fc.integer(),
  abortAt: fc.integer(),
  closesAt: fc.integer(),
  zone: fc.string(),
  text: fc.string(),
  utcText: fc.string(),
});
const edits = fc.oneof(
  fc.anything(),
  fc.record({ hops: fc.anything(), group: fc.anything() }, { requiredKeys: [] }),
  fc.record({
    hops: fc.array(
      fc.record(
        {
          n: fc.oneof(fc.constantFrom(1, 2), fc.anything()),
          window: fc.oneof(fc.constant(null), window, fc.anything()),
          landing: fc.oneof(
            fc.record({ cpus: fc.integer(), nics: fc.anything(), disks: fc.anything() }, { requiredKeys: [] }),
            fc.anything(),
          ),
          settings: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.anything()),
        },
        { requiredKeys: ['n'] },
      ),
      { maxLength: 3 },
    ),
  }),
);

test('whatever an edit is, it is refused in words or changes no hop whose cut-over has begun', () => {
  fc.assert(
    fc.property(
      edits,
      hop(1),
      hop(2),
      fc.subarray([1, 2]),
      fc.constantFrom(...PHASES),
      (edit, one, two, editable, phase) => {
        const why = refuseEdit(edit, { orders, hops: [one, two], editable, source: { disks: 1, nics: 1 }, now: 0 });
        if (why !== null) return expect(why).not.toBe('');
        const taken = edit as JourneyEdit;
        for (const each of taken.hops) {
          expect(editable).toContain(each.n);
          expect(withEdit((orders[each.n - 1] ?? orders[0]) as HopOrder, each).n).toBe(each.n);
        }
        expect([null, 'gate', 'hop']).toContain(goesBack(taken, 1, phase));
      },
    ),
  );
});

test('a dry run says of any record what is lost, and asks about it exactly where something is', () => {
  fc.assert(
    fc.property(hop(1), hop(2), fc.constantFrom(...PHASES), (one, two, phase) => {
      const plan = planRollBack(
        { vm: { name: 'vm-1' }, phase, hops: [one, two], orders, parked: null, legal: ['rollBack'] },
        10,
      );
      expect(plan.losing).toMatch(plan.loss ? /^Lost: / : /^Nothing is lost/);
      const asks = plan.steps.some(({ gate }) => gate === 'rollBack');
      expect(asks && plan.loss === null).toBe(false);
      expect(plan.steps.every(({ does }) => does !== '')).toBe(true);
    }),
  );
});
