import type { Trade } from '../../domain/capacity.ts';
import { capacityId, leases, type Traded, tradeLeases } from '../../workflows/capacity-messages.ts';
import { scriptedRun } from '../support/scripted-run.ts';

const run = scriptedRun();

const houseOf = async (name: string, stagingSeats: number) => {
  await run.house(name, { stagingSeats });
  const at = run.env.client.workflow.getHandle(capacityId(name));
  const trade = (...trades: readonly Trade[]): Promise<readonly Traded[]> =>
    at.executeUpdate(tradeLeases, { args: [trades] });
  return { at, trade };
};

const seat = (holder: string, stagingSeats = 1): Trade => ({
  holder,
  asks: [{ purpose: 'staging', amounts: { stagingSeats } }],
});

test('of trades that come together each has its own answer, and one that is refused changes nothing for the others', async () => {
  const { at, trade } = await houseOf('together', 1);
  const answers = await trade(
    seat('a'),
    seat('too-big', 2),
    seat('b'),
    { holder: 'a', purposes: ['staging'] },
    seat('c'),
  );
  expect(answers).toEqual([
    { waiting: [] },
    { refused: expect.stringContaining('2 asked, 1 in all') },
    { waiting: [expect.objectContaining({ holder: 'b', place: 1 })] },
    { waiting: [] },
    { waiting: [expect.objectContaining({ holder: 'c', place: 1 })] },
  ]);
  expect((await at.query(leases)).held.map(({ holder }) => holder)).not.toContain('a');
});

test('what is no trade is refused', async () => {
  const { trade } = await houseOf('nonsense', 1);
  await expect(trade(null as never)).rejects.toMatchObject({ cause: { type: 'Refused' } });
  expect(await trade({} as never, { holder: 'a', asks: 7 } as never)).toEqual([
    { waiting: [] },
    { refused: expect.any(String) },
  ]);
});

test('a house that was told of many trades goes on in a new run, and every one has its answer', async () => {
  const { at, trade } = await houseOf('busy', 1_000);
  const { runId } = await at.describe();
  const holders = Array.from({ length: 130 }, (_, n) => `vm/${n}`);
  const left = [...holders];
  const lane = async (): Promise<void> => {
    for (let holder = left.shift(); holder; holder = left.shift())
      expect(await trade(seat(holder))).toEqual([{ waiting: [] }]);
  };
  await Promise.all([lane(), lane(), lane()]);
  expect((await at.describe()).runId).not.toBe(runId);
  expect(new Set((await at.query(leases)).held.map(({ holder }) => holder))).toEqual(new Set(holders));
});
