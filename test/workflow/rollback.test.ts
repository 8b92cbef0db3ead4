import { mishap } from '../../activities/contracts/mishap.ts';
import { outageOf } from '../../domain/ledger.ts';
import { approve, type Handle, openGate, parkedAt, reached, say, scriptedRun, seen } from '../support/scripted-run.ts';

const { products, start } = scriptedRun();

const failing = (call: string, facts?: Record<string, string>): void => {
  products.before = (each) => {
    if (each === call) throw mishap.vendor('no', facts ? { facts } : {});
  };
};

const mended = (): void => {
  products.before = () => undefined;
  products.after = () => undefined;
};

const losing = (call: string): void => {
  products.after = (each) => {
    if (each === call) throw mishap.vendor('the answer was lost');
  };
};

/** A verb that does not return before it is let go. */
const holding = (call: string): { letGo: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  products.before = (each) => (each === call ? promise : undefined);
  return { letGo: resolve };
};

const toHopTwo = async (handle: Handle): Promise<void> => {
  for (const name of ['cutover', 'go', 'cutover'] as const) await approve(handle, name);
};

const SERVES = { power: 'on', connected: true, autostart: true };

test('writes on a successor whose switch lost its answer are given up only behind the gate', async () => {
  const handle = await start('lost-switch');
  losing('azure-migrate cutOver');
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  const gate = await openGate(handle, 'rollBack');
  expect(gate.evidence.lossFrom).toEqual(expect.any(String));
  expect(products.vms.get('target-1')?.power).toBe('on');
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')).toEqual(SERVES);
  expect(products.vms.has('target-1')).toBe(false);
});

test('a switch that failed before its boundary is taken back without asking anybody', async () => {
  const handle = await start('before-boundary');
  failing('azure-migrate cutOver', { boundary: 'before' });
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  await say(handle, 'rollBack');
  const back = await parkedAt(handle, 'after the rollback');
  expect(back.decisions.map(({ gate }) => gate)).toEqual(['cutover', 'go', 'cutover']);
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('what a switch that failed past its boundary left is removed behind its gate, and no loss is claimed', async () => {
  const handle = await start('after-boundary');
  products.before = (call) => {
    if (call !== 'azure-migrate cutOver') return;
    products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
    products.vms.set('target-1', { power: 'off', connected: false, autostart: false });
    products.carried.set('azure-migrate', { item: true, stands: 'halfMade', polls: 5 });
    throw mishap.vendor('no', { facts: { boundary: 'after' } });
  };
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  await approve(handle, 'forceRemove');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.has('target-1')).toBe(false);
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('a half-made VM that runs may have been written to: its writes are given up behind the gate', async () => {
  const handle = await start('half-made-runs');
  products.before = (call) => {
    if (call !== 'azure-migrate cutOver') return;
    products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
    products.vms.set('target-1', { power: 'on', connected: true, autostart: false });
    products.carried.set('azure-migrate', { item: true, stands: 'halfMade', polls: 5 });
    throw mishap.vendor('no', { facts: { boundary: 'after' } });
  };
  await toHopTwo(handle);
  await parkedAt(handle, 'cut over');
  mended();
  await say(handle, 'rollBack');
  await openGate(handle, 'rollBack');
  expect(products.vms.get('target-1')?.power).toBe('on');
});

test('a rollback asked while the guest is readdressed takes the mount away and asks nobody', async () => {
  const { letGo } = holding('guest-s readdress');
  const handle = await start('asked-before-commit');
  await approve(handle, 'cutover');
  await reached(products, 'guest-s readdress');
  await say(handle, 'rollBack');
  letGo();
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect(products.calls).not.toContain('veeam commit');
  expect(products.calls).toContain('veeam abandon');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a mount whose commit failed is still taken away by its mover', async () => {
  failing('veeam commit');
  const handle = await start('commit-failed');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'commit');
  mended();
  await say(handle, 'rollBack');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
  expect(products.carried.get('veeam')).toMatchObject({ item: false, stands: 'nothing' });
});

test('a commit whose answer was lost leaves a staged VM that goes behind its gate', async () => {
  losing('veeam commit');
  const handle = await start('commit-lost');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'commit');
  mended();
  await say(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
});

test('a rollback asked before the successor was connected loses nothing and says so', async () => {
  const handle = await start('asked-before-connect');
  let letGo = (): void => undefined;
  products.before = (call) => {
    if (call !== 'veeam commit') return;
    const held = holding('ahv describe');
    letGo = held.letGo;
  };
  await approve(handle, 'cutover');
  await seen(handle, 'the look before connect', ({ step }) => step === 'observe vm-1 off before connect');
  await say(handle, 'rollBack');
  letGo();
  const { gate } = await seen(handle, 'a gate', (now) => now.gate !== null);
  expect(gate).toMatchObject({ name: 'discardStaged', evidence: { does: 'deletes a copy that never served' } });
});

test('hop 2 goes back, is tried again under new tokens, goes back again, and then hop 1 goes back too', async () => {
  const handle = await start('back-and-forth');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  for (const round of [0, 1]) {
    await say(handle, 'rollBack');
    await approve(handle, 'rollBack');
    await approve(handle, 'discardStaged');
    await parkedAt(handle, 'after the rollback');
    expect(products.vms.get('staged-1')).toEqual(SERVES);
    if (round === 1) break;
    await say(handle, 'retry');
    const gate = await openGate(handle, 'cutover');
    expect(gate).toMatchObject({ hop: 2, round: 1 });
    await approve(handle, 'cutover');
    await openGate(handle, 'signOff');
  }
  await say(handle, 'rollBack');
  const gate = await openGate(handle, 'rollBack');
  expect(gate).toMatchObject({ hop: 1, round: 0 });
  await approve(handle, 'rollBack');
  await approve(handle, 'discardStaged');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect([...products.vms]).toEqual([['src-1', SERVES]]);
  for (const mover of ['veeam', 'azure-migrate']) expect(products.carried.get(mover)?.item).toBe(false);
});

test('a VM that was off is not started by a rollback from the last look at it', async () => {
  products.vms.set('src-1', { power: 'off', connected: true, autostart: false });
  const handle = await start('was-off');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  products.vms.set('staged-1', { power: 'off', connected: true, autostart: false });
  await approve(handle, 'go');
  await openGate(handle, 'cutover');
  failing('azure-migrate lag');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'last preflight');
  await say(handle, 'rollBack');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')?.power).toBe('off');
});

test('a predecessor whose isolation lost its answer gets its restart back', async () => {
  const handle = await start('autostart');
  losing('hyper-v isolate autostart');
  await toHopTwo(handle);
  await parkedAt(handle, 'last preflight');
  mended();
  await say(handle, 'rollBack');
  await parkedAt(handle, 'after the rollback');
  expect(products.vms.get('staged-1')).toEqual(SERVES);
});

test('a step that failed waits for the other half of it before anything else is done to the VM', async () => {
  const { letGo } = holding('ahv isolate full');
  const hold = products.before;
  products.before = (call) => {
    if (call === 'veeam markFinal') throw mishap.vendor('no');
    return hold(call);
  };
  const handle = await start('half-a-step');
  await approve(handle, 'cutover');
  await reached(products, 'ahv isolate full');
  await reached(products, 'veeam markFinal');
  await say(handle, 'rollBack').catch(() => undefined);
  letGo();
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a person who does not accept the loss stays where the VM is, and the journey goes on', async () => {
  const handle = await start('taken-back');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  await say(handle, 'rollBack');
  const gate = await openGate(handle, 'rollBack');
  await handle.executeUpdate('decide', {
    args: [{ gate: gate.name, hop: gate.hop, round: gate.round, fingerprint: '', decision: 'reject', by: 'ops' }],
  });
  await approve(handle, 'signOff');
  await openGate(handle, 'decommission');
  expect(products.vms.get('target-1')?.power).toBe('on');
  expect(products.calls).not.toContain('azure-local shutDown');
});

test('a staged VM is not started again while its source is on', async () => {
  const handle = await start('source-on');
  await toHopTwo(handle);
  await openGate(handle, 'signOff');
  products.vms.set('src-1', { power: 'on', connected: true, autostart: false });
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  const stuck = await seen(handle, 'parked', ({ parked }) => parked !== null);
  expect(stuck.parked?.mishap.class).toBe('Unsafe');
  expect(products.vms.get('staged-1')?.power).toBe('off');
});

test('an exposed successor stays exposed when its mover has forgotten the operation', async () => {
  const handle = await start('forgotten');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  products.carried.set('veeam', { item: true, stands: 'nothing', polls: 5 });
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  const gate = await openGate(handle, 'discardStaged');
  expect(gate.evidence.does).toBe('deletes the only copy of the writes made there');
  expect(products.calls).toContain('hyper-v shutDown');
  expect(products.calls).not.toContain('hyper-v forceOff');
});

test('the outage ends with a rollback whose checks a person skipped', async () => {
  const handle = await start('skipped');
  failing('hyper-v reshape');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  failing('guest-a check');
  await say(handle, 'rollBack');
  await parkedAt(handle, 'validatePredecessor');
  await say(handle, 'skip');
  const { ledger } = await handle.result();
  expect(outageOf(ledger, 1, Number.MAX_SAFE_INTEGER)).toBeLessThan(60_000);
});

test('a pause holds a rollback before its next step', async () => {
  const handle = await start('paused-rollback');
  failing('hyper-v reshape');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  const { letGo } = holding('veeam settle');
  await say(handle, 'rollBack');
  await reached(products, 'veeam settle');
  await say(handle, 'pause');
  letGo();
  await seen(handle, 'paused', ({ waitingFor }) => waitingFor === 'resume');
  expect(products.calls).not.toContain('veeam abandon');
  await say(handle, 'resume');
  expect((await handle.result()).phase).toBe('RolledBack');
});
