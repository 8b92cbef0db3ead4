import type { HookRun } from '../../../domain/hook.ts';
import { hookCharges, type Told } from './hooks-judged.ts';
import type { HttpMix } from './mix-plan.ts';
import type { Received } from './receiver.ts';

const KEY = 'tranship:uuid-1/1/hook-tell/0';
const UNDO = 'tranship:uuid-1/1/undo-tell/0';
const mix: HttpMix = { at: 'before cutOver', hop: 1, scope: 'vm', trips: [] };

const run = (state: HookRun['state']): HookRun => ({
  ...{ name: 'tell', token: KEY, hop: 1, round: 0, when: 'before', point: 'cutOver', state },
  ...{ over: true, at: 1, found: null, tries: 1, note: null },
});
const told = (phase: Told['phase'], ...hooks: readonly HookRun[]): Told => ({
  vm: { id: 'uuid-1', name: 'vm-1' },
  phase,
  hooks,
});
const got = (key: string, change: Partial<Received> = {}): Received => ({
  ...{ key, path: '/vms/uuid-1/1', state: key.includes('undo') ? 'taken back' : 'told', tripped: null, effect: true },
  ...change,
});

test('a hook that is done and happened is right, however often it was asked for', () => {
  const received = [got(KEY, { tripped: 'error', effect: false }), got(KEY), got(KEY, { effect: false })];
  expect(hookCharges(mix, [told('Decommissioned', run('done'))], received)).toEqual([]);
});

test('one that says done and never happened is charged', () => {
  expect(hookCharges(mix, [told('Decommissioned', run('done'))], [got(KEY, { effect: false })])).toEqual([
    'hook tell of vm-1, hop 1, round 0 says done and never happened',
  ]);
});

test('one that is undone has to be taken back, and after it happened', () => {
  const back = told('RolledBack', run('undone'));
  expect(hookCharges(mix, [back], [got(KEY), got(UNDO)])).toEqual([]);
  expect(hookCharges(mix, [back], [got(KEY)])[0]).toContain('was never taken back');
  expect(hookCharges(mix, [back], [got(UNDO), got(KEY)])[0]).toContain('happened after it was taken back');
});

test('of a VM that went back no hook stands, unless it is of its whole group', () => {
  const back = told('Ejected', run('done'));
  expect(hookCharges(mix, [back], [got(KEY)])[0]).toContain('stands as done, and the VM is Ejected');
  expect(hookCharges({ ...mix, scope: 'group' }, [back], [got(KEY)])).toEqual([]);
});

test('one that was taken back and stands all the same is charged', () => {
  const received = [got(KEY), got(UNDO)];
  expect(hookCharges(mix, [told('Decommissioned', run('done'))], received)[0]).toContain('and was taken back');
});

test('a request that no VM ran, an effect that came twice and a body that is not its own are charged', () => {
  const done = told('Decommissioned', run('done'));
  expect(hookCharges(mix, [done], [got(KEY), got('tranship:other/1/hook-tell/0')])[0]).toContain('no run of any VM');
  expect(hookCharges(mix, [done], [got(KEY), got(KEY)])).toEqual([`${KEY} happened more than once`]);
  expect(hookCharges(mix, [done], [got(KEY, { state: 'taken back' })])).toEqual([`${KEY} came with taken back`]);
});
