import type { OpenGate } from '../../../domain/gate.ts';
import type { Parked } from '../../../domain/verbs.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import { type Answer, answerTo, type Memory, newMemory, noteAnswer, type Sight } from './answer.ts';
import type { OperatorPlan } from './plan.ts';

const VM = 'uuid-1';
const gate = (name: OpenGate['name'], hop: number): OpenGate => ({
  name,
  hop,
  round: 0,
  fingerprint: 'f',
  evidence: {},
  openedAt: 1,
  approvers: ['operator'],
});

const parked = (step: string, cls: Parked['mishap']['class'] = 'Vendor', message = 'no'): Parked => ({
  step,
  hop: 1,
  mishap: { class: cls, message, changed: 'nothing', fix: 'retry' },
  skippable: false,
  repairable: false,
  forceable: false,
  since: 1,
});

const seen = (change: Partial<MigrationView>): MigrationView =>
  ({
    vm: { id: VM, name: 'vm-1' },
    hop: 1,
    gate: null,
    parked: null,
    legal: ['retry', 'rollBack', 'pause'],
    hops: [],
    ...change,
  }) as unknown as MigrationView;

const plan: OperatorPlan = { turnBackAt: [], rejectOnce: [], turnGroupAt: null, patience: 2 };
const nothing: Sight = { on: [] };

const asked = (
  view: MigrationView,
  change: Partial<OperatorPlan> = {},
  memory: Memory = newMemory(1),
  sight = nothing,
) => answerTo(view, { operator: { ...plan, ...change }, asBatch: false }, memory, sight);

test('a gate is opened for what is shown', () => {
  const open = gate('go', 1);
  expect(asked(seen({ gate: open }))).toEqual({ do: 'approve', gate: open });
});

test('one that is to be rejected is rejected once and then opened', () => {
  const memory = newMemory(1);
  const view = seen({ gate: gate('go', 1) });
  const wish = { rejectOnce: [{ vm: VM, gate: 'go' as const, hop: 1 }] };
  const first = asked(view, wish, memory);
  expect(first?.do).toBe('reject');
  noteAnswer(view, first as Answer, memory);
  expect(asked(view, wish, memory)?.do).toBe('approve');
});

test('a VM that is to turn round at a gate does so where that is legal', () => {
  const wish = { turnBackAt: [{ vm: VM, gate: 'cutover' as const, hop: 1, verb: 'eject' as const }] };
  const view = seen({ gate: gate('cutover', 1), legal: ['rollBack', 'eject', 'pause'] });
  expect(asked(view, wish)).toEqual({ do: 'command', verb: 'eject' });
  expect(asked(seen({ gate: gate('cutover', 1), legal: ['pause'] }), wish)?.do).toBe('approve');
});

test('the cut-over of a batch is left to the gate of its group', () => {
  const view = seen({ gate: gate('cutover', 1) });
  expect(answerTo(view, { operator: plan, asBatch: true }, newMemory(1), nothing)).toBeNull();
});

test('after as many parks as there is patience the VM is rolled back', () => {
  const memory = newMemory(1);
  const view = seen({ parked: parked('cut over') });
  const answers = [1, 2, 3, 4].map(() => {
    const answer = asked(view, {}, memory) as Answer;
    noteAnswer(view, answer, memory);
    return answer.do === 'command' ? answer.verb : answer.do;
  });
  expect(answers).toContain('rollBack');
  expect(answers.indexOf('rollBack')).toBeLessThanOrEqual(2);
});

test('where going back is not legal it is retried for as long as it takes', () => {
  const memory = newMemory(1);
  const view = seen({ parked: parked('retire'), legal: ['retry', 'skip'] });
  for (let n = 0; n < 6; n += 1) {
    const answer = asked(view, {}, memory) as Answer;
    expect(answer).toMatchObject({ verb: 'retry' });
    noteAnswer(view, answer, memory);
  }
});

test('a source that somebody powered on is turned off by hand, or the VM goes back', () => {
  const view = seen({ parked: parked('observe vm-1 off before connect', 'Unsafe', 'vm-1 is on again on ahv@ntnx-a') });
  const sight: Sight = { on: [{ id: 'source', platform: 'ahv', isUp: true }] };
  const answers = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => asked(view, {}, newMemory(seed), sight));
  expect(answers).toContainEqual({ do: 'powerOff', vm: 'source' });
  expect(answers.every((answer) => answer?.do === 'powerOff' || answer?.do === 'command')).toBe(true);
});

test('a staged VM that is to be deleted and was powered on is turned off by hand', () => {
  const hops = [{ successor: { id: 'staged', name: 'vm-1_replica' } }] as unknown as MigrationView['hops'];
  const view = seen({
    hops,
    parked: parked('delete staged', 'Refused', 'vm-1_replica must be off for this and is Running'),
    legal: ['retry', 'pause'],
  });
  const sight: Sight = {
    on: [
      { id: 'landed', platform: 'azure-local', isUp: true },
      { id: 'staged', platform: 'hyper-v', isUp: true },
    ],
  };
  expect(asked(view, {}, newMemory(1), sight)).toEqual({ do: 'powerOff', vm: 'staged' });
});

test('nobody is answered twice: a park that was answered shows no retry', () => {
  expect(asked(seen({ parked: parked('cut over'), legal: ['rollBack', 'pause'] }))).toBeNull();
});
