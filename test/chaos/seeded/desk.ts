import {
  commandMigration,
  decideGate,
  delegateAt,
  type MigrationHandle,
  viewMigration,
} from '../../../client/operations.ts';
import type { OpenGate } from '../../../domain/gate.ts';
import { ENDS } from '../../../domain/phase.ts';
import type { TrialEstate } from '../../../tools/estate/estate.ts';
import { answerGate, noteDecision } from '../../../tools/estate/operator.ts';
import { decideSignal, type MigrationView } from '../../../workflows/messages.ts';
import type { LabHand } from '../lab-hand.ts';
import { pause, soon } from './again.ts';
import { type Answer, answerTo, newMemory, noteAnswer } from './answer.ts';
import { OPERATOR, OWNER, SECOND } from './desk-names.ts';
import type { ErrandDesk } from './errands.ts';
import type { ChaosPlan } from './plan.ts';
import type { Sights } from './sights.ts';
import type { CastVote, Poll, Voters } from './votes.ts';

/** Where a person was asked, and what they said. */
export interface Asked {
  readonly vm: string;
  readonly hop: number;
  readonly step: string;
  readonly mishap: string;
  readonly answer: string;
}

/** What the operator sits at. */
export interface Desk {
  readonly trial: TrialEstate;
  readonly lab: LabHand;
  readonly plan: ChaosPlan;
  readonly sights: Sights;
  readonly asked: Asked[];
  readonly voters: Voters;
  readonly errands: ErrandDesk;
  /** Pause between two looks at one VM, ms. */
  readonly lookMs: number;
}

const DAY_MS = 24 * 3_600_000;

/** The owner is away for a day. */
export const lendAt = ({ trial }: Desk, workflowId: string): Promise<unknown> =>
  delegateAt(trial.client, workflowId, { from: OWNER, to: SECOND, until: Date.now() + DAY_MS, by: OWNER }, 'lent');

const pollOf = (desk: Desk, handle: MigrationHandle, { vm }: MigrationView, gate: OpenGate): Poll => {
  const { trial } = desk;
  const { name, hop, round, fingerprint, openedAt, evidence } = gate;
  const { lossFrom } = evidence;
  const cast = ({ channel, ...words }: CastVote): Promise<unknown> => {
    const said = { ...words, decision: 'approve' as const };
    const asked = { gate: name, hop, round, fingerprint, ...said };
    return trial.client.withDeadline(
      Date.now() + VOTE_MS,
      async (): Promise<unknown> =>
        channel === 'update' ? decideGate(handle, gate, said) : handle.signal(decideSignal, asked),
    );
  };
  return {
    key: `${vm.id} ${name} ${hop} ${round}`,
    vms: [vm.id],
    ...{ gate: name, hop, openedAt, ballot: gate, cast },
    lend: () => lendAt(desk, handle.workflowId),
    note: () =>
      noteDecision(trial.labState, {
        ...{ at: new Date().toISOString(), vm: vm.id, hop, gate: name, decision: 'approve', by: OPERATOR },
        ...(typeof lossFrom === 'string' ? { lossFrom } : {}),
      }),
  };
};

/** What hangs on a process that may be dead is given up soon. */
export const VOTE_MS = 3_000;

/** Whom no answer helps at one step is not asked for ever. */
const MOST_PARKS = 12;

const toldOf = (answer: Answer): string => {
  if (answer.do === 'command') return answer.verb;
  return 'gate' in answer ? `${answer.do} ${answer.gate.name}` : `${answer.do} by hand`;
};

const send = async (desk: Desk, handle: MigrationHandle, view: MigrationView, answer: Answer): Promise<true> => {
  const { trial, lab } = desk;
  if (answer.do === 'approve') await desk.voters.vote(pollOf(desk, handle, view, answer.gate));
  else if ('gate' in answer) {
    const operator = { name: OPERATOR, labState: trial.labState };
    await answerGate(operator, handle, view, answer.gate, { decision: answer.do });
  } else if (answer.do === 'command')
    await commandMigration(handle, answer.verb, OPERATOR, { comment: 'the seed says so' });
  else {
    await lab.power(answer.vm, 'off');
    if (answer.do === 'powerCycle') await lab.power(answer.vm, 'on');
    await commandMigration(handle, 'retry', OPERATOR);
  }
  return true;
};

/** Each vote has its own patience. */
const give = (desk: Desk, handle: MigrationHandle, view: MigrationView, answer: Answer): Promise<true | null> =>
  answer.do === 'approve' ? send(desk, handle, view, answer) : soon(desk.trial, () => send(desk, handle, view, answer));

const askedAs = ({ vm, parked }: MigrationView, answer: Answer): readonly Asked[] =>
  parked
    ? [
        {
          vm: vm.name,
          hop: parked.hop,
          step: parked.step,
          mishap: `${parked.mishap.class}: ${parked.mishap.message}`,
          answer: toldOf(answer),
        },
      ]
    : [];

const standing = (id: string, view: MigrationView | null): string =>
  view
    ? `${view.vm.name} came to no end: ${view.phase}, hop ${view.hop}, ${view.step}, waits for ${view.waitingFor}: ${view.parked?.mishap.message ?? 'not parked'}`
    : `${id} was never seen`;

/** Looks at one VM and answers it until it is at its end. Throws when that takes longer than until `deadline`. */
export const accompany = async (desk: Desk, handle: MigrationHandle, deadline: number): Promise<MigrationView> => {
  const { trial, plan, sights, asked } = desk;
  const memory = newMemory(plan.seed);
  for (let last: MigrationView | null = null; ; await pause(desk.lookMs)) {
    const view = await soon(trial, () => viewMigration(handle));
    last = view ?? last;
    if (view && ENDS.includes(view.phase) && !view.parked) return view;
    if (Date.now() > deadline) throw new Error(standing(handle.workflowId, last));
    if (view && (await desk.errands.attend(handle, view))) continue;
    const answer = view && answerTo(view, plan, memory, sights.of(view.vm.id));
    if (!view || !answer || !(await give(desk, handle, view, answer))) continue;
    noteAnswer(view, answer, memory);
    if (Math.max(0, ...memory.parks.values()) > MOST_PARKS) throw new Error(standing(handle.workflowId, view));
    asked.push(...askedAs(view, answer));
  }
};
