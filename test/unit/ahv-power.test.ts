import { factsOf } from '../../domain/facts.ts';
import { execution, mishapOf, order, prismCentral, refusal, VM } from './ahv-prism.ts';

const facts = async (prism: ReturnType<typeof prismCentral>): Promise<string> =>
  factsOf(await execution(prism).platform.describe(order('describe')));

const shutDownOrder = async (prism: ReturnType<typeof prismCentral>, graceMs = 120_000) => ({
  ...order('shutDown'),
  graceMs,
  expectFacts: await facts(prism),
});

const actions = (prism: ReturnType<typeof prismCentral>): string[] =>
  prism.changes().map(({ path }) => path.split('/').at(-1) ?? '');

describe('shut down', () => {
  test('asks the guest tools first and ends when Prism shows it off', async () => {
    const prism = prismCentral();
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted))).how).toBe('guest');
    expect(actions(prism)).toEqual(['guest-shutdown']);
  });

  test('a guest without tools is asked by ACPI', async () => {
    const prism = prismCentral({ vm: { guestTools: { isInstalled: false } } });
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted))).how).toBe('acpi');
    expect(actions(prism)).toEqual(['shutdown']);
  });

  test('a task that succeeded does not count as off', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    const { platform } = execution(prism);
    expect(await mishapOf(platform.shutDown(await shutDownOrder(prism)))).toBe('NotFinished');
  });

  test('falls from guest tools to ACPI after half of the grace time', async () => {
    const prism = prismCentral({ guest: 'obeysAcpi' });
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted), 30_000)).how).toBe('acpi');
    expect(actions(prism)).toEqual(['guest-shutdown', 'shutdown']);
  });

  test('each way is signalled once, however often it is asked', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect(await mishapOf(toTheEnd(() => platform.shutDown(wanted), 10_000))).toBe('GuestRefused');
    expect(actions(prism)).toEqual(['guest-shutdown', 'shutdown']);
  });

  test('a guest that never obeys is refused when the grace time has passed, not before', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    const wanted = await shutDownOrder(prism, 60_000);
    const { platform, toTheEnd } = execution(prism);
    expect(await mishapOf(toTheEnd(() => platform.shutDown(wanted), 10_000, 6))).toBe('NotFinished');
    expect(await mishapOf(toTheEnd(() => platform.shutDown(wanted), 10_000, 3))).toBe('GuestRefused');
  });

  test('the grace time does not begin before the signal is sent, however long the order waited for its agent', async () => {
    const prism = prismCentral();
    const wanted = await shutDownOrder(prism, 60_000);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted), 600_000)).how).toBe('guest');
  });

  test('guest tools that refuse the signal leave ACPI at once', async () => {
    const prism = prismCentral({ guest: 'obeysAcpi' });
    prism.odd(/guest-shutdown/, () => refusal(400, 'VM_NGT_NOT_REACHABLE'));
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted))).how).toBe('acpi');
  });

  test.each(['FAILED', 'CANCELED', 'SUSPENDED'])(
    'a guest signal whose task ended %s is followed by ACPI without waiting',
    async (status) => {
      const prism = prismCentral({ guest: 'obeysAcpi' });
      prism.odd(/GET .*tasks/, () => ({ status: 200, headers: {}, body: { data: { status } } }), 9);
      const wanted = await shutDownOrder(prism, 3_600_000);
      const { platform, toTheEnd } = execution(prism);
      expect((await toTheEnd(() => platform.shutDown(wanted), 1_000, 5)).how).toBe('acpi');
    },
  );

  test('a power button that Prism cannot press is a refusal', async () => {
    const prism = prismCentral({ guest: 'ignores', vm: { guestTools: null } });
    prism.odd(/GET .*tasks/, () => ({ status: 200, headers: {}, body: { data: { status: 'FAILED' } } }), 9);
    const wanted = await shutDownOrder(prism, 3_600_000);
    const { platform, toTheEnd } = execution(prism);
    expect(await mishapOf(toTheEnd(() => platform.shutDown(wanted), 1_000, 5))).toBe('GuestRefused');
  });

  test('a signal whose answer was lost is not sent a second time', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    prism.loseAnswer(/guest-shutdown/);
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    await mishapOf(toTheEnd(() => platform.shutDown(wanted), 1_000, 3));
    const ids = prism.asked(/guest-shutdown/).map(({ headers }) => headers?.['ntnx-request-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('a person who asks again makes a new request', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    const wanted = await shutDownOrder(prism);
    await mishapOf(execution(prism).platform.shutDown(wanted));
    const again = execution(prism, { attempt: () => ({ before: null, clockMs: 0, execution: 'run/2' }) });
    await mishapOf(again.platform.shutDown(wanted));
    const ids = prism.asked(/guest-shutdown/).map(({ headers }) => headers?.['ntnx-request-id']);
    expect(new Set(ids).size).toBe(2);
  });

  test('a VM that changed between reading and signalling is read and decided again', async () => {
    const prism = prismCentral();
    prism.odd(/guest-shutdown/, (_, usual) => {
      prism.bump();
      return usual();
    });
    const wanted = await shutDownOrder(prism);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.shutDown(wanted))).how).toBe('guest');
  });

  test('a VM that somebody turned off in between gets no signal', async () => {
    const prism = prismCentral();
    prism.odd(/guest-shutdown/, () => {
      prism.set({ powerState: 'OFF' });
      return refusal(412, 'ETAG_MISMATCH');
    });
    const wanted = await shutDownOrder(prism);
    expect((await execution(prism).platform.shutDown(wanted)).how).toBe('wasOff');
  });

  test('a VM that is off already was off', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    expect(await execution(prism).platform.shutDown(await shutDownOrder(prism))).toEqual({
      how: 'wasOff',
      observedAt: '2026-01-01T21:04:11.000Z',
    });
    expect(prism.changes()).toEqual([]);
  });

  test('another machine than the approved one is left alone', async () => {
    const prism = prismCentral();
    const wanted = await shutDownOrder(prism);
    prism.set({ numSockets: 8 });
    expect(await mishapOf(execution(prism).platform.shutDown(wanted))).toBe('Drift');
    expect(prism.changes()).toEqual([]);
  });

  test.each([
    ['$REDACTED', 'Configuration'],
    ['$UNKNOWN', 'Configuration'],
    ['PAUSED', 'Refused'],
    ['UNDETERMINED', 'NotFinished'],
  ])('a power state of %s is %s', async (powerState, expected) => {
    const prism = prismCentral({ vm: { powerState } });
    expect(await mishapOf(execution(prism).platform.shutDown(await shutDownOrder(prism)))).toBe(expected);
    expect(prism.changes()).toEqual([]);
  });
});

describe('force off and power on', () => {
  test('pulling the plug is power-off, and is observed', async () => {
    const prism = prismCentral({ guest: 'ignores' });
    expect((await execution(prism).platform.forceOff(order('forceOff'))).how).toBe('forced');
    expect(prism.vm()?.powerState).toBe('OFF');
    expect(actions(prism)).toEqual(['power-off']);
  });

  test('a VM that is off is not forced', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    expect((await execution(prism).platform.forceOff(order('forceOff'))).how).toBe('wasOff');
    expect(prism.changes()).toEqual([]);
  });

  test('power on is sent once and returns what Prism shows', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    const { platform } = execution(prism);
    expect((await platform.powerOn(order('powerOn'))).power).toBe('on');
    expect((await platform.powerOn(order('powerOn'))).power).toBe('on');
    expect(actions(prism)).toEqual(['power-on']);
  });

  test('a power-on whose answer was lost is observed, not repeated', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    prism.loseAnswer(/power-on/);
    const { platform, toTheEnd } = execution(prism);
    expect((await toTheEnd(() => platform.powerOn(order('powerOn')))).power).toBe('on');
    expect(actions(prism)).toEqual(['power-on']);
  });

  test('while its task works nothing is sent again, and the same task is asked for', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    prism.odd(/power-on/, () => {
      prism.tasks.set('t:1', { status: 'RUNNING', progressPercentage: 40 });
      return { status: 202, headers: {}, body: { data: { extId: 't:1' } } };
    });
    const { platform, toTheEnd } = execution(prism);
    expect(await mishapOf(toTheEnd(() => platform.powerOn(order('powerOn')), 1_000, 3))).toBe('NotFinished');
    prism.tasks.set('t:1', { status: 'SUCCEEDED' });
    prism.set({ powerState: 'ON' });
    await toTheEnd(() => platform.powerOn(order('powerOn')));
    expect(actions(prism)).toEqual(['power-on']);
    expect(prism.asked(/tasks\/t%3A1$/).length).toBeGreaterThan(3);
  });

  test.each(['FAILED', 'CANCELED', 'SUSPENDED'])('a task that ended %s ends the verb', async (status) => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    prism.odd(/power-on/, () => ({ status: 202, headers: {}, body: { data: { extId: 't:1' } } }));
    prism.tasks.set('t:1', {
      status,
      errorMessages: [{ errorGroup: 'VM_NO_RESOURCES', message: 'not enough memory' }],
    });
    const failure = await execution(prism)
      .platform.powerOn(order('powerOn'))
      .catch((error: { type: string; message: string }) => error);
    expect(failure).toMatchObject({ type: 'Vendor', message: expect.stringContaining('not enough memory') });
  });

  test('every change shows the tag that was read and a request id', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    await execution(prism).platform.powerOn(order('powerOn'));
    const headers = prism.changes()[0]?.headers;
    expect(headers?.['if-match']).toBe('"v1"');
    expect(headers?.['ntnx-request-id']).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  test('a VM that is changed again and again is left for the next try', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    prism.odd(/power-on/, () => refusal(412, 'ETAG_MISMATCH'), 99);
    expect(await mishapOf(execution(prism).platform.powerOn(order('powerOn')))).toBe('NotFinished');
    expect(prism.changes()).toHaveLength(4);
  });

  test('a VM that Prism does not have is missing', async () => {
    const prism = prismCentral();
    const gone = { ...order('describe'), vm: { ...VM, id: 'nobody' } };
    prism.odd(/nobody/, () => refusal(404, 'ENTITY_NOT_FOUND'));
    expect(await mishapOf(execution(prism).platform.describe(gone))).toBe('Missing');
  });
});
