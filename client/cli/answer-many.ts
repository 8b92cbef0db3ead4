import { isIrreversible } from '../../domain/ballot.ts';
import { counted } from '../../domain/counted.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import { kebab, shellWord } from '../../domain/words.ts';
import type { Reached } from '../temporal.ts';
import type { Answered, WaitingGate } from '../waiting-gates.ts';
import { didText, saidOf } from './answer-words.ts';
import { gatesText } from './gates-text.ts';
import { marked, say, sayJson } from './print.ts';
import { heedSeen } from './seen.ts';

export interface AnswerMany {
  readonly by: string;
  readonly comment?: string;
  readonly ticket?: string;
  readonly seenAll?: string;
  readonly gate?: GateName;
  readonly batch?: string;
  readonly json?: boolean;
}

/** So many are told one by one; of more only how many, and what was refused. */
const MOST_LINES = 20;

/** The same list, asked for again. */
const again = (vms: readonly string[], { gate, batch }: AnswerMany): string =>
  [
    'tranship approve',
    ...(vms.length > 0 ? vms.map(shellWord) : ['--all']),
    ...(gate ? [`--gate ${kebab(gate)}`] : []),
    ...(batch ? [`--batch ${shellWord(batch)}`] : []),
    '--seen-all',
  ].join(' ');

const listText = (gates: readonly WaitingGate[], fingerprint: string): string =>
  [`${counted(gates.length, 'gate')}, seen as ${fingerprint}`, ...gatesText(gates.map(({ view }) => view))].join('\n');

const lineOf = (decision: 'approve' | 'reject', { name, gate, hop, refused, tally }: Answered): string => {
  if (refused !== null) return marked('✗', `${name}, ${kebab(gate)}, hop ${hop}: ${refused}`);
  const did = didText(decision, tally);
  return marked('✓', `${name}, ${kebab(gate)}, hop ${hop}: ${did}${tally ? ` (${tally.have} of ${tally.of})` : ''}`);
};

/** Answers the gates of several VMs, or of all that wait. Those that cannot be undone are opened only for a list that was looked at. */
export const answerMany = async (
  reached: Reached,
  decision: 'approve' | 'reject',
  vms: readonly string[],
  answer: AnswerMany,
): Promise<void> => {
  const { answerAll, fingerprintOfAll, waitingGates } = await import('../waiting-gates.ts');
  const { batch, gate, by } = answer;
  const gates = await waitingGates(reached, {
    ...(batch === undefined ? {} : { batch }),
    ...(gate === undefined ? {} : { gate }),
    ...(vms.length > 0 ? { vms } : {}),
  });
  if (gates.length === 0)
    throw new Error(
      'No VM waits at a gate of its own.\n    `tranship inbox` shows what waits; a group is answered with --batch BATCH --group GROUP.',
    );
  const fingerprint = fingerprintOfAll(gates);
  if (decision === 'approve')
    await heedSeen({
      fingerprint,
      seen: answer.seenAll,
      isIrreversible: gates.some((each) => isIrreversible(each.gate.name)),
      shown: () => listText(gates, fingerprint),
      again: again(vms, answer),
    });
  const told = await answerAll(reached, gates, { decision, ...saidOf(answer) });
  const refused = told.filter((one) => one.refused !== null);
  if (refused.length > 0) process.exitCode = 1;
  if (answer.json) return sayJson({ seen: fingerprint, decision, by, told });
  for (const one of told.length > MOST_LINES ? refused : told) say(lineOf(decision, one));
  say(`${counted(told.length - refused.length, 'gate')} answered, ${refused.length} not.`);
};
