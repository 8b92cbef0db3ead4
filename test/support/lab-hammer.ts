import { openEstate } from '../../lab/estate/index.ts';
import { oneVm } from '../../lab/scenarios/one.ts';

/**
 * Changes a lab as fast as it can until it is killed: `node lab-hammer.ts DIR`. Each line on standard output is a round that is durable:
 * the counter it wrote to two tables at once.
 */
const estate = openEstate(oneVm(), process.argv[2] ?? '', { ticking: false });
const counters = estate.table<number>('hammer', 'counters');
const source = estate.vms.list('ahv')[0];
if (!source) throw new Error('the scenario has a VM');

for (let round = (counters.get('a') ?? 0) + 1; ; round += 1) {
  const { file } = source.disks[0] ?? { file: '' };
  const running = estate.vms.get(source.id);
  if (running?.guestUpSince) estate.journals.write(running, estate.now());
  if (round % 20 === 0) {
    const epoch = estate.disks.checkpoint(file);
    estate.disks.clone(file, `point-${round % 3}`);
    estate.disks.copyBlocks(file, `point-${round % 3}`, estate.disks.changedSince(file, epoch - 1));
  }
  if (round % 3 === 0) {
    const id = `vm-${round % 7}`;
    if (estate.vms.get(id)) estate.vms.remove(id, 'hammer', { keepDisks: false });
    else
      estate.vms.create({ ...source, id, platform: 'hyper-v', power: round % 2 ? 'on' : 'off', disks: [] }, 'hammer');
  }
  estate.together(() => {
    counters.put('a', round);
    estate.log('call', { product: 'hammer', verb: 'round', round });
    counters.put('b', round);
  });
  process.stdout.write(`${round}\n`);
}
