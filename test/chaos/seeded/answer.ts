import type { OpenGate } from '../../../domain/gate.ts';
import type { Parked, Verb } from '../../../domain/verbs.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import type { ChaosPlan, OperatorPlan } from './plan.ts';
import { type Roll, rollOf, seedFrom } from './roll.ts';

/** What a person at the consoles sees of a VM beside what the migration says: incarnations that are on. */
export interface Sight {
  readonly on: readonly { readonly id: string; readonly platform: string; readonly isUp: boolean }[];
}

export type Answer =
  | { readonly do: 'approve' | 'reject'; readonly gate: OpenGate }
  | { readonly do: 'command'; readonly verb: Verb; readonly step?: string }
  /** By hand, past every product: off and left off, or off and on again. */
  | { readonly do: 'powerOff' | 'powerCycle'; readonly vm: string };

/** What the operator remembers of one VM. */
export interface Memory {
  readonly seed: number;
  /** Parks by hop and step. */
  readonly parks: Map<string, number>;
  readonly rejected: Set<string>;
  turnedBack: boolean;
}

export const newMemory = (seed: number): Memory => ({ seed, parks: new Map(), rejected: new Set(), turnedBack: false });

const keyOf = ({ name, hop }: Pick<OpenGate, 'name' | 'hop'>): string => `${name} ${hop}`;

const atGate = (view: MigrationView, gate: OpenGate, plan: OperatorPlan, memory: Memory): Answer => {
  const isHere = (wish: { vm: string; gate: string; hop: number }): boolean =>
    wish.vm === view.vm.id && wish.gate === gate.name && wish.hop === gate.hop;
  const back = plan.turnBackAt.find(isHere);
  if (back && !memory.turnedBack && view.legal.includes(back.verb)) return { do: 'command', verb: back.verb };
  if (plan.rejectOnce.some(isHere) && !memory.rejected.has(keyOf(gate))) return { do: 'reject', gate };
  return { do: 'approve', gate };
};

/** Something runs that must be off: a person reads where, and looks. */
const intruder = (view: MigrationView, { message }: Parked['mishap'], { on }: Sight): string | null => {
  const successor = ['hyper-v', 'azure-local'][view.hop - 1];
  const named =
    /(ahv|hyper-v|azure-local)@/.exec(message)?.[1] ?? (message.includes(' is still on; ') ? successor : 'ahv');
  return on.find(({ platform }) => platform === named)?.id ?? null;
};

/** What is deleted at the end of a journey: the staged VM, then the source. */
const doomed = (view: MigrationView): string =>
  view.parked?.step === 'decommission' ? view.vm.id : (view.hops[0]?.successor?.id ?? '');

const atPark = (view: MigrationView, parked: Parked, plan: OperatorPlan, memory: Memory, sight: Sight): Answer => {
  const key = `${parked.hop} ${parked.step}`;
  const times = (memory.parks.get(key) ?? 0) + 1;
  const roll: Roll = rollOf(seedFrom(memory.seed, view.vm.id, key, times));
  const may = (verb: Verb): boolean => view.legal.includes(verb);
  const say = (verb: Verb): Answer => ({ do: 'command', verb, step: parked.step });
  // What has not moved for so long will hardly move for being asked again.
  const tired = times > (parked.mishap.class === 'Stalled' ? 1 : plan.patience);

  if (parked.step === 'after the rollback') return say(times > 1 || roll.chance(0.5) ? 'rollBack' : 'retry');
  if (tired && may('rollBack')) return say('rollBack');
  if (parked.mishap.class === 'GuestRefused' && may('forceOff')) return say(roll.chance(0.6) ? 'forceOff' : 'retry');
  // A staged VM or a source that is to be deleted, and that somebody powered on.
  const risen = /must be off for this/.test(parked.mishap.message) && sight.on.find(({ id }) => id === doomed(view));
  if (risen) return { do: 'powerOff', vm: risen.id };
  const stubborn = /Turn it off on the node/.test(parked.mishap.fix) && sight.on.at(-1);
  if (stubborn) return { do: 'powerOff', vm: stubborn.id };
  if (/after its final copy/.test(parked.mishap.message) && may('rollBack')) return say('rollBack');
  if (parked.mishap.class === 'Unsafe') {
    const runs = intruder(view, parked.mishap, sight);
    if (may('rollBack') && roll.chance(0.4)) return say('rollBack');
    if (runs) return { do: 'powerOff', vm: runs };
  }
  // What is skipped there is left over: a person sees to it that it goes.
  if (tired && may('skip') && /^validate/.test(parked.step)) return say('skip');
  const hung =
    /^(preflight|validate|readdress|inspect|prepare)/.test(parked.step) && sight.on.find(({ isUp }) => !isUp);
  if (times > 1 && hung) return { do: 'powerCycle', vm: hung.id };
  if (may('repair') && roll.chance(0.7)) return say('repair');
  if (may('rollBack') && roll.chance(0.12)) return say('rollBack');
  return say('retry');
};

/** What a sensible person would do now; null when nobody is waited for. Pure: the caller notes what was sent. */
export const answerTo = (
  view: MigrationView,
  { operator, asBatch }: Pick<ChaosPlan, 'operator' | 'asBatch'>,
  memory: Memory,
  sight: Sight,
): Answer | null => {
  const answer = view.gate && atGate(view, view.gate, operator, memory);
  // A cut-over of a batch has its gate at the group.
  if (answer && 'gate' in answer && answer.gate.name === 'cutover' && asBatch) return null;
  if (answer) return answer;
  return view.parked && view.legal.includes('retry') ? atPark(view, view.parked, operator, memory, sight) : null;
};

/** An answer has arrived: what it means for the next one. */
export const noteAnswer = (view: MigrationView, answer: Answer, memory: Memory): void => {
  if ('gate' in answer && answer.do === 'reject') memory.rejected.add(keyOf(answer.gate));
  if (answer.do === 'command' && (answer.verb === 'rollBack' || answer.verb === 'eject')) memory.turnedBack = true;
  if (answer.do !== 'command' || !view.parked) return;
  const key = `${view.parked.hop} ${view.parked.step}`;
  memory.parks.set(key, (memory.parks.get(key) ?? 0) + 1);
};
