import type { Client, WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { type Address, CONTRACT, queueOf } from '../domain/address.ts';
import type { LeaseTable } from '../domain/capacity.ts';
import type { Decided, OpenGate } from '../domain/gate.ts';
import { type IdentifiedVm, type JourneyOrder, journeyOrder, type Plan } from '../domain/plan.ts';
import type { Verb } from '../domain/verbs.ts';
import { readRecord } from '../workers/records.ts';
import type { capacity } from '../workflows/capacity.ts';
import { capacityId, setLimits } from '../workflows/capacity-messages.ts';
import type { initialise } from '../workflows/initialise.ts';
import { type CommandTaken, command, decide, type MigrationView, view } from '../workflows/messages.ts';
import type { migration } from '../workflows/migration.ts';

export type MigrationHandle = WorkflowHandle<typeof migration>;

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** `vm/<programme>/<instance>/<uuid>`: starting twice finds the first. */
export const migrationId = (order: JourneyOrder): string => {
  const from = order.hops[0]?.from.instance ?? 'unknown';
  return `vm/${order.programme}/${from}/${order.source.id}`;
};

/** Starts the lease table of a programme, or tells the running one the plan's present limits. */
export const ensureCapacity = async (client: Client, plan: Plan): Promise<void> => {
  const limits: LeaseTable['limits'] = {
    stagingBytes: plan.policies.seats.stagingBytes,
    stagingSeats: plan.policies.seats.staging,
  };
  await client.workflow.signalWithStart<typeof capacity, [LeaseTable['limits']]>('capacity', {
    workflowId: capacityId(plan.programme),
    taskQueue: 'orchestrator',
    args: [{ limits, held: [], waiting: [] }],
    signal: setLimits,
    signalArgs: [limits],
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
  const order = journeyOrder(plan, vm);
  const record = await readRecord(records, plan.programme, vm.id);
  if (record?.end === 'Decommissioned')
    throw new Error(`${vm.name} has moved already: its record says ${record.end}. Nothing was started.`);
  return client.workflow.start<typeof migration>('migration', {
    workflowId: migrationId(order),
    taskQueue: 'orchestrator',
    args: [order],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // What an orchestrator had in hand when it was lost is given to the next one after this time; ten seconds by default.
    workflowTaskTimeout: '5s',
    staticSummary: `${vm.name}: ${order.hops.map((hop) => hop.from.product).join(' → ')} → ${order.hops.at(-1)?.to.product}`,
    typedSearchAttributes: [
      { key: keyword('Programme'), value: plan.programme },
      { key: keyword('Batch'), value: vm.batch },
      { key: keyword('Phase'), value: 'Planned' },
      { key: defineSearchAttributeKey('Hop', SearchAttributeType.INT), value: 1 },
      { key: keyword('Path'), value: vm.path },
      { key: keyword('Owner'), value: vm.owner },
    ],
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
export const initialiseMover = (client: Client, to: Address): Promise<Readonly<Record<string, string>>> =>
  client.workflow.execute<typeof initialise>('initialise', {
    workflowId: `initialise/${queueOf(to)}`,
    taskQueue: 'orchestrator',
    args: [to],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `prepare ${queueOf(to)}`,
  });

export const viewMigration = (handle: MigrationHandle): Promise<MigrationView> => handle.query(view);

/** Answers the gate that is open, for what was seen. The same person clicking twice decides once. */
export const decideGate = (
  handle: MigrationHandle,
  gate: OpenGate,
  answer: { readonly decision: 'approve' | 'reject'; readonly by: string; readonly comment?: string },
): Promise<Decided> =>
  handle.executeUpdate(decide, {
    args: [{ gate: gate.name, hop: gate.hop, round: gate.round, fingerprint: gate.fingerprint, ...answer }],
    updateId: `${answer.decision}/${gate.name}/${gate.hop}/${gate.round}/${gate.fingerprint}/${gate.openedAt}/${answer.by}`,
  });

export const commandMigration = (
  handle: MigrationHandle,
  verb: Verb,
  by: string,
  comment?: string,
): Promise<CommandTaken> =>
  handle.executeUpdate(command, { args: [{ verb, by, ...(comment === undefined ? {} : { comment }) }] });

/** Every migration that fits a visibility query, newest first. */
export const listMigrations = async (client: Client, query: string): Promise<MigrationHandle[]> => {
  const handles: MigrationHandle[] = [];
  for await (const found of client.workflow.list({ query: `WorkflowType = 'migration' AND ${query}` })) {
    handles.push(client.workflow.getHandle<typeof migration>(found.workflowId));
  }
  return handles;
};

/** The migration of a VM by its display name or its id; refuses a name that several bear. */
export const findMigration = async (client: Client, name: string): Promise<MigrationHandle> => {
  const fits: { handle: MigrationHandle; seen: MigrationView }[] = [];
  for (const handle of await listMigrations(client, `ExecutionStatus = 'Running'`)) {
    const seen = await viewMigration(handle);
    if (seen.vm.id === name || seen.vm.name === name) fits.push({ handle, seen });
  }
  const only = fits[0];
  if (!only) throw new Error(`No running migration of ${name}. \`tranship status\` lists them.`);
  if (fits.length > 1)
    throw new Error(
      `${name} is the name of several VMs: ${fits.map(({ seen }) => seen.vm.id).join(', ')}. Use the id.`,
    );
  return only.handle;
};
