import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withRounds } from '../../client/rounds.ts';
import { newHopRecord } from '../../domain/hop-record.ts';
import type { Phase } from '../../domain/phase.ts';
import { writeRecord } from '../../workers/records.ts';
import { scriptedOrder } from '../support/order.ts';

const order = scriptedOrder();

const ended = async (end: Phase): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-rounds-'));
  const view = { hops: [newHopRecord(1, 0), newHopRecord(2, 3)] };
  await writeRecord(folder, { journey: order.source.id, programme: order.programme, name: order.name, end, view });
  return folder;
};

test('a VM that was rolled back begins each hop with the round after', async () => {
  expect((await withRounds(order, await ended('RolledBack'))).rounds).toEqual([1, 4]);
});

test('a VM that has no record begins with the first round', async () => {
  expect(await withRounds(order, mkdtempSync(join(tmpdir(), 'tranship-rounds-')))).toEqual(order);
});

test('a VM that has moved is left as it is: it is refused elsewhere', async () => {
  expect(await withRounds(order, await ended('Decommissioned'))).toEqual(order);
});
