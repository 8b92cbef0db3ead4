import { Worker } from '@temporalio/worker';
import { mishap } from '../../activities/contracts/mishap.ts';
import { ENDS } from '../../domain/phase.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { approve, type Handle, openGate, SERVES, say, scriptedRun, seen, toHopTwo } from '../support/scripted-run.ts';

const { products, start } = scriptedRun();

/** The first attempt of every verb fails with nothing done, and the first answer of every verb is lost. */
const everythingGoesWrong = (): void => {
  for (const how of ['before', 'after'] as const) {
    const met = new Set<string>();
    products[how] = (call) => {
      if (met.has(call)) return;
      met.add(call);
      throw mishap.vendor(`${call} went wrong`);
    };
  }
};

/** Retries whatever parks and opens whatever gate there is, until the end. */
const patiently = async (handle: Handle): Promise<void> => {
  for (;;) {
    const { parked, gate } = await seen(
      handle,
      'a person is needed, or the end',
      (now) => now.parked !== null || now.gate !== null || ENDS.includes(now.phase),
    );
    if (parked) await say(handle, parked.step === 'after the rollback' ? 'rollBack' : 'retry');
    else if (gate) await approve(handle, gate.name);
    else return;
  }
};

/** Every moment at which more than one VM had the production identity. */
const crowds = (): readonly string[][] => {
  const found: string[][] = [];
  const { before } = products;
  products.before = (call) => {
    const holders = [...products.vms].flatMap(([id, { power, connected }]) =>
      power === 'on' && connected ? [id] : [],
    );
    if (holders.length > 1) found.push(holders);
    return before(call);
  };
  return found;
};

const replays = async (handle: Handle): Promise<void> => {
  const history = await handle.fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, handle.workflowId);
};

test('a journey whose every verb fails once and loses its answer once arrives', async () => {
  everythingGoesWrong();
  const crowded = crowds();
  const handle = await start('arrives');
  await patiently(handle);
  expect((await handle.result()).phase).toBe('Decommissioned');
  expect([...products.vms.keys()]).toEqual(['target-1']);
  expect(crowded).toEqual([]);
  await replays(handle);
});

test('a way back whose every verb fails once and loses its answer once ends where it began', async () => {
  const handle = await start('back');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  everythingGoesWrong();
  const crowded = crowds();
  await say(handle, 'rollBack');
  await patiently(handle);
  expect((await handle.result()).phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
  expect([...products.carried.values()].map(({ item }) => item)).toEqual([false, false]);
  expect(crowded).toEqual([]);
  await replays(handle);
});
