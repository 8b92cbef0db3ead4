import { type PlannedKill, planOf } from './plan.ts';
import { callsOf, hitsOf, neverFired, neverHit, seedLines } from './report.ts';
import type { SeedReport } from './run.ts';

const plan = planOf({ seed: 1, vms: 2 });
const fault = { id: 'f1', kind: 'dropAnswer', point: 'prism.update-nic', times: 1, detail: {} } as const;
const kill: PlannedKill = { process: 'lab', verb: 'hyper-v Set-VM', nth: 1, delayMs: 0, pauseMs: 0 };

const report = (change: Partial<SeedReport> = {}): SeedReport => ({
  plan: { ...plan, faults: [fault], kills: [kill] },
  fired: [],
  killed: [],
  calls: new Map([['prism update-nic', 2]]),
  asked: [],
  mixed: new Map(),
  ends: {},
  wrong: [],
  ms: 1_000,
  startMs: 100,
  endedMs: 900,
  cpu: {},
  folder: null,
  ...change,
});

const struck = { kill, seen: 1, verb: 'hyper-v Set-VM', dueAt: 1, struckAt: 2, readyAt: 3, recoveryMs: 4 };

test('a verb that was called and that nothing struck was never hit', () => {
  expect(neverHit([report()])).toEqual(['prism update-nic']);
});

test('a fault hits its verb when it fires, in whichever of the runs', () => {
  expect(neverHit([report(), report({ fired: ['f1'] })])).toEqual([]);
});

test('a kill hits the verb at whose call it struck, and only then', () => {
  const calls = new Map([['hyper-v Set-VM', 1]]);
  expect(neverHit([report({ calls, killed: [struck] })])).toEqual([]);
  expect(neverHit([report({ calls, killed: [{ ...struck, struckAt: null }] })])).toEqual(['hyper-v Set-VM']);
  expect(hitsOf([report({ killed: [struck] })]).get('hyper-v Set-VM')).toEqual(new Set(['kill lab']));
});

test('a kind that was planned and did not fire counts as never fired', () => {
  expect(neverFired([report()])).toContain('dropAnswer');
  expect(neverFired([report({ fired: ['f1'] })])).not.toContain('dropAnswer');
});

test('calls of all runs are summed up', () => {
  expect(callsOf([report(), report()]).get('prism update-nic')).toBe(4);
});

test('a red seed says why, where its folder is and how to run it again', () => {
  const lines = seedLines(
    report({ wrong: ['effects: two mounts'], folder: '/tmp/x' }),
    'npm run chaos -- --seed 1',
  ).join();
  expect(lines).toContain('✗ effects: two mounts');
  expect(lines).toContain('below /tmp/x. Again: npm run chaos -- --seed 1');
});
