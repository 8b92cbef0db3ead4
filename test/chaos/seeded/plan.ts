import type { GateName } from '../../../domain/gate-policy.ts';
import type { Scenario, VmScenario } from '../../../lab/estate/scenario.ts';
import type { Fault } from '../../../lab/estate/types.ts';
import { randomVms } from '../../../lab/scenarios/random.ts';
import { PROCESSES, type ProcessName } from '../../../tools/estate/estate.ts';
import { ARM, GUEST, HYPER_V, isRare, PRISM, VEEAM_REST, VEEAM_SHELL, verbAt } from './calls.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import { type MixPlan, mixOf } from './mix-plan.ts';
import { inTurn, type Roll, rollOf, seedFrom } from './roll.ts';

/** A `kill -9` and a start again: at the nth call of a verb, or of any, after this seed's run has begun. */
export interface PlannedKill {
  readonly process: ProcessName;
  /** `hyper-v Set-VM` as the lab's `call` events have it; null for any call. */
  readonly verb: string | null;
  readonly nth: number;
  /** From that call to the kill, and from the kill to the start, ms. */
  readonly delayMs: number;
  readonly pauseMs: number;
}

export interface GateWish {
  /** Uuid. */
  readonly vm: string;
  readonly gate: GateName;
  readonly hop: number;
}

/** What the operator does beyond opening gates and answering parks. */
export interface OperatorPlan {
  /** Turns round at a gate instead of opening it. */
  readonly turnBackAt: readonly (GateWish & { readonly verb: 'rollBack' | 'eject' })[];
  /** Rejects once before approving. */
  readonly rejectOnce: readonly GateWish[];
  /** Of a batch: turns a whole group round when its gate for that hop opens. */
  readonly turnGroupAt: { readonly group: string; readonly hop: number } | null;
  /** After so many parks at one step the VM is rolled back where that is legal. */
  readonly patience: number;
}

export interface ChaosPlan {
  readonly seed: number;
  /** The batch is started as one, with its groups behind one gate each; else every VM by itself. */
  readonly asBatch: boolean;
  readonly scenario: Scenario;
  readonly faults: readonly Fault[];
  readonly kills: readonly PlannedKill[];
  readonly operator: OperatorPlan;
  /** Absent where a seed is run without. */
  readonly mix?: MixPlan;
}

export interface PlanWish {
  readonly seed: number;
  readonly vms: number;
  /** None where a seed is looked into without them. */
  readonly kills?: boolean;
  readonly faults?: boolean;
  readonly mix?: boolean;
}

const SPEED = 90;

const weighed: readonly FaultKind[] = FAULT_KINDS.flatMap((kind) => Array<FaultKind>(kind.share ?? 1).fill(kind));

const subjectsOf = (kind: FaultKind, vms: readonly VmScenario[]): readonly VmScenario[] =>
  // One that is off from the beginning is powered on by no admin: it would serve where it never did.
  kind.kind === 'sourcePoweredOn' ? vms.filter((vm) => vm.power === 'on') : vms;

/** Kinds and places have their turn over the seeds: a seed begins where the one before it ended. */
const faultsOf = (seed: number, vms: readonly VmScenario[], roll: Roll): readonly Fault[] => {
  const count = Math.round(vms.length * 1.5) + 3;
  const order = rollOf(seedFrom('kinds')).shuffled(weighed);
  const faults = Array.from({ length: count }, (_, n): Fault | null => {
    const turn = seed * count + n;
    const kind = inTurn(order, turn);
    const round =
      Math.floor(turn / order.length) * (kind.share ?? 1) +
      order.slice(0, turn % order.length).filter((k) => k === kind).length;
    const {
      point,
      strikesVm,
      detail = {},
    } = inTurn(rollOf(seedFrom('places', kind.kind)).shuffled(kind.places), round);
    const subjects = subjectsOf(kind, vms);
    if (strikesVm && subjects.length === 0) return null;
    const maySkip = verbAt(point) !== null && !strikesVm && !isRare(point);
    return {
      id: `${n + 1} ${kind.kind} at ${point}`,
      kind: kind.kind,
      point,
      times: 1,
      detail: { ...detail, ...(maySkip && roll.chance(0.5) && { skip: roll.between(1, 2) }) },
      ...(strikesVm && { subject: roll.among(subjects).uuid }),
    };
  });
  return faults.filter((fault) => fault !== null);
};

const VERBS: readonly string[] = [...PRISM, ...VEEAM_REST, ...VEEAM_SHELL, ...HYPER_V, ...ARM, ...GUEST].flatMap(
  (point) => verbAt(point) ?? [],
);

const killsOf = (seed: number, count: number, roll: Roll): readonly PlannedKill[] => {
  const processes = rollOf(seedFrom('processes')).shuffled(PROCESSES);
  const verbs = rollOf(seedFrom('verbs')).shuffled(VERBS);
  return Array.from({ length: count }, (_, n) => ({
    process: inTurn(processes, seed * count + n),
    ...(n % 2 === 0
      ? { verb: inTurn(verbs, seed * Math.ceil(count / 2) + n / 2), nth: roll.between(1, 2) }
      : { verb: null, nth: roll.between(5, 90) }),
    delayMs: roll.chance(0.5) ? 0 : roll.between(10, 400),
    pauseMs: roll.chance(0.6) ? 0 : roll.between(200, 1_500),
  }));
};

const GATES: readonly Omit<GateWish, 'vm'>[] = [
  { gate: 'cutover', hop: 1 },
  { gate: 'go', hop: 1 },
  { gate: 'cutover', hop: 2 },
  { gate: 'signOff', hop: 2 },
];
const REJECTED: readonly Omit<GateWish, 'vm'>[] = [
  ...GATES,
  { gate: 'decommission', hop: 1 },
  { gate: 'rollBack', hop: 1 },
  { gate: 'rollBack', hop: 2 },
  { gate: 'discardStaged', hop: 1 },
  { gate: 'forceOff', hop: 1 },
];

const operatorOf = (vms: readonly VmScenario[], roll: Roll): OperatorPlan => ({
  turnGroupAt: roll.chance(0.3) ? { group: roll.among(vms).expected.group, hop: roll.between(1, 2) } : null,
  turnBackAt: vms.flatMap(({ uuid: vm }) => {
    if (!roll.chance(0.25)) return [];
    const gate = roll.among(GATES);
    const mayEject = gate.gate === 'cutover' && gate.hop === 1 && roll.chance(0.5);
    return [{ vm, ...gate, verb: mayEject ? ('eject' as const) : ('rollBack' as const) }];
  }),
  rejectOnce: vms.flatMap(({ uuid: vm }) => (roll.chance(0.35) ? [{ vm, ...roll.among(REJECTED) }] : [])),
  patience: roll.between(2, 3),
});

const turningIn = (vms: readonly VmScenario[], { turnBackAt, turnGroupAt }: OperatorPlan, asBatch: boolean) => [
  ...turnBackAt.map(({ vm }) => vm),
  ...vms.flatMap(({ uuid, expected }) => (asBatch && expected.group === turnGroupAt?.group ? [uuid] : [])),
];

/** What a seed does to an estate. The same seed and number of VMs give the same plan. */
export const planOf = ({ seed, vms: count, kills = true, faults = true, mix = true }: PlanWish): ChaosPlan => {
  const scenario = randomVms({ seed, count, speed: SPEED });
  const rollFor = (purpose: string): Roll => rollOf(seedFrom(seed, count, purpose));
  const asBatch = rollFor('batch').chance(0.5);
  const operator = operatorOf(scenario.vms, rollFor('operator'));
  return {
    seed,
    asBatch,
    scenario,
    faults: faults ? faultsOf(seed, scenario.vms, rollFor('faults')) : [],
    kills: kills ? killsOf(seed, 2 + Math.ceil(count / 6), rollFor('kills')) : [],
    operator,
    ...(mix && {
      mix: mixOf({ seed, scenario, asBatch, faults, turning: turningIn(scenario.vms, operator, asBatch) }),
    }),
  };
};

/** All that are armed: those of the mix strike what only the mix calls. */
export const allFaults = ({ faults, mix }: ChaosPlan): readonly Fault[] => [...faults, ...(mix?.faults ?? [])];
