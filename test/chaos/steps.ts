import type { ProcessName } from '../../tools/estate/estate.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { LabEvent } from './lab-hand.ts';

/** One step of a cut-over as the migration names it, and how to be there when it happens. */
export interface CutOverStep {
  readonly hop: 1 | 2;
  readonly name: string;
  /** The gate right before it. */
  readonly gate?: 'cutover' | 'signOff';
  /** What the migration's view says, where it names the VM. */
  readonly shown?: RegExp;
  /** Activities that are open while the step lasts: `verb product`. */
  readonly verbs: readonly string[];
  /** Agents that work in it. */
  readonly agents: readonly ProcessName[];
  /** Where the lab can be made slow so that the step lasts: before the effect, on ARM after it. */
  readonly hold?: string;
  /** Fields of the first event in the lab's log that shows its effect. */
  readonly effect?: Readonly<Record<string, string>>;
}

const observed = (before: string): RegExp => new RegExp(`^observe .* off before ${before}$`);

/** From the stop of service to the deletion of the staged copy, in the order of the journey. */
export const STEPS: readonly CutOverStep[] = [
  {
    hop: 1,
    name: 'shut down',
    gate: 'cutover',
    verbs: ['shutDown ahv'],
    agents: ['agent-source'],
    hold: 'prism.guest-shutdown',
    effect: { kind: 'call', product: 'prism', verb: 'guest-shutdown' },
  },
  {
    hop: 1,
    name: 'isolate',
    verbs: ['isolate ahv', 'markFinal veeam'],
    agents: ['agent-source', 'agent-veeam'],
    hold: 'prism.update-nic',
    effect: { kind: 'call', product: 'prism', verb: 'update-vm' },
  },
  {
    hop: 1,
    name: 'final synchronise',
    verbs: ['synchronise veeam'],
    agents: ['agent-veeam'],
    hold: 'veeam.REST POST jobs/{id}/start',
    effect: { kind: 'run.started', runKind: 'increment' },
  },
  {
    hop: 1,
    name: 'cut over',
    verbs: ['cutOver veeam'],
    agents: ['agent-veeam'],
    hold: 'veeam.Start-VBRHvInstantRecovery',
    effect: { kind: 'mount.started' },
  },
  {
    hop: 1,
    name: 'reshape',
    verbs: ['reshape hyper-v'],
    agents: ['agent-staging'],
    hold: 'hyper-v.Set-VM',
    effect: { kind: 'call', product: 'hyper-v', verb: 'Set-VM' },
  },
  {
    hop: 1,
    name: 'observe off before power on',
    shown: observed('power on'),
    verbs: ['describe ahv'],
    agents: ['agent-source'],
    hold: 'prism.get-vm',
  },
  {
    hop: 1,
    name: 'power on',
    verbs: ['powerOn hyper-v'],
    agents: ['agent-staging'],
    hold: 'hyper-v.Start-VM',
    effect: { kind: 'call', product: 'hyper-v', verb: 'Start-VM' },
  },
  { hop: 1, name: 'readdress', verbs: ['readdress guest'], agents: ['agent-staging'] },
  {
    hop: 1,
    name: 'commit',
    verbs: ['commit veeam'],
    agents: ['agent-veeam'],
    hold: 'veeam.Start-VBRHvInstantRecoveryMigration',
    effect: { kind: 'mount.migrating' },
  },
  {
    hop: 1,
    name: 'observe off before connect',
    shown: observed('connect'),
    verbs: ['describe ahv'],
    agents: ['agent-source'],
    hold: 'prism.get-vm',
  },
  {
    hop: 1,
    name: 'connect',
    verbs: ['connect hyper-v'],
    agents: ['agent-staging'],
    hold: 'hyper-v.Connect-VMNetworkAdapter',
    effect: { kind: 'call', product: 'hyper-v', verb: 'Connect-VMNetworkAdapter' },
  },
  {
    hop: 1,
    name: 'validate',
    verbs: ['health hyper-v', 'check guest', 'describe ahv'],
    agents: ['agent-staging', 'agent-source'],
    hold: 'prism.get-vm',
  },
  {
    hop: 2,
    name: 'last preflight',
    gate: 'cutover',
    verbs: ['isolate hyper-v', 'lag azure-migrate'],
    agents: ['agent-staging', 'agent-azure'],
    hold: 'hyper-v.Set-VM',
  },
  {
    hop: 2,
    name: 'cut over',
    verbs: ['cutOver azure-migrate'],
    agents: ['agent-azure'],
    hold: 'arm.POST plannedFailover',
    effect: { kind: 'vm.power', platform: 'hyper-v', to: 'off' },
  },
  {
    hop: 2,
    name: 'fence and adopt',
    verbs: ['isolate hyper-v', 'reshape azure-local'],
    agents: ['agent-staging', 'agent-azure'],
    hold: 'hyper-v.Disconnect-VMNetworkAdapter',
    effect: { kind: 'call', product: 'hyper-v', verb: 'Disconnect-VMNetworkAdapter' },
  },
  {
    hop: 2,
    name: 'validate',
    verbs: ['health azure-local', 'check guest', 'describe ahv'],
    agents: ['agent-azure', 'agent-source'],
    hold: 'prism.get-vm',
  },
  {
    hop: 2,
    name: 'commit',
    gate: 'signOff',
    verbs: ['commit azure-migrate'],
    agents: ['agent-azure'],
    hold: 'arm.DELETE protectedItems',
    effect: { kind: 'call', product: 'arm', verb: 'DELETE protectedItems' },
  },
  {
    hop: 2,
    name: 'delete staged',
    verbs: ['remove hyper-v', 'retire veeam', 'tidy guest'],
    agents: ['agent-staging', 'agent-veeam', 'agent-azure'],
    hold: 'hyper-v.Remove-VM',
    effect: { kind: 'call', product: 'veeam', verb: 'Remove-VBRBackup' },
  },
];

export const labelOf = ({ hop, name }: CutOverStep): string => `${hop} ${name}`;

/** A step by its label, `2 cut over`; a name without a hop means it in every hop that has it. */
export const stepsNamed = (asked: string): readonly CutOverStep[] => {
  const found = STEPS.filter((step) => [step.name, labelOf(step)].includes(asked.trim()));
  if (found.length === 0) throw new Error(`there is no step ${asked}; there are ${STEPS.map(labelOf).join(', ')}`);
  return found;
};

/** Where a migration is, and which step may be prepared for now: the one after it, or the one behind the open gate. */
export const nearTo = (view: MigrationView): { readonly at?: CutOverStep; readonly next?: CutOverStep } => {
  const { gate } = view;
  if (gate) {
    const next = STEPS.find((step) => step.gate === gate.name && step.hop === gate.hop);
    return next ? { next } : {};
  }
  const index = STEPS.findIndex(
    ({ hop, name, shown }) => hop === view.hop && (shown ? shown.test(view.step ?? '') : name === view.step),
  );
  const [at, next] = [STEPS[index], STEPS[index + 1]];
  return { ...(at && { at }), ...(at && next && !next.gate && { next }) };
};

export const shows = ({ effect }: CutOverStep, event: LabEvent): boolean =>
  effect !== undefined && Object.entries(effect).every(([field, value]) => event[field] === value);
