import fc from 'fast-check';
import { describeJourney, type JourneyGlance } from '../../domain/journey-text.ts';

const glance = (change: Partial<JourneyGlance>): JourneyGlance => ({
  vm: { id: 'uuid', name: 'web-03' },
  phase: 'AwaitingCutover',
  hop: 1,
  hops: [1, 2],
  step: 'synchronise',
  waitingFor: null,
  parked: null,
  gate: null,
  legal: ['rollBack', 'pause'],
  ...change,
});

const text = fc.string({ unit: 'binary', maxLength: 6_000 });

const gate = fc.record({
  name: fc.constant('cutover' as const),
  hop: fc.constant(1),
  round: fc.nat(9),
  fingerprint: fc.constant('0123456789abcdef'),
  evidence: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), text, { maxKeys: 8 }),
  openedAt: fc.constant(0),
  approvers: fc.array(fc.constantFrom('anna', 'ben'), { maxLength: 300 }),
});

test('whatever was found, the answer to a gate can be copied whole and the text stays below 20,000 bytes', () => {
  fc.assert(
    fc.property(gate, text, (open, name) => {
      const shown = describeJourney(glance({ gate: open, vm: { id: 'uuid', name }, waitingFor: name }));
      expect(new TextEncoder().encode(shown).length).toBeLessThan(20_000);
      const block = /```json\n(.*)\n```\n\nYou can: rollBack, pause$/s.exec(shown)?.[1] ?? '';
      const { name: opens, hop, round, fingerprint } = open;
      expect(JSON.parse(block.split('```json\n').at(-1) ?? '')).toMatchObject({
        gate: opens,
        hop,
        round,
        fingerprint,
        decision: 'approve',
      });
    }),
    { numRuns: 60 },
  );
});

test('what parked says what failed, what changed and what to do', () => {
  const shown = describeJourney(
    glance({
      parked: {
        step: 'reshape',
        hop: 1,
        mishap: {
          class: 'Vendor',
          message: 'No memory.',
          changed: 'nothing',
          fix: 'Free some.',
          likely: 'Too many VMs.',
        },
        skippable: false,
        repairable: false,
        forceable: false,
        since: 0,
      },
    }),
  );
  for (const words of ['Parked at reshape', 'No memory.', 'nothing', 'Too many VMs.', 'Free some.'])
    expect(shown).toContain(words);
});

test('an ended journey offers nothing', () => {
  expect(describeJourney(glance({ phase: 'Decommissioned', legal: [] }))).toContain('nothing, it has ended');
});
