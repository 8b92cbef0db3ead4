import { commandMigration, decideGate, type MigrationHandle, viewMigration } from '../../client/operations.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Began, House } from './house.ts';
import { STUCK } from './many-vms.ts';
import { startJourney } from './throughput.ts';

/** How long after a person's word the next activity began on its agent, and how long the word itself took; ms. */
export interface Reaction {
  readonly toActivity: number;
  readonly toAnswer: number;
}

const clock = (): number => Number(process.hrtime.bigint()) / 1e6;

const LOOK_MS = 20;

const until = async (handle: MigrationHandle, waits: (view: MigrationView) => boolean): Promise<MigrationView> => {
  for (;;) {
    const view = await viewMigration(handle);
    if (waits(view)) return view;
    await new Promise((again) => setTimeout(again, LOOK_MS));
  }
};

const isWaiting = ({ gate, parked }: MigrationView): boolean => gate !== null || parked !== null;

/** Opens the gate that waits, or answers the parked step, as a person would who has looked. */
const answer = (handle: MigrationHandle, { gate, parked }: MigrationView): Promise<unknown> =>
  gate
    ? decideGate(handle, gate, { decision: 'approve', by: 'ops' })
    : commandMigration(handle, 'retry', 'ops', parked ? { step: parked.step } : {});

/** The next verb of a VM that reaches an agent. */
const nextOf = (house: House, journey: string): Promise<Began> =>
  new Promise((done) => {
    house.hear = (began) => {
      if (began.journey === journey) done(began);
    };
  });

const decideOne = async (house: House, name: string, handle: MigrationHandle): Promise<Reaction> => {
  const view = await viewMigration(handle);
  const next = nextOf(house, name);
  const before = clock();
  await answer(handle, view);
  const toAnswer = clock() - before;
  const { at } = await next;
  house.hear = () => undefined;
  // The others are at rest when the next one is decided on, as this one was.
  await until(
    handle,
    (now) => isWaiting(now) && (now.parked?.since !== view.parked?.since || now.gate?.openedAt !== view.gate?.openedAt),
  );
  return { toActivity: at - before, toAnswer };
};

/** So many migrations that wait, every other one parked, the rest at their cut-over gate; decided on one after the other. */
export const roundOfParked = async (house: House, count: number): Promise<readonly Reaction[]> => {
  const names = Array.from({ length: count }, (_, index) => `${index % 2 === 0 ? 'gate' : STUCK}-${index + 1}`);
  const handles = await Promise.all(names.map(async (name) => [name, await startJourney(house.client, name)] as const));
  for (const [, handle] of handles) await until(handle, isWaiting);
  const reactions: Reaction[] = [];
  for (const [name, handle] of handles) reactions.push(await decideOne(house, name, handle));
  return reactions;
};
