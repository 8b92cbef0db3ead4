import type { Window } from '../../domain/window.ts';
import { unpolled } from '../../workers/pollers.ts';
import { view } from '../../workflows/messages.ts';
import { approve, openGate, parkedAt, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { eventually, passed } from '../support/server.ts';

jest.setTimeout(150_000);

const run = scriptedRun();
const { products, start } = run;

const windowFrom = (opensAt: number, lastsMs: number): Window => ({
  ...{ opensAt, abortAt: opensAt + lastsMs, closesAt: opensAt + lastsMs + 60_000 },
  ...{ zone: 'UTC', text: `from ${opensAt}`, utcText: String(opensAt) },
});

test('a window that passed wholly while Temporal was down stops nobody: the VM parks, and goes in a new one once it is approved', async () => {
  const handle = await start('missed');
  await openGate(handle, 'cutover');
  const window = windowFrom(Date.now() + 10_000, 3_000);
  await say(handle, 'edit', { edit: { hops: [{ n: 1, window }] } });
  await seen(handle, 'the gate with that window', ({ gate }) => gate?.evidence.window === window.text);
  await approve(handle, 'cutover');
  await seen(handle, 'before its window', ({ waitingFor }) => waitingFor?.startsWith('the window') === true);
  const before = products.calls.length;
  expect(Date.now()).toBeLessThan(window.opensAt);

  await run.env.restart(() => passed(window.abortAt + 500));
  const parked = await parkedAt(handle, 'window');
  expect(parked.flags).toContain('PastDeadline');
  expect(parked.legal).toContain('editAndRetry');
  expect(products.calls.slice(before)).toEqual([]);
  expect(products.vms.get('src-1')).toMatchObject({ power: 'on', connected: true });

  // A server that was away knows its agents again when they have polled.
  const queues = Object.keys(products.serve);
  await eventually(
    async () => (await unpolled(run.env.client.connection, 'test', queues)).length === 0,
    'agents',
    90_000,
  );
  await say(handle, 'editAndRetry', { edit: { hops: [{ n: 1, window: windowFrom(Date.now(), 3_600_000) }] } });
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  expect((await handle.query(view)).decisions).toHaveLength(2);
});
