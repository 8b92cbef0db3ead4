import { viewMigration } from '../../client/operations.ts';
import type { Reached } from '../../client/temporal.ts';
import { answerAll, fingerprintOfAll, type WaitingGate, waitingGates } from '../../client/waiting-gates.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import { scriptedOrder } from '../support/order.ts';
import type { House } from './house.ts';
import { startJourney } from './throughput.ts';

/** How long each part of approving a list took, ms. */
export interface Approving {
  readonly waiting: number;
  /** One list, and one look at each. */
  readonly looked: number;
  /** The first update sent to the last answer. */
  readonly answered: number;
  readonly refused: readonly string[];
}

const DAY_MS = 86_400_000;

/** Their night is tomorrow: what is approved waits for it, and nothing but deciding is measured. */
const forTomorrow = (): Partial<JourneyOrder> => {
  const opensAt = Date.now() + DAY_MS;
  const times = { opensAt, abortAt: opensAt + DAY_MS / 4, closesAt: opensAt + DAY_MS / 2 };
  const window = { ...times, zone: 'UTC', text: 'tomorrow', utcText: 'tomorrow' };
  return { hops: scriptedOrder().hops.map((hop) => ({ ...hop, window })) };
};

/** On their way to the gate at once. */
const STARTS_AT_ONCE = 20;
const LOOK_MS = 500;

const look = (): Promise<void> => new Promise((again) => setTimeout(again, LOOK_MS));

const reach = ({ client }: House): Reached => ({
  client,
  connection: client.connection as Reached['connection'],
  namespace: 'default',
  address: '',
  ask: (question) => question(),
  close: async () => undefined,
});

/** Starts so many, and waits until visibility shows each of them at its gate. */
const begin = async (house: House, count: number): Promise<void> => {
  const left = Array.from({ length: count }, (_, index) => `gate-${index + 1}`);
  const change = forTomorrow();
  const lane = async (): Promise<void> => {
    for (let name = left.shift(); name; name = left.shift()) {
      const handle = await startJourney(house.client, name, change);
      while ((await viewMigration(handle)).gate === null) await look();
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, lane));
  const query = `WorkflowType = 'migration' AND WaitingFor STARTS_WITH 'a decision'`;
  while ((await house.client.workflow.count(query)).count < count) await look();
};

/** So many VMs that wait at their cut-over gate, approved as `tranship approve --all` does it. */
export const roundOfApproving = async (
  house: House,
  count: number,
  say: (line: string) => void,
): Promise<Approving> => {
  await begin(house, count);
  say(`${count} wait at their gate`);
  const reached = reach(house);
  const began = performance.now();
  const gates: readonly WaitingGate[] = await waitingGates(reached, { gate: 'cutover' });
  const looked = performance.now();
  say(`seen as ${fingerprintOfAll(gates)}`);
  const told = await answerAll(reached, gates, { decision: 'approve', by: 'ops' });
  const answered = performance.now();
  return {
    waiting: gates.length,
    looked: looked - began,
    answered: answered - looked,
    refused: told.flatMap(({ refused }) => (refused === null ? [] : [refused])),
  };
};
