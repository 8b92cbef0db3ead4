import type { NicAddress } from '../../../domain/landing.ts';
import type { Scenario, VmScenario } from '../../../lab/estate/scenario.ts';
import type { Fault } from '../../../lab/estate/types.ts';
import { DNS_VERBS } from './calls.ts';
import type { GateWish } from './plan.ts';
import { inTurn, type Roll, rollOf, seedFrom } from './roll.ts';

/** What gates ask beyond one approval. */
export interface GatesMix {
  readonly quorum: 1 | 2;
  readonly comment: boolean;
  /** Milliseconds; null where the plan says nothing. */
  readonly remindMs: number | null;
  readonly expireMs: number | null;
  /** The second operator is no approver and votes by a right that was lent. */
  readonly lent: boolean;
  /** There nobody decides until the plan has reminded, or the gate has expired. */
  readonly dawdleAt: readonly GateWish[];
}

/** What the receiver does with the nth request it gets. `dropAfter`: it has its effect, and the answer is lost. */
export interface Trip {
  readonly nth: number;
  readonly how: 'error' | 'dropAfter' | 'dropBefore' | 'refuse';
}

export interface HttpMix {
  readonly at: 'before cutOver' | 'after cutOver' | 'after connect' | 'before go' | 'after protect';
  readonly hop: 1 | 2 | 'every';
  readonly scope: 'vm' | 'group';
  readonly trips: readonly Trip[];
}

/** By VM: a name that follows the first adapter. */
export interface DnsMix {
  readonly vms: readonly string[];
  /** Lowers the time to live first and gives it back at the end. */
  readonly ttl: boolean;
}

type StaticAddress = Exclude<NicAddress, string>;

/** What somebody does to one VM when it has come to a gate, before the gate is opened. */
export type Errand = GateWish & { readonly id: string } & (
    | { readonly does: 'window'; readonly opensInMs: number }
    | { readonly does: 'address'; readonly nic: number; readonly address: StaticAddress }
    | { readonly does: 'pause' | 'keepSyncing'; readonly forMs: number }
    | { readonly does: 'remove' }
  );

/** What somebody does to the whole batch, so long after its start. */
export type BatchErrand =
  | { readonly does: 'batchWindow'; readonly afterMs: number }
  | { readonly does: 'batchStop'; readonly afterMs: number; readonly forMs: number; readonly members: boolean };

/** Gates that ask more, hooks, and edits under way: drawn by themselves, so that scenario, faults and kills of a seed stay what they are. */
export interface MixPlan {
  readonly gates: GatesMix | null;
  readonly http: HttpMix | null;
  readonly dns: DnsMix | null;
  readonly errands: readonly Errand[];
  readonly batchErrands: readonly BatchErrand[];
  /** Of what only the mix calls, and of what is called seldom. */
  readonly faults: readonly Fault[];
}

/** Of a seed that is run without. */
export const NOTHING_MIXED: MixPlan = { gates: null, http: null, dns: null, errands: [], batchErrands: [], faults: [] };

export interface MixWish {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly asBatch: boolean;
  readonly faults: boolean;
  /** VMs that the operator turns round at a gate: few errands are left to them. */
  readonly turning: readonly string[];
}

type Anchor = Omit<GateWish, 'vm'>;

const CUTOVERS: readonly Anchor[] = [
  { gate: 'cutover', hop: 1 },
  { gate: 'cutover', hop: 2 },
];
const LANDINGS: readonly Anchor[] = [
  { gate: 'go', hop: 1 },
  { gate: 'signOff', hop: 2 },
];
const ANCHORS: readonly Anchor[] = [...CUTOVERS, ...LANDINGS];

/** Hosts above those that scenarios give away. */
const SPARE_HOSTS = 100;
const MOST_HOST = 250;

const laterLast = (vms: readonly VmScenario[], later: readonly string[], roll: Roll): readonly VmScenario[] =>
  roll.shuffled(vms).toSorted((a, b) => Number(later.includes(a.uuid)) - Number(later.includes(b.uuid)));

const gatesOf = ({ scenario: { vms }, turning }: MixWish, roll: Roll): GatesMix => {
  const expireMs = roll.chance(0.6) ? roll.between(9, 14) * 1_000 : null;
  const quorum = roll.chance(0.7) ? 2 : 1;
  const remindMs = roll.chance(0.7) ? roll.between(1, 3) * 1_000 : null;
  const some = laterLast(vms, turning, roll).slice(0, 2);
  return {
    quorum,
    comment: roll.chance(0.5),
    remindMs,
    expireMs,
    lent: roll.chance(0.5),
    dawdleAt: some.map(({ uuid: vm }) => ({ vm, ...roll.among(ANCHORS) })),
  };
};

const TRIPS: readonly Trip['how'][] = ['error', 'dropAfter', 'dropBefore', 'refuse'];

const httpOf = (seed: number, asBatch: boolean, trips: boolean, roll: Roll): HttpMix => {
  const at = inTurn(['before cutOver', 'after cutOver', 'after connect', 'before go', 'after protect'] as const, seed);
  const hop = at === 'before go' ? (1 as const) : roll.among([1, 2, 'every'] as const);
  const scope = asBatch && roll.chance(0.4) ? 'group' : 'vm';
  const nths = roll.shuffled([1, 2, 3, 4, 5, 6, 7]).slice(0, roll.between(2, 3));
  return { at, hop, scope, trips: trips ? nths.map((nth, n) => ({ nth, how: inTurn(TRIPS, seed + n) })) : [] };
};

/** VMs whose first adapter has an address to tell: one that is off and keeps its own shows none. Hooks name VMs by their display names. */
const namedBy = (vms: readonly VmScenario[]): readonly VmScenario[] => {
  const shows = ({ power, expected, nics }: VmScenario): boolean =>
    nics.length > 0 && (power === 'on' || expected.target.nics[0]?.ip !== null);
  return vms.filter(({ name }) => vms.every((other) => other.name !== name || shows(other)));
};

const dnsOf = (vms: readonly VmScenario[], roll: Roll): DnsMix => ({
  vms: namedBy(vms).map(({ uuid }) => uuid),
  ttl: roll.chance(0.5),
});

const addressOf = ({ nics, expected }: VmScenario, roll: Roll): { nic: number; address: StaticAddress } | null => {
  const nic = roll.between(0, Math.max(0, nics.length - 1));
  const wanted = expected.target.nics[nic];
  const [a, b, c, host] = (wanted?.ip ?? nics[nic]?.ip ?? '').split('.');
  const next = Number(host) + SPARE_HOSTS;
  if (!wanted || !host || next > MOST_HOST) return null;
  const { prefix, gateway, dns } = wanted;
  return { nic, address: { ip: [a, b, c, next].join('.'), prefix, gateway, dns } };
};

const errandOf = (vm: VmScenario, does: Errand['does'], roll: Roll): Errand | null => {
  const at = (anchor: Anchor) => ({ id: `${does} of ${vm.expected.target.name}`, vm: vm.uuid, ...anchor });
  const first = CUTOVERS[0] as Anchor;
  switch (does) {
    case 'window':
      return { ...at(roll.among(CUTOVERS)), does, opensInMs: roll.among([-60_000, 3_000, 6_000]) };
    case 'address': {
      const address = vm.power === 'on' ? addressOf(vm, roll) : null;
      const anchor = roll.among([...CUTOVERS, LANDINGS[0] as Anchor]);
      return address && { ...at(anchor), does, ...address };
    }
    case 'pause':
      return { ...at(roll.among(ANCHORS)), does, forMs: roll.between(1, 5) * 1_000 };
    case 'keepSyncing':
      return { ...at(roll.among(CUTOVERS)), does, forMs: roll.between(1, 5) * 1_000 };
    case 'remove':
      return { ...at(first), does };
  }
};

const errandsOf = ({ seed, scenario: { vms }, asBatch, turning }: MixWish, roll: Roll): readonly Errand[] => {
  const kinds: readonly Errand['does'][] = ['address', 'pause', 'keepSyncing', 'window'];
  const some = laterLast(vms, turning, roll).slice(0, Math.ceil(vms.length / 2));
  // Of a batch one VM is taken out; a window is the batch's own there.
  const isOut = asBatch && vms.length > 2 && roll.chance(0.5);
  return some.flatMap((vm, n) => {
    const turn = inTurn(kinds, seed + n);
    const does = n === 0 && isOut ? 'remove' : asBatch && turn === 'window' ? 'address' : turn;
    return errandOf(vm, does, roll) ?? [];
  });
};

const batchErrandsOf = (roll: Roll): readonly BatchErrand[] => [
  ...(roll.chance(0.4) ? [{ does: 'batchWindow' as const, afterMs: roll.between(1, 12) * 1_000 }] : []),
  ...(roll.chance(0.4)
    ? [
        {
          does: 'batchStop' as const,
          afterMs: roll.between(2, 20) * 1_000,
          forMs: roll.between(2, 5) * 1_000,
          members: roll.chance(0.5),
        },
      ]
    : []),
];

const DNS_FAULTS: readonly Pick<Fault, 'kind' | 'point'>[] = DNS_VERBS.flatMap((verb) => [
  { kind: 'errorAfterEffect' as const, point: `dns.${verb}` },
  { kind: 'shellDies' as const, point: `powershell.dns01.${verb}` },
  { kind: 'refused' as const, point: `dns.${verb}` },
  { kind: 'shellDiesAfterEffect' as const, point: `powershell.dns01.${verb}` },
]);

const dnsFaultsOf = (seed: number, roll: Roll): readonly Fault[] =>
  [0, 1].map((n) => {
    const { kind, point } = inTurn(DNS_FAULTS, seed * 2 + n);
    const skip = roll.between(0, 2);
    return { id: `mix ${n + 1} ${kind} at ${point}`, kind, point, times: 1, detail: skip > 0 ? { skip } : {} };
  });

/** Calls that few seeds make, when a run never ends or an agent answers early: each is struck in whichever seed makes it. */
const SELDOM = ['veeam.REST POST jobs/{id}/stop', 'arm.PUT guestAgents'];
const SELDOM_FAULTS: readonly Pick<Fault, 'kind' | 'detail'>[] = [
  { kind: 'dropAnswer', detail: {} },
  { kind: 'errorAfterEffect', detail: {} },
  { kind: 'throttled', detail: { retryAfter: 1 } },
];

const seldomFaultsOf = (seed: number): readonly Fault[] =>
  SELDOM.map((point, n) => {
    const { kind, detail } = inTurn(SELDOM_FAULTS, seed + n);
    return { id: `seldom ${n + 1} ${kind} at ${point}`, kind, point, times: 1, detail };
  });

/** What a seed adds to an estate. The same wish gives the same mix. */
export const mixOf = (wish: MixWish): MixPlan => {
  const { seed, asBatch, faults } = wish;
  const { vms } = wish.scenario;
  const rollFor = (purpose: string): Roll => rollOf(seedFrom(seed, vms.length, 'mix', purpose));
  const has = rollFor('what');
  const [gates, http, dns] = [has.chance(0.65), has.chance(0.65), has.chance(0.55)];
  return {
    gates: gates ? gatesOf(wish, rollFor('gates')) : null,
    http: http ? httpOf(seed, asBatch, faults, rollFor('http')) : null,
    dns: dns ? dnsOf(vms, rollFor('dns')) : null,
    errands: errandsOf(wish, rollFor('errands')),
    batchErrands: asBatch ? batchErrandsOf(rollFor('batch')) : [],
    faults: faults ? [...(dns ? dnsFaultsOf(seed, rollFor('faults')) : []), ...seldomFaultsOf(seed)] : [],
  };
};
