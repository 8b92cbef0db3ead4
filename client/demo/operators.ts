import type { GroupGate } from '../../domain/group-gate.ts';
import type { TrialEstate } from '../../tools/estate/estate.ts';
import { answerGate, noteDecision } from '../../tools/estate/operator.ts';
import { type BatchView, decideGroupSignal } from '../../workflows/batch-messages.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { answerGroup, type BatchHandle } from '../batches.ts';
import { commandMigration, type MigrationHandle } from '../operations.ts';

/** One VM of the demo: its migration, and a name no other VM has. */
export interface Traveller {
  readonly label: string;
  readonly handle: MigrationHandle;
}

export interface Operators {
  /** Opens the cut-over of groups that are complete. */
  readonly attendGroups: (batch: BatchHandle, view: BatchView) => Promise<void>;
  /** Looks at one VM and answers what waits for a person. */
  readonly attend: (traveller: Traveller, view: MigrationView) => Promise<void>;
  /** How often a person was asked about something that had failed. */
  readonly parks: () => number;
}

export interface Crew {
  readonly trial: TrialEstate;
  readonly say: (line: string) => void;
}

const OPERATOR = 'operator';

/** What a person would ask of a step that failed: what it offers, or to try again where it offers nothing better. */
const answerTo = ({ parked, legal }: MigrationView): 'forceOff' | 'repair' | 'retry' => {
  if (legal.includes('forceOff')) return 'forceOff';
  return parked?.mishap.class === 'Stalled' && legal.includes('repair') ? 'repair' : 'retry';
};

/** Tries of one step; after these it is for somebody who can look. */
const PATIENCE = 3;

/** The people of the demo. Each decision is an update or a signal of the product; the oracle is told of it beforehand. */
export const operators = ({ trial, say }: Crew): Operators => {
  const said = new Set<string>();
  const tries = new Map<string, number>();
  let parks = 0;

  /** Says it once. What a server that is away did not take is said again at the next look. */
  const once = async (what: string, act: () => Promise<void>): Promise<void> => {
    if (said.has(what)) return;
    said.add(what);
    await act().catch((error: unknown) => {
      said.delete(what);
      say(`  … not taken, said again: ${error instanceof Error ? error.message : String(error)}`);
    });
  };

  const openGroup = (batch: BatchHandle, gate: GroupGate): Promise<void> =>
    once(`${gate.group} ${gate.hop} ${gate.fingerprint}`, async () => {
      const { group, hop, fingerprint, waiting, after } = gate;
      const at = new Date().toISOString();
      for (const { vm } of waiting)
        noteDecision(trial.labState, { at, vm: vm.id, hop, gate: 'cutover', decision: 'approve', by: OPERATOR });
      const channel = hop === 1 ? 'update' : 'signal';
      if (channel === 'update') await answerGroup(batch, gate, { decision: 'approve', by: OPERATOR });
      else await batch.signal(decideGroupSignal, { group, hop, fingerprint, decision: 'approve', by: OPERATOR });
      const turn = after.length > 0 ? `, after ${after.length} VMs of groups before it` : '';
      say(
        `✓ ${OPERATOR} opens the cut-over of ${group}, hop ${hop}, ${waiting.length} VMs, seen as ${fingerprint} (${channel})${turn}`,
      );
    });

  const openGate = async ({ label, handle }: Traveller, view: MigrationView): Promise<void> => {
    const { gate } = view;
    // A group decides on its cut-overs together.
    if (!gate || gate.name === 'cutover') return;
    await once(`${handle.workflowId} ${gate.name} ${gate.hop} ${gate.openedAt}`, async () => {
      const channel = gate.name === 'go' ? 'signal' : 'update';
      await answerGate({ name: OPERATOR, labState: trial.labState }, handle, view, gate, { channel });
      say(`✓ ${label}: ${OPERATOR} opens ${gate.name}, hop ${gate.hop}, seen as ${gate.fingerprint} (${channel})`);
    });
  };

  const answerPark = async ({ label, handle }: Traveller, view: MigrationView): Promise<void> => {
    const { parked } = view;
    if (!parked) return;
    const step = `${label}, hop ${parked.hop}: ${parked.step}`;
    const what = `${step} ${parked.since}`;
    if (said.has(what)) return;
    if ((tries.get(step) ?? 0) >= PATIENCE) throw new Error(`${step} stays parked: ${parked.mishap.message}`);
    await once(what, async () => {
      const verb = answerTo(view);
      say(`✗ ${step}: ${parked.mishap.class}: ${parked.mishap.message}`);
      say(`    ${parked.mishap.fix}`);
      await commandMigration(handle, verb, OPERATOR, { step: parked.step });
      parks += 1;
      tries.set(step, (tries.get(step) ?? 0) + 1);
      say(`✓ ${label}: ${OPERATOR} says ${verb}`);
    });
  };

  return {
    parks: () => parks,
    attendGroups: async (batch, { gates }) => {
      for (const gate of gates.filter(({ missing }) => missing.length === 0)) await openGroup(batch, gate);
    },
    attend: async (traveller, view) => {
      await openGate(traveller, view);
      await answerPark(traveller, view);
    },
  };
};
