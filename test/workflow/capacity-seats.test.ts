import { operationsAt } from '../../domain/capacity.ts';
import { capacityId, line, requestLeases } from '../../workflows/capacity-messages.ts';
import { manyVms } from '../bench/many-vms.ts';
import { answerTo, type Handle, openGate, say, scriptedRun, seen, tell } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

/** A VM between two of its calls: from the first of these on until the second has begun. */
const STAYS = {
  copies: ['veeam protect', 'ahv isolate full'],
  staged: ['veeam cutOver', 'hyper-v remove'],
  down: ['ahv shutDown', 'hyper-v health'],
} as const;
type Stay = keyof typeof STAYS;

let before: (call: string) => void | Promise<void> = () => undefined;
const within = new Map<Stay, Set<string>>();
const most = new Map<Stay, number>();
const called = (vm: string, call: string): void | Promise<void> => {
  for (const [stay, [from, to]] of Object.entries(STAYS) as [Stay, readonly [string, string]][]) {
    const there = within.get(stay) ?? new Set();
    if (call === from) there.add(vm);
    if (call === to) there.delete(vm);
    within.set(stay, there);
    most.set(stay, Math.max(most.get(stay) ?? 0, there.size));
  }
  return before(`${vm} ${call}`);
};

const run = scriptedRun(manyVms(called));
beforeEach(() => {
  before = () => undefined;
  within.clear();
  most.clear();
});

const starts = (programme: string, names: readonly string[]): Promise<readonly Handle[]> =>
  Promise.all(
    names.map((name) =>
      run.start(`${programme}-${name}`, { programme, name, source: { id: `${programme}-${name}`, name } }),
    ),
  );

const houseOf = (programme: string) => run.env.client.workflow.getHandle(capacityId(programme));
const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Opens every gate of a journey as it comes, to its end. */
const through = async (handle: Handle): Promise<void> => {
  for (const name of ['cutover', 'go', 'cutover', 'signOff', 'decommission'] as const)
    await tell(handle, answerTo(await openGate(handle, name), 'approve'));
  await handle.result();
};

test('six journeys with two seats on staging and one cut-over all arrive, and never take more', async () => {
  await run.house('six', { stagingSeats: 2, moverOperations: 1, cutovers: 1 });
  await Promise.all((await starts('six', SIX)).map(through));
  expect(most.get('staged')).toBe(2);
  expect(most.get('down')).toBe(1);
  expect(await run.leases('six')).toMatchObject({ held: [], waiting: [] });
}, 120_000);

test('as many copies run at a mover as it has seats, and who waits says for what, and behind whom', async () => {
  const letGo = new Map<string, () => void>();
  before = (call) => {
    const [vm = '', ...verb] = call.split(' ');
    if (verb.join(' ') === 'veeam synchronise 0') return new Promise((done) => letGo.set(vm, done));
  };
  await run.house('copies', { moverOperations: 2 });
  const handles = await starts('copies', SIX);
  for (let done = 0; done < SIX.length; done += 2) {
    await eventually(() => letGo.size === done + 2, 'two more copies');
    const waiting = await eventually(async () => {
      const now = await houseOf('copies').query(line);
      return now.length === SIX.length - done - 2 && now;
    }, 'the others in line');
    expect(waiting.map(({ place }) => place)).toEqual(waiting.map((_, index) => index + 1));
    for (const { why } of waiting)
      expect(why).toMatch(/in line for a copy at veeam@v: 0 of 2 seats free.*held by \w, \w$/);
    for (const free of letGo.values()) free();
  }
  for (const handle of handles) await openGate(handle, 'cutover');
  expect((await run.leases('copies')).held.map(({ purpose }) => purpose)).toEqual(SIX.map(() => 'staging'));
});

test('a cut-over waits for its seat before the outage, and a rollback in line gives the place up', async () => {
  await run.house('outage', { cutovers: 1 });
  const asks = [{ purpose: 'cutOver', amounts: { cutovers: 1 } }] as const;
  await houseOf('outage').executeUpdate(requestLeases, { args: [{ holder: 'vm/other', name: 'other', asks }] });
  const [a, b] = await starts('outage', ['a', 'b']);
  if (!a || !b) throw new Error('two journeys');
  for (const handle of [a, b]) await tell(handle, answerTo(await openGate(handle, 'cutover'), 'approve'));
  for (const handle of [a, b]) {
    const { phase, waitingFor } = await seen(handle, 'in line', ({ flags }) => flags.includes('WaitingCapacity'));
    expect(phase).toBe('AwaitingCutover');
    expect(waitingFor).toMatch(/in line for a cut-over: 0 of 1 seats free, needs 1; held by other$/);
  }
  await say(a, 'rollBack');
  await a.result();
  expect(most.get('down')).toBe(0);
  await houseOf('outage').signal('releaseLease', { holder: 'vm/other', purposes: ['cutOver'] });
  const { flags } = await seen(b, 'at its gate', ({ gate }) => gate?.name === 'go');
  expect(flags).toEqual([]);
  expect((await run.leases('outage')).held.map(({ holder, purpose }) => `${holder} ${purpose}`)).toEqual([
    'vm/outage-b staging',
  ]);
});

test('the second hop asks for a seat at its own mover', async () => {
  await run.house('second', { moverOperations: 1 });
  const asks = [{ purpose: 'copy', amounts: { [operationsAt('azure-migrate@m')]: 1 } }] as const;
  await houseOf('second').executeUpdate(requestLeases, { args: [{ holder: 'vm/other', name: 'other', asks }] });
  const [handle] = await starts('second', ['a']);
  if (!handle) throw new Error('a journey');
  for (const name of ['cutover', 'go'] as const) await tell(handle, answerTo(await openGate(handle, name), 'approve'));
  const { waitingFor } = await seen(handle, 'in line', ({ phase }) => phase === 'Queued');
  expect(waitingFor).toMatch(/^when it asked: 1st in line for a copy at azure-migrate@m/);
  await houseOf('second').signal('releaseLease', { holder: 'vm/other' });
  await openGate(handle, 'cutover');
});
