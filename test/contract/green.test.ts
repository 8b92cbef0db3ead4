import { factsOf } from '../../domain/facts.ts';
import { firstHop } from '../support/first-hop.ts';
import { startLab } from '../support/lab-process.ts';

test('green', async () => {
  const lab = await startLab();
  const t0 = Date.now();
  const say = (what: string, value: unknown) => process.stderr.write(`${((Date.now() - t0) / 1000).toFixed(1)} ${what} ${JSON.stringify(value)}\n`);
  try {
    const hop = await firstHop(lab);
    const bytes = 120 * 2 ** 30;
    say('pf ahv', await hop.ahv('preflight').done());
    say('pf veeam', await hop.veeam('preflight', { bytesNeeded: bytes }).done());
    say('pf hv', await hop.hyperV('preflight', { bytesNeeded: bytes }).done());
    const facts = await hop.ahv('describe').done();
    say('describe', facts);
    const { item, adopted } = await hop.veeam('protect', { predecessor: facts }).done();
    say('protect', { item, adopted });
    const sync = hop.veeam('synchronise', { item, round: 0, after: null, final: false });
    say('sync', await sync.done());
    say('said', sync.said);
    say('lag', await hop.veeam('lag', { item }).done());
    const off = hop.ahv('shutDown', { graceMs: hop.plan.policies.graceMs, expectFacts: factsOf(facts) });
    say('off', await off.done());
    const isolated = await hop.ahv('isolate', { extent: 'full' }).done();
    say('isolated', isolated);
    const mark = await hop.veeam('markFinal', { item }).done();
    say('mark', mark);
    const final = await hop.veeam('synchronise', { item, round: 1, after: mark.newestRun, final: true, token: hop.token('finalSynchronise') }).done();
    say('final', final);
    const cut = hop.veeam('cutOver', { item, point: final.point, predecessor: facts });
    const done = await cut.done();
    say('cut', [done, cut.said]);
    const op = { item, operation: done.operation, successor: done.successor };
    say('settle', await hop.veeam('settle', op).done());
    const reshaped = await hop.hyperV('reshape', { vm: done.successor, landing: hop.hop.landing, predecessor: facts }).done();
    say('reshape', reshaped);
    say('on', await hop.hyperV('powerOn', { vm: done.successor }).done());
    const commit = hop.veeam('commit', op);
    say('commit', [await commit.done(), commit.said]);
    say('connect', await hop.hyperV('connect', { vm: done.successor, wiring: reshaped.wiring, autostart: true }).done());
    say('health', await hop.hyperV('health', { vm: done.successor, landing: hop.hop.landing, hop: 1 }).done());
    say('retire', await hop.veeam('retire', { item, adopted: false }).done());
    say('settle', await hop.veeam('settle', op).done());
  } finally {
    await lab.stop();
  }
}, 120_000);
