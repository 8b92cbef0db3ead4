import type { Client, WorkflowHandle } from '@temporalio/client';
import { type Address, CONTRACT, queueOf } from '../domain/address.ts';
import type { Loan } from '../domain/ballot.ts';
import type { Lease, Rules } from '../domain/capacity.ts';
import type { Decided, Decision, OpenGate } from '../domain/gate.ts';
import type { JourneyEdit } from '../domain/journey-edit.ts';
import type { Listed } from '../domain/listed.ts';
import type { LoanAsked } from '../domain/loan.ts';
import { type IdentifiedVm, journeyOrder, type Plan } from '../domain/plan.ts';
import type { TaskAnswer } from '../domain/task.ts';
import type { Verb } from '../domain/verbs.ts';
import { whyGone } from '../workers/gone-run.ts';
import { listMigrations } from '../workers/listing.ts';
import { readRecord } from '../workers/records.ts';
import type { capacity } from '../workflows/capacity.ts';
import { capacityId, setLimits } from '../workflows/capacity-messages.ts';
import type { initialise } from '../workflows/initialise.ts';
import { type CommandTaken, command, decide, delegate, type MigrationView, view } from '../workflows/messages.ts';
import type { migration } from '../workflows/migration.ts';
import { migrationStart } from '../workflows/start-order.ts';
import { done } from '../workflows/task.ts';
import { withRounds } from './rounds.ts';

export type MigrationHandle = WorkflowHandle<typeof migration>;

/** Starts the lease table of a programme with what is `held`, or tells the running one the plan's present limits. */
export const ensureCapacity = async (client: Client, plan: Plan, held: readonly Lease[] = []): Promise<void> => {
  const { seats, reconcileMs } = plan.policies;
  const limits = {
    stagingBytes: seats.stagingBytes,
    stagingSeats: seats.staging,
    moverOperations: seats.moverOperations,
    cutovers: seats.cutovers,
  };
  await client.workflow.signalWithStart<typeof capacity, [Rules]>('capacity', {
    workflowId: capacityId(plan.programme),
    taskQueue: 'orchestrator',
    args: [{ limits, held, waiting: [], reconcileMs }],
    signal: setLimits,
    signalArgs: [{ ...limits, reconcileMs }],
    staticSummary: `what is scarce in ${plan.programme}`,
  });
};

/** Starts one VM's migration. Throws when a record says that it has moved already; a running one is found, not started again. */
export const startMigration = async (
  client: Client,
  plan: Plan,
  vm: IdentifiedVm,
  records: string,
): Promise<MigrationHandle> => {
  const order = await withRounds(journeyOrder(plan, vm), records);
  const record = await readRecord(records, plan.programme, vm.id);
  if (record?.end === 'Decommissioned')
    throw new Error(`${vm.name} has moved already: its record says ${record.end}. Nothing was started.`);
  const gone = await whyGone(client, records, plan.programme, vm.id);
  if (gone) throw new Error(`${vm.name} does not begin anew. ${gone}`);
  return client.workflow.start<typeof migration>('migration', {
    ...migrationStart(order),
    taskQueue: 'orchestrator',
    args: [order],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
};

/** The movers of a plan that have infrastructure of their own to prepare. */
export const moversToPrepare = (plan: Plan): Address[] =>
  Object.keys(plan.estate['azure-migrate']).map((instance) => ({
    product: 'azure-migrate',
    instance,
    contract: CONTRACT,
  }));

/** Prepares a mover's own infrastructure; prepared already is done. Resolves when the product says so. */
export const initialiseMover = (
  client: Client,
  to: Address,
  pollMs?: number,
): Promise<Readonly<Record<string, string>>> =>
  client.workflow.execute<typeof initialise>('initialise', {
    workflowId: `initialise/${queueOf(to)}`,
    taskQueue: 'orchestrator',
    args: pollMs === undefined ? [to] : [to, pollMs],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `prepare ${queueOf(to)}`,
  });

/** What is known of one migration, as it answers itself. */
export const viewMigration = (handle: MigrationHandle): Promise<MigrationView> => handle.query(view);

export const handleOf = (client: Client, workflowId: string): MigrationHandle =>
  client.workflow.getHandle<typeof migration>(workflowId);

/** What of a gate was seen and is decided on. */
export type SeenGate = Pick<OpenGate, 'name' | 'hop' | 'round' | 'fingerprint' | 'openedAt'>;

export interface GateAnswer extends Pick<Decision, 'decision' | 'by' | 'comment' | 'ticket' | 'attestation'> {
  /** Names the opening that was seen: a later one is decided on anew. */
  readonly openedAt?: number;
}

/** Answers the gate that is open, for what was seen. The same person clicking twice decides once. */
export const decideGate = (
  handle: MigrationHandle,
  gate: SeenGate,
  answer: GateAnswer,
  updateId = `${answer.decision}/${gate.name}/${gate.hop}/${gate.round}/${gate.fingerprint}/${gate.openedAt}/${answer.by}`,
): Promise<Decided> =>
  handle.executeUpdate(decide, {
    args: [{ gate: gate.name, hop: gate.hop, round: gate.round, fingerprint: gate.fingerprint, ...answer }],
    updateId,
  });

/** The id under which a workflow takes what is asked only once; without one it is asked anew each time. */
export const under = (updateId: string | undefined) => (updateId === undefined ? {} : { updateId });

/** Lends the right to approve, at a migration or at a batch. */
export const delegateAt = (client: Client, workflowId: string, loan: LoanAsked, updateId?: string): Promise<Loan> =>
  client.workflow.getHandle(workflowId).executeUpdate(delegate, { args: [loan], ...under(updateId) });

/** Says that the step which waits for a person is done, or could not be. */
export const answerTask = (handle: MigrationHandle, answer: TaskAnswer, updateId?: string): Promise<TaskAnswer> =>
  handle.executeUpdate(done, { args: [answer], ...under(updateId) });

/** What goes with a command: why, and the parked step that was seen; at another one it is refused. */
export interface CommandWords {
  readonly comment?: string;
  readonly step?: string;
  readonly edit?: JourneyEdit;
  readonly to?: string;
}

export const commandMigration = (
  handle: MigrationHandle,
  verb: Verb,
  by: string,
  words: CommandWords = {},
  updateId?: string,
): Promise<CommandTaken> => handle.executeUpdate(command, { args: [{ verb, by, ...words }], ...under(updateId) });

/**
 * The migration of a VM by its display name or its id, from one visibility list. A name that several bear is refused with their ids.
 * Without a running one, and with `ended`, the newest that has ended.
 */
export const findMigration = async (
  client: Client,
  name: string,
  runs: 'running' | 'ended' = 'running',
): Promise<{ readonly handle: MigrationHandle; readonly listed: Listed }> => {
  const fits = (await listMigrations(client, 'running')).filter((one) => one.id === name || one.name === name);
  const [only] = fits.length === 0 && runs === 'ended' ? await endedOf(client, name) : fits;
  if (!only) throw new Error(`No running migration of ${name}.\n    \`tranship status\` lists them.`);
  if (fits.length > 1)
    throw new Error(
      `${name} is the name of several VMs. Use the id:\n${fits.map((one) => `    ${one.id}  ${one.batch}/${one.group}, ${one.owner}`).join('\n')}`,
    );
  return { handle: handleOf(client, only.workflowId), listed: only };
};

const endedOf = async (client: Client, name: string): Promise<readonly Listed[]> =>
  (await listMigrations(client, 'any'))
    .filter((one) => one.id === name || one.name === name)
    .sort((a, b) => b.startedAt - a.startedAt);
