import type { GroupDecided } from '../domain/batch.ts';
import type { GroupGate } from '../domain/group-gate.ts';
import { type Listed, standingOf } from '../domain/listed.ts';
import type { StoppedWave } from '../domain/programme.ts';
import { each } from '../workers/each.ts';
import { listBatches, listMigrations } from '../workers/listing.ts';
import type { MigrationView } from '../workflows/messages.ts';
import type { ProgrammeView } from '../workflows/programme-messages.ts';
import { batchHandle, turnsOf, viewBatch } from './batches.ts';
import { handleOf, viewMigration } from './operations.ts';
import { findProgramme, listProgrammes, viewProgramme } from './programme.ts';
import type { Reached } from './temporal.ts';

/** One thing that waits for a person. `since` in ms. */
export type Waiting =
  /** Hosts were beyond their limits: nothing new begins until a person goes on, for the figures that were seen. */
  | {
      readonly kind: 'wave';
      readonly programme: string;
      readonly stopped: StoppedWave;
      readonly approvers: readonly string[];
      /** Batches that have not begun. */
      readonly held: number;
      readonly since: number;
    }
  | {
      readonly kind: 'group';
      readonly programme: string;
      readonly batch: string;
      readonly gate: GroupGate;
      readonly since: number;
    }
  /** Approved, and it begins after others: until then it can be taken back. */
  | {
      readonly kind: 'turn';
      readonly programme: string;
      readonly batch: string;
      readonly decided: GroupDecided;
      readonly since: number;
    }
  | {
      readonly kind: 'vm';
      readonly listed: Listed;
      /** Its name, or its id where several that run bear the name. */
      readonly called: string;
      readonly view: MigrationView;
      readonly since: number;
    }
  | { readonly kind: 'silent'; readonly listed: Listed; readonly why: string; readonly since: number };

const sinceOf = ({ gate, parked, task, commands }: MigrationView, listed: Listed): number =>
  parked?.since ??
  gate?.openedAt ??
  task?.since ??
  commands.findLast(({ verb }) => verb === 'pause')?.at ??
  listed.startedAt;

const askVm = async (reached: Reached, listed: Listed, called: string): Promise<Waiting> => {
  try {
    const view = await reached.ask(() => viewMigration(handleOf(reached.client, listed.workflowId)));
    return { kind: 'vm', listed, called, view, since: sinceOf(view, listed) };
  } catch (error) {
    return {
      kind: 'silent',
      listed,
      why: error instanceof Error ? error.message : String(error),
      since: listed.startedAt,
    };
  }
};

const groupsOf = async (reached: Reached): Promise<readonly (Waiting & { kind: 'group' | 'turn' })[]> => {
  const batches = await listBatches(reached.client);
  const found = await each(batches, async ({ programme, batch }) => {
    const view = await reached.ask(() => viewBatch(batchHandle(reached.client, programme, batch))).catch(() => null);
    const gates = (view?.gates ?? []).map((gate) => ({
      kind: 'group' as const,
      programme,
      batch,
      gate,
      since: gate.openedAt,
    }));
    const turns = (view ? turnsOf(view) : []).map((decided) => ({
      kind: 'turn' as const,
      programme,
      batch,
      decided,
      since: decided.at,
    }));
    return [...gates, ...turns];
  });
  return found.flat();
};

/** The wave of a programme where it waits for a person; null where it does not. */
export const waveOf = ({
  programme,
  stopped,
  stopWave,
  turnsNow,
}: ProgrammeView): (Waiting & { kind: 'wave' }) | null =>
  stopped && {
    ...{ kind: 'wave', programme, stopped, approvers: stopWave?.approvers ?? [] },
    ...{ held: turnsNow.waits.length, since: stopped.at },
  };

const wavesOf = async (reached: Reached): Promise<readonly (Waiting & { kind: 'wave' })[]> => {
  const found = await each(await listProgrammes(reached.client), async (name) => {
    const handle = await findProgramme(reached.client, name);
    const view = await reached.ask(() => viewProgramme(handle)).catch(() => null);
    return view && waveOf(view);
  });
  return found.filter((one) => one !== null);
};

/** All that waits for a person, oldest first. The VMs of a group that is decided on together come as one. */
export const inboxOf = async (reached: Reached): Promise<readonly Waiting[]> => {
  const [running, groups, waves] = await Promise.all([
    listMigrations(reached.client, 'running'),
    groupsOf(reached),
    wavesOf(reached),
  ]);
  const together = new Set(
    groups.flatMap((one) => (one.kind === 'group' ? one.gate.waiting : one.decided.members).map(({ id }) => id)),
  );
  const alone = running.filter((one) => standingOf(one) !== 'running' && !together.has(one.workflowId));
  const calledAs = ({ id, name }: Listed): string =>
    running.some((one) => one.name === name && one.id !== id) ? id : name;
  const vms = await each(alone, (listed) => askVm(reached, listed, calledAs(listed)));
  // Visibility is a moment behind: what was answered meanwhile waits no more.
  const waits = vms.filter(
    (one) =>
      one.kind !== 'vm' || one.view.gate || one.view.parked || one.view.task || one.view.flags.includes('Paused'),
  );
  return [...waves, ...groups, ...waits].sort((a, b) => a.since - b.since);
};
