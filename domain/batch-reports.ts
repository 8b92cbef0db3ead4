import {
  amend,
  type BatchState,
  ended,
  lost,
  type Member,
  type MemberGate,
  noted,
  refusedOf,
  started,
} from './batch.ts';
import { isInstant } from './instant.ts';
import { ENDS, type Phase } from './phase.ts';
import { isName } from './said.ts';
import { typed } from './typed.ts';

/** What a member tells its batch. */
export type MemberReport =
  | { readonly member: string; readonly told: 'atGate'; readonly gate: MemberGate }
  | { readonly member: string; readonly told: 'landed' | 'wentBack'; readonly hop: number }
  | { readonly member: string; readonly told: 'hasRoom' }
  /** It keeps syncing in front of its gate until a person says resume. */
  | { readonly member: string; readonly told: 'held'; readonly hop: number; readonly why: string }
  /** What its batch asked of it and it does not do. */
  | {
      readonly member: string;
      readonly told: 'refused';
      readonly verb: string;
      readonly why: string;
      readonly at: number;
    }
  /** `deferredTo`: the batch it shall move in instead. */
  | { readonly member: string; readonly told: 'ended'; readonly phase: Phase; readonly deferredTo?: string };

/** What a running migration says of the batch it is of; null where it is of none. `openedAt` is of the gate it waits at now. */
export interface Membership {
  readonly batch: string | null;
  readonly told: MemberReport | null;
  readonly openedAt: number | null;
}

/** It runs for this batch already and reported to a run of it that is gone: it is taken up where it stands. */
export const takenUp = (state: BatchState, id: string, { told, openedAt }: Membership): BatchState => {
  const next = started(state, id);
  if (told?.told !== 'atGate') return told ? hear(next, told) : next;
  const { gate } = told;
  const waits = gate.openedAt === openedAt;
  const through = waits ? gate.hop - 1 : gate.hop;
  return amend(next, id, { hasRoom: true, gate: waits ? gate : null, through, landed: gate.hop - 1 });
};

const isHop = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

const isMemberGate = (value: unknown): value is MemberGate => {
  const { name, hop, round, fingerprint, openedAt } = (value ?? {}) as Partial<MemberGate>;
  const isNumbered = Number.isSafeInteger(round) && isInstant(openedAt);
  return name === 'cutover' && isHop(hop) && isNumbered && isName(fingerprint);
};

const gateOf = ({ name, hop, round, fingerprint, openedAt }: MemberGate): MemberGate => ({
  ...{ name, hop, round, fingerprint, openedAt },
});

/** Its gate was decided on already, as it stood: it only tells the same again, for the first answer was lost. */
const isAnswered = (state: BatchState, { id, gate }: Member, told: MemberGate): boolean =>
  gate === null &&
  state.decisions.some((each) => each.members.some((one) => one.id === id && one.gate.openedAt === told.openedAt));

const atGate = (state: BatchState, member: Member, gate: MemberGate): BatchState =>
  !isMemberGate(gate) || isAnswered(state, member, gate)
    ? state
    : amend(state, member.id, {
        ...{ status: 'running', hasRoom: true, gate: gateOf(gate), held: null },
        ...{ through: gate.hop - 1, landed: gate.hop - 1 },
      });

/** Takes a report; one of a VM that is not of this batch says nothing. It may come twice, or be anything that a person typed. */
export const hear = (state: BatchState, report: MemberReport): BatchState => {
  const member = state.members.find(({ id }) => id === report?.member);
  if (!member) return state;
  switch (report.told) {
    case 'hasRoom':
      return amend(state, member.id, { hasRoom: true });
    case 'atGate':
      return atGate(state, member, report.gate);
    case 'landed':
      return isHop(report.hop) && report.hop > member.landed
        ? amend(state, member.id, { hasRoom: true, gate: null, through: report.hop, landed: report.hop })
        : state;
    case 'wentBack':
      return isHop(report.hop)
        ? amend(state, member.id, { gate: null, held: null, through: report.hop - 1, landed: report.hop - 1 })
        : state;
    case 'held':
      return isHop(report.hop)
        ? amend(state, member.id, {
            ...{ hasRoom: true, gate: null, held: typed(report.why) },
            ...{ through: report.hop - 1, landed: report.hop - 1 },
          })
        : state;
    case 'refused':
      return refusedOf(
        state,
        `${typed(report.verb)} of ${member.vm.name}`,
        typed(report.why),
        isInstant(report.at) ? report.at : 0,
      );
    case 'ended': {
      const next = ended(state, member.id, ENDS.includes(report.phase) ? report.phase : null);
      return report.deferredTo === undefined
        ? next
        : noted(next, member.id, `Deferred to ${typed(report.deferredTo)}: move its row of the plan there.`);
    }
    default:
      return state;
  }
};

/** What a look at a member's migration itself says. `phase` is null where nothing tells. */
export interface MemberSeen {
  readonly id: string;
  readonly run: 'running' | 'completed' | 'gone';
  readonly phase: Phase | null;
}

/** Puts right what no report told: an end, or a migration that is gone. */
export const reconcile = (state: BatchState, seen: readonly MemberSeen[]): BatchState =>
  seen.reduce((next, { id, run, phase }) => {
    const member = next.members.find((m) => m.id === id);
    if (!member || member.status === 'refused' || member.status === 'ended') return next;
    // One that never began here shows how an earlier life of it ended.
    if (run === 'completed' && member.status === 'planned') return next;
    if (run === 'completed') return ended(next, id, phase !== null && ENDS.includes(phase) ? phase : null);
    if (run === 'gone' && member.status !== 'planned')
      return lost(next, id, 'Its migration is gone without an end; start the batch again to take it up.');
    return run === 'running' && member.status === 'lost' ? amend(next, id, { status: 'running', note: null }) : next;
  }, state);
