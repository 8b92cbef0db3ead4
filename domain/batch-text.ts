import { ballotLines, wordsToFill } from './ballot-text.ts';
import type { BatchState } from './batch.ts';
import { counted } from './counted.ts';
import { type GroupGate, WHOLE } from './group-gate.ts';

export interface BatchGlance extends BatchState {
  readonly gates: readonly GroupGate[];
}

/** At most so many characters of names: the whole text must stay below what the server takes. */
const MOST = 600;

const list = (names: readonly string[]): string => {
  const text = names.join(', ');
  return text.length <= MOST ? text : `${text.slice(0, MOST)} … (${names.length} in all)`;
};

const calledAs = ({ group }: GroupGate): string => (group === WHOLE ? 'The whole batch' : group);

const gateText = (gate: GroupGate, approvers: readonly string[]): string => {
  const waiting = list(gate.waiting.map(({ vm }) => vm.name));
  if (gate.missing.length > 0)
    return `**${calledAs(gate)}, hop ${gate.hop}**: ${waiting} at the gate; not yet ${list(gate.missing.map(({ name, why }) => (why ? `${name} (${why})` : name)))}`;
  return [
    `**${calledAs(gate)} waits for a decision: cutover** (hop ${gate.hop}): ${waiting}`,
    ...ballotLines(gate).map((line) => `- ${list([line])}`),
    ...(gate.after.length > 0 ? [`- begins after ${list(gate.after.map(({ name }) => name))}`] : []),
    '',
    'Signal `decideGroup` with:',
    '```json',
    JSON.stringify({
      group: gate.group,
      hop: gate.hop,
      fingerprint: gate.fingerprint,
      decision: 'approve',
      by: approvers[0] ?? 'you',
      ...wordsToFill(gate),
    }),
    '```',
  ].join('\n');
};

const groupText = (b: BatchGlance, group: string): string => {
  const members = b.members.filter((member) => member.group === group);
  const count = (status: string): number => members.filter((member) => member.status === status).length;
  const told = (['planned', 'running', 'ended', 'refused', 'lost'] as const).filter((status) => count(status) > 0);
  return `- ${group}: ${told.map((status) => `${count(status)} ${status}`).join(', ')}`;
};

/** Current details of a batch in Markdown, as the Temporal UI shows them. */
export const describeBatch = (b: BatchGlance): string =>
  [
    `### ${b.name}: ${counted(b.members.length, 'VM')} in ${counted(b.groups.length, 'group')}`,
    b.stopped ? `Stopped by ${b.stopped.by}: ${b.stopped.why}. Nothing new begins.` : '',
    ...(b.paused ?? []).map((each) => `${each.group} stopped by ${each.by}: ${each.why}. Nothing new of it begins.`),
    b.groups
      .slice(0, 50)
      .map((group) => groupText(b, group))
      .join('\n'),
    ...b.gates.slice(0, 8).map((gate) => gateText(gate, b.approvers)),
    ...b.members
      .filter(({ note }) => note !== null)
      .slice(0, 20)
      .map(({ vm, note }) => `- ${vm.name}: ${note}`),
  ]
    .filter(Boolean)
    .join('\n\n');
