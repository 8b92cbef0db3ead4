import { isOurs } from '../../domain/token.ts';
import { execution, JOURNEY, mishapOf, NICS, order, prismCentral, refusal, VM } from './ahv-prism.ts';

const off = { powerState: 'OFF' };
const isolateOrder = { ...order('isolate'), extent: 'full' as const };
const removeOrder = { ...order('decommission'), journey: JOURNEY, alive: [{ id: 'staged', name: 'web-03_replica' }] };

const isolated = async () => {
  const prism = prismCentral({ vm: off });
  const { wiring, autostart } = await execution(prism).platform.isolate(isolateOrder);
  return { prism, wiring, autostart };
};

describe('isolate', () => {
  test('pulls every plug, in both of Prism’s schemas, and says how they were', async () => {
    const { prism, wiring } = await isolated();
    expect(prism.plugs()).toEqual([false, false]);
    expect(wiring).toEqual([
      { id: NICS[0], mac: '50:6b:8d:00:00:01', network: 'prod-net', vlan: 110, connected: true },
      { id: NICS[1], mac: '50:6b:8d:00:00:02', network: 'prod-net', vlan: 110, connected: true },
    ]);
  });

  test('keeps the owner’s text and writes token and plugs behind it', async () => {
    const { prism } = await isolated();
    const text = String(prism.vm()?.description);
    expect(text.startsWith('shop front\n')).toBe(true);
    expect(isOurs(text, JOURNEY)).toBe(true);
    expect(text).toContain(`up=${NICS.join(',')}`);
  });

  test('asked again, it returns the first wiring, not the one it made', async () => {
    const { prism, wiring } = await isolated();
    const before = prism.changes().length;
    const again = await execution(prism).platform.isolate(isolateOrder);
    expect(again.wiring).toEqual(wiring);
    expect(again.description.nics.map((nic) => nic.connected)).toEqual([false, false]);
    expect(prism.changes()).toHaveLength(before);
  });

  test('an answer lost between two plugs does not lose the wiring', async () => {
    const prism = prismCentral({ vm: off });
    prism.loseAnswer(new RegExp(`PUT .*nics/${NICS[0]}`));
    const { platform, toTheEnd } = execution(prism);
    const { wiring } = await toTheEnd(() => platform.isolate(isolateOrder));
    expect(wiring.map((nic) => nic.connected)).toEqual([true, true]);
    expect(prism.plugs()).toEqual([false, false]);
  });

  test('an adapter that was unplugged before stays so in the wiring', async () => {
    const prism = prismCentral({ vm: off });
    const nics = prism.vm()?.nics as { backingInfo?: { isConnected: boolean } }[];
    prism.set({ nics: [{ ...nics[0], backingInfo: { ...nics[0]?.backingInfo, isConnected: false } }, nics[1]] });
    const { wiring } = await execution(prism).platform.isolate(isolateOrder);
    expect(wiring.map((nic) => nic.connected)).toEqual([false, true]);
    expect(prism.asked(/PUT .*nics/)).toHaveLength(1);
  });

  test('an adapter changed by somebody else meanwhile is read again first', async () => {
    const prism = prismCentral({ vm: off });
    prism.odd(/PUT .*nics/, (_, usual) => {
      prism.bump();
      return usual();
    });
    await execution(prism).platform.isolate(isolateOrder);
    expect(prism.plugs()).toEqual([false, false]);
  });

  test('a running machine is not cut off', async () => {
    const prism = prismCentral();
    expect(await mishapOf(execution(prism).platform.isolate(isolateOrder))).toBe('Unsafe');
    expect(prism.changes()).toEqual([]);
  });

  test('with extent autostart nothing is touched, for AHV has no such setting', async () => {
    const prism = prismCentral();
    const { autostart } = await execution(prism).platform.isolate({ ...isolateOrder, extent: 'autostart' });
    expect(autostart).toBeNull();
    expect(prism.changes()).toEqual([]);
  });

  test('where Prism does not let the description be written, the plugs are pulled all the same', async () => {
    const prism = prismCentral({ vm: off });
    prism.odd(new RegExp(`PUT .*vms/${VM.id}$`), () => refusal(400, 'VM_UPDATE_NOT_ALLOWED'));
    const { wiring } = await execution(prism).platform.isolate(isolateOrder);
    expect(wiring.map((nic) => nic.connected)).toEqual([true, true]);
    expect(prism.plugs()).toEqual([false, false]);
  });

  test('a hardware adapter without a plug is refused by name', async () => {
    const hardware = {
      extId: NICS[0],
      nicBackingInfo: { $objectType: 'vmm.v4.ahv.config.SriovNic', macAddress: 'aa' },
    };
    const prism = prismCentral({ vm: { ...off, nics: [hardware] } });
    expect(await mishapOf(execution(prism).platform.isolate(isolateOrder))).toBe('Refused');
  });
});

describe('connect', () => {
  test('plugs in what was plugged in and takes our mark off the VM', async () => {
    const { prism, wiring, autostart } = await isolated();
    const seen = await execution(prism).platform.connect({ ...order('connect'), wiring, autostart });
    expect(seen.nics.map((nic) => nic.connected)).toEqual([true, true]);
    expect(prism.vm()?.description).toBe('shop front');
  });

  test('asked again, it changes nothing', async () => {
    const { prism, wiring, autostart } = await isolated();
    const wanted = { ...order('connect'), wiring, autostart };
    await execution(prism).platform.connect(wanted);
    const before = prism.changes().length;
    await execution(prism).platform.connect(wanted);
    expect(prism.changes()).toHaveLength(before);
  });

  test('an adapter that got a new id is found by its MAC', async () => {
    const { prism, wiring, autostart } = await isolated();
    const moved = wiring.map((nic) => ({ ...nic, id: `old-${nic.id}` }));
    await execution(prism).platform.connect({ ...order('connect'), wiring: moved, autostart });
    expect(prism.plugs()).toEqual([true, true]);
  });

  test('an adapter that is gone is a drift', async () => {
    const { prism, autostart } = await isolated();
    const wiring = [{ id: 'x', mac: 'ff:ff', network: null, vlan: null, connected: true }];
    expect(await mishapOf(execution(prism).platform.connect({ ...order('connect'), wiring, autostart }))).toBe('Drift');
  });
});

describe('health of a source', () => {
  test('off and unplugged passes', async () => {
    const { prism } = await isolated();
    const report = await execution(prism).platform.health({ ...order('health'), landing: {} as never, hop: 1 });
    expect(report).toEqual({ passed: ['V1-19'], findings: [] });
  });

  test('a source that is on or plugged in is found', async () => {
    const report = await execution(prismCentral()).platform.health({
      ...order('health'),
      landing: {} as never,
      hop: 2,
    });
    expect(report.passed).toEqual([]);
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['V2-11', 'block'],
      ['V2-11', 'block'],
    ]);
  });
});

describe('remove', () => {
  test('deletes a source that is off, unplugged and marked', async () => {
    const { prism } = await isolated();
    expect(await execution(prism).platform.remove(removeOrder)).toEqual({ removed: true });
    expect(prism.vm()).toBeNull();
  });

  test('gone already is done', async () => {
    const { prism } = await isolated();
    await execution(prism).platform.remove(removeOrder);
    expect(await execution(prism).platform.remove(removeOrder)).toEqual({ removed: true });
  });

  test('a deletion whose answer was lost is done', async () => {
    const { prism } = await isolated();
    prism.loseAnswer(/DELETE/);
    const { platform, toTheEnd } = execution(prism);
    expect(await toTheEnd(() => platform.remove(removeOrder))).toEqual({ removed: true });
    expect(prism.asked(/DELETE/)).toHaveLength(1);
  });

  test('a source somebody turned on again is kept', async () => {
    const { prism } = await isolated();
    prism.set({ powerState: 'ON' });
    expect(await mishapOf(execution(prism).platform.remove(removeOrder))).toBe('Unsafe');
    expect(prism.vm()).not.toBeNull();
  });

  test('a source with a plug in is kept', async () => {
    const { prism } = await isolated();
    const description = prism.vm()?.description;
    prism.set({ ...prismCentral({ vm: off }).vm(), description });
    expect(await mishapOf(execution(prism).platform.remove(removeOrder))).toBe('Unsafe');
  });

  test('a VM without our token is kept', async () => {
    const { prism } = await isolated();
    prism.set({ description: 'shop front' });
    expect(await mishapOf(execution(prism).platform.remove(removeOrder))).toBe('Unsafe');
  });

  test('a VM marked by another journey is kept', async () => {
    const { prism } = await isolated();
    expect(await mishapOf(execution(prism).platform.remove({ ...removeOrder, journey: 'another' }))).toBe('Unsafe');
  });

  test('the VM that lives on is kept', async () => {
    const { prism } = await isolated();
    expect(await mishapOf(execution(prism).platform.remove({ ...removeOrder, alive: [VM] }))).toBe('Unsafe');
  });

  test('a 412 is decided anew: turned on in between, it is kept', async () => {
    const { prism } = await isolated();
    prism.odd(/DELETE/, () => {
      prism.set({ powerState: 'ON' });
      return refusal(412, 'ETAG_MISMATCH');
    });
    expect(await mishapOf(execution(prism).platform.remove(removeOrder))).toBe('Unsafe');
    expect(prism.vm()).not.toBeNull();
  });
});

test('nothing lands on AHV', async () => {
  const reshape = execution(prismCentral()).platform.reshape({
    ...order('reshape'),
    landing: {} as never,
    predecessor: {} as never,
  });
  expect(await mishapOf(reshape)).toBe('Configuration');
});
