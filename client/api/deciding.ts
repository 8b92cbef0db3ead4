import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import { type Expected, expectedOfGroup, expectedOfVm } from '../../domain/attestation.ts';
import { GATES } from '../../domain/gate-policy.ts';
import { answerGroup, type BatchHandle } from '../batches.ts';
import { decideGate, handleOf } from '../operations.ts';
import { Comment, Name } from './asked.ts';
import type { Caller } from './caller.ts';
import { Problem } from './problem.ts';
import { updateIdOf } from './repeat.ts';
import type { Api } from './route.ts';

const GOOD_FOR_MS = 5 * 60_000;

/** What of a gate was seen: a decision is on that and nothing else. */
export const Seen = {
  hop: z.int().min(1).max(99),
  fingerprint: z.string().min(1).max(64),
  openedAt: z.number().describe('As the gate says it, ms.'),
};

export const Answer = {
  decision: z.enum(['approve', 'reject']),
  comment: Comment.optional(),
  ticket: Name.optional(),
};

export const VmDecision = z.strictObject({ ...Answer, ...Seen, gate: z.enum(GATES), round: z.int().min(0).max(999) });
export const GroupDecision = z.strictObject({ ...Answer, ...Seen });

type Words = Pick<z.output<typeof VmDecision>, 'decision' | 'comment' | 'ticket'>;

export interface Asking {
  readonly api: Api;
  readonly caller: Caller;
  readonly key: string | null;
}

/** The right that is signed: deciding is an approver's, or an admin's. */
const roleOf = ({ roles }: Caller): 'admin' | 'approver' => (roles.includes('approver') ? 'approver' : 'admin');

/** An approval is signed where there is a key; holding back needs no proof of who it was. */
const attested = async ({ api, caller }: Asking, expected: Expected): Promise<{ readonly attestation?: string }> => {
  if (!api.signer || expected.decision === 'reject') return {};
  const { subject, groups, method } = caller;
  const attestation = await api.signer.sign({
    ...expected,
    ...{ subject, groups, method, role: roleOf(caller) },
    expiresAt: Date.now() + GOOD_FOR_MS,
    id: randomUUID(),
  });
  return { attestation };
};

const wordsOf = ({ decision, comment, ticket }: Words) => ({
  decision,
  ...(comment === undefined ? {} : { comment }),
  ...(ticket === undefined ? {} : { ticket }),
});

/** What was recorded under this key is what is asked now; a key that was used for something else says so. */
export const refuseOther = (recorded: object, asked: object): void => {
  const other = Object.entries(asked).find(([field, value]) => Reflect.get(recorded, field) !== value);
  if (other)
    throw new Problem(
      422,
      `The idempotency key was used for something else: ${other[0]} was ${String(Reflect.get(recorded, other[0]))}.`,
      'Use a new key for each thing that is asked.',
    );
};

/** Decides on a VM's gate for what the caller saw. */
export const decideVm = async (
  asking: Asking,
  workflowId: string,
  { gate: name, hop, round, fingerprint, openedAt, ...answer }: z.output<typeof VmDecision>,
) => {
  const { api, caller, key } = asking;
  const words = wordsOf(answer);
  const seen = { name, hop, round, fingerprint, openedAt };
  const proof = await attested(asking, expectedOfVm(workflowId, seen, answer.decision));
  const decided = await api.reached.ask(() =>
    decideGate(
      handleOf(api.reached.client, workflowId),
      seen,
      { ...words, ...proof, openedAt, by: caller.subject },
      ...updateIdOf(caller, key, ''),
    ),
  );
  refuseOther(decided, { ...words, gate: name, hop, round, fingerprint });
  return decided;
};

/** Decides on the gate of a group for what the caller saw. */
export const decideOnGroup = async (
  asking: Asking,
  workflowId: string,
  group: string,
  { hop, fingerprint, openedAt, ...answer }: z.output<typeof GroupDecision>,
) => {
  const { api, caller, key } = asking;
  const words = wordsOf(answer);
  const seen = { group, hop, fingerprint, openedAt };
  const proof = await attested(asking, expectedOfGroup(workflowId, seen, answer.decision));
  const handle = api.reached.client.workflow.getHandle(workflowId) as WorkflowHandle as BatchHandle;
  const decided = await api.reached.ask(() =>
    answerGroup(handle, seen, { ...words, ...proof, by: caller.subject }, ...updateIdOf(caller, key, group)),
  );
  refuseOther(decided, { ...words, group, hop, fingerprint });
  return decided;
};
