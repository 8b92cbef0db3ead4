import type { GuestOrder } from '../contracts/guest.ts';
import { failures } from './failures.ts';
import { ANSWERS, type Answer, REFUSAL, type ScriptName } from './wire.ts';

const MARKED = /<<GUEST>>(.*?)<<END>>/gs;

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
};

/** Whether a script answered at all; what stands beside the marks is the noise of shells and profiles. */
export const isAnswered = (said: string): boolean => /<<GUEST>>.*<<END>>/s.test(said);

/** Reads the marked line. Throws what the script refused, or `Vendor` where the line is none of ours. */
export const readAnswer = <S extends ScriptName>(order: GuestOrder, script: S, said: string): Answer<S> => {
  const json = parse([...said.matchAll(MARKED)].at(-1)?.[1] ?? '');
  const refusal = REFUSAL.safeParse(json);
  if (refusal.success) throw failures.refusal(order, script, refusal.data.error);
  const answer = ANSWERS[script].safeParse(json);
  if (!answer.success) throw failures.noAnswer(order, script, answer.error.issues[0]?.path.join('.') ?? '');
  return answer.data as Answer<S>;
};
