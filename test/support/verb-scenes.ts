import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import type { Phase } from '../../domain/phase.ts';
import { AFTER_ROLLBACK } from '../../domain/rollback.ts';
import type { MigrationView } from '../../workflows/messages.ts';

/** A place in a journey where people may say something: how to get there, and how to know. */
export interface Scene {
  readonly name: string;
  readonly phase: Phase;
  /** Gates that are approved on the way. */
  readonly opens: readonly GateName[];
  /** Said when the gates are open. */
  readonly says?: 'rollBack' | 'eject';
  /** What goes wrong or takes its time, by the call as the scripted products hear it. */
  readonly meets?: Readonly<Record<string, () => unknown>>;
  /** The window of hop 1, in ms from the start. */
  readonly window?: { readonly opensIn: number; readonly abortsIn: number };
  readonly holdMs?: number;
  /** Another try begins the next hop, and does not park again. */
  readonly movesOn?: true;
  readonly programme?: 'full' | 'no-records';
  readonly isThere: (now: MigrationView) => boolean;
}

let polls = 0;
/** It goes on, so that nobody takes it for stalled. */
const busy = () => {
  polls += 1;
  return notFinished(`${polls} blocks`);
};
const fails = () => {
  throw mishap.vendor('no');
};
const guestHangs = () => {
  throw mishap.guestRefused('it does not shut down');
};

const HOP_1: readonly GateName[] = ['cutover'];
const ON_STAGING: readonly GateName[] = ['cutover', 'go'];
const HOP_2: readonly GateName[] = [...ON_STAGING, 'cutover'];
const ACCEPTED: readonly GateName[] = [...HOP_2, 'signOff'];

const at =
  (phase: Phase, step: string | null, hop = 1) =>
  (now: MigrationView): boolean =>
    now.phase === phase && now.hop === hop && now.parked === null && (step === null || now.step === step);
const atGate =
  (name: GateName, hop: number) =>
  (now: MigrationView): boolean =>
    now.gate?.name === name && now.gate.hop === hop;
const parkedAt =
  (step: string) =>
  (now: MigrationView): boolean =>
    now.parked?.step === step;

const scene = (
  name: string,
  phase: Phase,
  opens: readonly GateName[],
  more: Omit<Scene, 'name' | 'phase' | 'opens'>,
): Scene => ({
  name,
  phase,
  opens,
  ...more,
});

/** Every phase that a journey stands in for longer than a moment, and its main steps parked. */
export const SCENES: readonly Scene[] = [
  scene('checking', 'Checking', [], { meets: { 'veeam preflight': busy }, isThere: at('Checking', 'preflight') }),
  scene('queued', 'Queued', [], { programme: 'full', isThere: at('Queued', null) }),
  scene('seeding', 'Seeding', [], { meets: { 'veeam synchronise 0': busy }, isThere: at('Seeding', 'synchronise') }),
  scene('at its gate', 'AwaitingCutover', [], { isThere: atGate('cutover', 1) }),
  scene('before its window', 'AwaitingCutover', HOP_1, {
    window: { opensIn: 3_600_000, abortsIn: 7_200_000 },
    isThere: (now) => now.waitingFor?.startsWith('the window') === true,
  }),
  scene('cutting over', 'CuttingOver', HOP_1, {
    meets: { 'veeam cutOver': busy },
    isThere: at('CuttingOver', 'cut over'),
  }),
  scene('validating', 'Validating', HOP_1, { meets: { 'guest-s check': busy }, isThere: at('Validating', 'validate') }),
  scene('at go', 'AwaitingGo', HOP_1, { isThere: atGate('go', 1) }),
  scene('on staging', 'OnStaging', ON_STAGING, {
    meets: { 'guest-s prepare': busy },
    isThere: at('OnStaging', 'prepare'),
  }),
  scene('seeding hop 2', 'Seeding', ON_STAGING, {
    meets: { 'azure-migrate synchronise 0': busy },
    isThere: at('Seeding', 'synchronise', 2),
  }),
  scene('at the gate of hop 2', 'AwaitingCutover', ON_STAGING, { isThere: atGate('cutover', 2) }),
  scene('cutting over hop 2', 'CuttingOver', HOP_2, {
    meets: { 'azure-migrate cutOver': busy },
    isThere: at('CuttingOver', 'cut over', 2),
  }),
  scene('validating hop 2', 'Validating', HOP_2, {
    meets: { 'guest-l check': busy },
    isThere: at('Validating', 'validate', 2),
  }),
  scene('at sign-off', 'AwaitingSignOff', HOP_2, { isThere: atGate('signOff', 2) }),
  scene('committing', 'Committing', ACCEPTED, {
    meets: { 'azure-migrate commit': busy },
    isThere: at('Committing', 'commit', 2),
  }),
  scene('in its hold', 'Holding', ACCEPTED, {
    holdMs: 8_000,
    isThere: at('Holding', null, 2),
  }),
  scene('before the end', 'AwaitingDecommission', ACCEPTED, { isThere: atGate('decommission', 1) }),
  scene('rolling back', 'RollingBack', HOP_1, {
    meets: { 'veeam settle': busy },
    says: 'rollBack',
    isThere: at('RollingBack', 'settle'),
  }),
  scene('ended ejected', 'Ejected', [], { programme: 'no-records', says: 'eject', isThere: parkedAt('record') }),
  scene('ended rolled back', 'RolledBack', [], {
    programme: 'no-records',
    says: 'rollBack',
    isThere: parkedAt('record'),
  }),
  scene('ended decommissioned', 'Decommissioned', [...ACCEPTED, 'decommission'], {
    programme: 'no-records',
    isThere: parkedAt('record'),
  }),
  scene('parked at preflight', 'Checking', [], { meets: { 'veeam preflight': fails }, isThere: parkedAt('preflight') }),
  scene('parked at protect', 'Seeding', [], { meets: { 'veeam protect': fails }, isThere: parkedAt('protect') }),
  scene('parked past its deadline', 'AwaitingCutover', HOP_1, {
    window: { opensIn: -7_200_000, abortsIn: -3_600_000 },
    isThere: parkedAt('window'),
  }),
  scene('parked at the last preflight', 'AwaitingCutover', HOP_1, {
    meets: { 'veeam lag': fails },
    isThere: parkedAt('last preflight'),
  }),
  scene('parked at a guest that hangs', 'CuttingOver', HOP_1, {
    meets: { 'ahv shutDown': guestHangs },
    isThere: parkedAt('shut down'),
  }),
  scene('parked at validate', 'Validating', HOP_1, {
    meets: { 'guest-s check': fails },
    isThere: parkedAt('validate'),
  }),
  scene('parked in a switch', 'CuttingOver', HOP_2, {
    meets: { 'azure-migrate cutOver': fails },
    isThere: parkedAt('cut over'),
  }),
  scene('parked in a rollback', 'RollingBack', HOP_1, {
    meets: { 'veeam settle': fails },
    says: 'rollBack',
    isThere: parkedAt('settle'),
  }),
  scene('parked after a rollback', 'OnStaging', ON_STAGING, {
    movesOn: true,
    says: 'rollBack',
    isThere: parkedAt(AFTER_ROLLBACK),
  }),
  scene('parked at its deletion', 'AwaitingDecommission', [...ACCEPTED, 'decommission'], {
    meets: { 'ahv remove': fails },
    isThere: parkedAt('decommission'),
  }),
];

/** No journey stands in one of these: `Planned` lasts no task, the others are kept for movers to come. */
export const NOT_STOOD_IN: readonly Phase[] = ['Planned', 'Syncing', 'Rehearsing', 'Cancelled'];
