import { factsOf } from '../../domain/facts.ts';
import { startLab } from '../support/lab-process.ts';
import { secondHop } from '../support/second-hop.ts';
import { stageFirst } from '../support/staged.ts';

test('green', async () => {
  const t0 = Date.now();
  const say = (what: string, value: unknown) =>
    process.stderr.write(`${((Date.now() - t0) / 1000).toFixed(1)} ${what} ${JSON.stringify(value)}\n`);
  const lab = await startLab({ scenario: ['one', '--speed', '600'], beforehand: stageFirst() });
  say('lab', lab.dir);
  try {
    const hop = await secondHop(lab);
    const bytes = 120 * 2 ** 30;
    const init = hop.initialise();
    try {
      say('init', await init.done());
    } finally {
      say('said', init.said);
    }
    say('pf mover', await hop.mover('preflight', { bytesNeeded: bytes }).done());
    say('pf local', await hop.azureLocal('preflight', { bytesNeeded: bytes }).done());
    const facts = await hop.hyperV('describe').done();
    say('describe', facts);
    const protect = hop.mover('protect', { predecessor: facts });
    let item = '';
    try {
      const p = await protect.done();
      item = p.item;
      say('protect', p);
    } finally {
      say('said', protect.said);
    }
    const sync = hop.mover('synchronise', { item, round: 0, after: null, final: false });
    try {
      say('sync', await sync.done());
    } finally {
      say('said', sync.said);
    }
    say('lag', await hop.mover('lag', { item }).done());
    const held = await hop.hyperV('isolate', { extent: 'autostart' }).done();
    say('isolate', held);
    const cut = hop.mover('cutOver', { item, point: null, predecessor: held.description });
    let done;
    try {
      done = await cut.done();
      say('cut', done);
    } finally {
      say('said', cut.said);
    }
    say('isolate', await hop.hyperV('isolate', { extent: 'full' }).done());
    const vm = done.successor;
    say('describe', await hop.azureLocal('describe', { vm }).done());
    const reshaped = hop.azureLocal('reshape', { vm, predecessor: held.description });
    try {
      say('reshape', await reshaped.done());
    } finally {
      say('said', reshaped.said);
    }
    say('health', await hop.azureLocal('health', { vm }).done());
    const op = { item, operation: done.operation, successor: vm };
    say('settle', await hop.mover('settle', op).done());
    const commit = hop.mover('commit', op);
    try {
      say('commit', await commit.done());
    } finally {
      say('said', commit.said);
    }
    say('vms', await lab.vms('azure-local'));
    const d = await hop.azureLocal('describe', { vm }).done();
    say('off', await hop.azureLocal('shutDown', { vm, graceMs: 5000, expectFacts: factsOf(d) }).done());
    const remove = hop.azureLocal('remove', { vm });
    try {
      say('remove', await remove.done());
    } finally {
      say('said', remove.said);
    }
  } finally {
    await lab.stop();
  }
}, 120_000);
