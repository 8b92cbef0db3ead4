import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideGate, type MigrationHandle, viewMigration } from '../../client/operations.ts';
import type { OpenGate } from '../../domain/gate.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import { decideSignal, type MigrationView } from '../../workflows/messages.ts';

export interface Operator {
  readonly name: string;
  /** Folder of the lab's state; decisions are noted there for the oracle. */
  readonly labState: string;
}

/** A decision as the oracle reads it. */
export interface NotedDecision {
  /** ISO 8601. */
  readonly at: string;
  /** The VM's id at its source. */
  readonly vm: string;
  readonly hop: number;
  readonly gate: GateName;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly lossFrom?: string;
}

export const noteDecision = (labState: string, noted: NotedDecision): void =>
  appendFileSync(join(labState, 'decisions.jsonl'), `${JSON.stringify(noted)}\n`);

export interface Answered {
  readonly decision?: NotedDecision['decision'];
  readonly channel?: 'update' | 'signal';
}

/** Answers a gate for what is shown, as a person would, and notes the decision where the oracle reads it. An approval by update unless said. */
export const answerGate = async (
  operator: Operator,
  handle: MigrationHandle,
  view: MigrationView,
  gate: OpenGate,
  { decision = 'approve', channel = 'update' }: Answered = {},
): Promise<void> => {
  const { lossFrom } = gate.evidence;
  noteDecision(operator.labState, {
    at: new Date().toISOString(),
    vm: view.vm.id,
    hop: gate.hop,
    gate: gate.name,
    decision,
    by: operator.name,
    ...(typeof lossFrom === 'string' ? { lossFrom } : {}),
  });
  if (channel === 'update') await decideGate(handle, gate, { decision, by: operator.name });
  else {
    const { name, hop, round, fingerprint } = gate;
    await handle.signal(decideSignal, { gate: name, hop, round, fingerprint, decision, by: operator.name });
  }
};

/** Queries fail while the server or the orchestrator is being killed; a watcher asks again. */
const look = async (handle: MigrationHandle): Promise<MigrationView | null> => viewMigration(handle).catch(() => null);

export interface Watch {
  readonly everyMs: number;
  readonly withinMs: number;
  /** Sees every reading; answers true to end the watch. */
  readonly see: (view: MigrationView) => Promise<boolean> | boolean;
}

/** Reads a migration again and again until what is waited for is seen. */
export const watch = async (handle: MigrationHandle, { everyMs, withinMs, see }: Watch): Promise<MigrationView> => {
  const deadline = Date.now() + withinMs;
  let last: MigrationView | null = null;
  for (;;) {
    const view = await look(handle);
    if (view) last = view;
    if (view && (await see(view))) return view;
    if (Date.now() > deadline)
      throw new Error(
        `${handle.workflowId}: not seen within ${withinMs / 1000} s; it is ${last?.phase}, ${last?.step}, ${last?.waitingFor}, ${last?.parked?.mishap.message ?? 'not parked'}`,
      );
    await new Promise((again) => setTimeout(again, everyMs));
  }
};
