import { MockActivityEnvironment } from '@temporalio/testing';
import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import { inbound } from '../../workers/inbound.ts';

const order = (product: string, instance: string, contract = 1) => ({
  to: { product, instance, contract },
  vm: { id: '1', name: 'web-01' },
  token: 't',
});

/** Runs a verb behind the worker's interceptor of one queue. */
const serve = (
  queue: string,
  args: unknown,
  verb: () => Promise<unknown>,
  info: Record<string, unknown> = {},
): Promise<unknown> => {
  const env = new MockActivityEnvironment({ taskQueue: queue, ...info });
  const interceptor = inbound({ queue, noProgressMs: 1_000, log: () => undefined });
  return env.run(async () => interceptor.execute?.({ args: [args], headers: {} } as never, verb as never));
};

test('an order for another instance is refused and the driver never sees it', async () => {
  const verb = jest.fn();
  await expect(serve('veeam@vbr01', order('veeam', 'vbr02'), verb)).rejects.toMatchObject({
    type: 'Misrouted',
    nonRetryable: true,
  });
  expect(verb).not.toHaveBeenCalled();
});

test('an order of another contract is refused and says which side to update', async () => {
  await expect(serve('veeam@vbr01', order('veeam', 'vbr01', 2), jest.fn())).rejects.toMatchObject({
    details: [expect.objectContaining({ fix: 'Update the agent.' })],
  });
});

test('an order for this instance reaches the driver', async () => {
  await expect(serve('veeam@vbr01', order('veeam', 'vbr01'), async () => 'done')).resolves.toBe('done');
});

test('a wait that moves on is asked again', async () => {
  const waits = serve('veeam@vbr01', order('veeam', 'vbr01'), async () => notFinished('20 %'), {
    heartbeatDetails: { progress: '10 %', since: 0 },
    currentAttemptScheduledTimestampMs: 5_000,
  });
  await expect(waits).rejects.toMatchObject({ type: 'NotFinished' });
});

test('a wait without progress for longer than the limit is a stall', async () => {
  const waits = serve('veeam@vbr01', order('veeam', 'vbr01'), async () => notFinished('10 %'), {
    heartbeatDetails: { progress: '10 %', since: 0 },
    currentAttemptScheduledTimestampMs: 5_000,
  });
  await expect(waits).rejects.toMatchObject({ type: 'Stalled', nonRetryable: true });
});

test('an attempt that waited long for its agent and sees the work move on starts a new count', async () => {
  const env = new MockActivityEnvironment({
    taskQueue: 'veeam@vbr01',
    heartbeatDetails: { progress: '10 %', since: 0 },
    currentAttemptScheduledTimestampMs: 5_000,
  });
  const kept: unknown[] = [];
  env.on('heartbeat', (details: unknown) => kept.push(details));
  const interceptor = inbound({ queue: 'veeam@vbr01', noProgressMs: 1_000, log: () => undefined });
  const args = { args: [order('veeam', 'vbr01')], headers: {} };
  const verb = async () => notFinished('20 %');
  await env.run(async () => interceptor.execute?.(args as never, verb as never)).catch(() => undefined);
  expect(kept.at(-1)).toEqual({ progress: '20 %', since: null });
});

test('a count that has not begun begins with this attempt', async () => {
  const waits = serve('veeam@vbr01', order('veeam', 'vbr01'), async () => notFinished('10 %'), {
    heartbeatDetails: { progress: '10 %', since: null },
    currentAttemptScheduledTimestampMs: 5_000,
  });
  await expect(waits).rejects.toMatchObject({ type: 'NotFinished' });
});

test('a mishap keeps its class and its words', async () => {
  const fails = serve('veeam@vbr01', order('veeam', 'vbr01'), async () => {
    throw mishap.conflict('a VM of that name is there', { fix: 'rename it' });
  });
  await expect(fails).rejects.toMatchObject({
    type: 'Conflict',
    details: [expect.objectContaining({ fix: 'rename it', changed: 'nothing' })],
  });
});

test('an error no driver foresaw becomes a sentence without a stack', async () => {
  const fails = serve('veeam@vbr01', order('veeam', 'vbr01'), async () => {
    throw new TypeError('undefined is not a function');
  });
  const failure = await fails.catch((error: unknown) => error);
  expect(failure).toMatchObject({ type: 'Vendor', nonRetryable: true });
  expect((failure as Error).stack).toBe(`Vendor: ${(failure as Error).message}`);
});

test('a reading that another attempt began and gave up is asked for again', async () => {
  const verb = async () => {
    throw new DOMException('given up', 'AbortError');
  };
  await expect(serve('veeam@vbr01', order('veeam', 'vbr01'), verb)).rejects.toMatchObject({ type: 'Unreachable' });
});
