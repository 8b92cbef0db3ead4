import { ballotLines, wordsToFill } from './ballot-text.ts';
import type { OpenGate } from './gate.ts';
import type { Phase } from './phase.ts';
import type { OpenTask } from './task.ts';
import type { Parked, Verb } from './verbs.ts';

/** The part of a view that people read first. */
export interface JourneyGlance {
  readonly vm: { readonly id: string; readonly name: string };
  readonly phase: Phase;
  readonly hop: number;
  readonly hops: readonly unknown[];
  readonly step: string | null;
  readonly waitingFor: string | null;
  readonly parked: Parked | null;
  readonly gate: OpenGate | null;
  readonly task?: OpenTask;
  readonly legal: readonly Verb[];
}

/** Long evidence is read with the view; what a person types to answer is never cut off. */
const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)} …`);

const evidenceText = (gate: OpenGate): string =>
  Object.entries(gate.evidence)
    .map(([key, value]) => `- ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');

const gateText = (gate: OpenGate): string =>
  [
    `**Waits for a decision: ${gate.name}** (hop ${gate.hop}, round ${gate.round})`,
    cut(evidenceText(gate), 3_000),
    `- approvers: ${cut(gate.approvers.join(', '), 300) || 'anyone'}`,
    ...ballotLines(gate).map((line) => `- ${cut(line, 300)}`),
    '',
    'Signal `decide` with:',
    '```json',
    JSON.stringify({
      gate: gate.name,
      hop: gate.hop,
      round: gate.round,
      fingerprint: gate.fingerprint,
      decision: 'approve',
      by: gate.approvers[0] ?? 'you',
      ...wordsToFill(gate),
    }),
    '```',
  ].join('\n');

const taskText = (task: OpenTask): string =>
  [
    `**Waits for a person: ${cut(task.text, 500)}** (${cut(task.role, 100)})`,
    'Signal `done` with:',
    '```json',
    JSON.stringify({ hook: task.hook, by: 'you' }),
    '```',
  ].join('\n');

const parkedText = (parked: Parked): string =>
  [
    `**Parked at ${parked.step}**, hop ${parked.hop}: ${parked.mishap.message}`,
    `- known to have changed: ${parked.mishap.changed}`,
    ...(parked.mishap.likely ? [`- likely: ${parked.mishap.likely}`] : []),
    `- do: ${parked.mishap.fix}`,
  ].join('\n');

/** Current details in Markdown, as the Temporal UI shows them. Stays below 20,000 bytes in any script. */
export const describeJourney = (j: JourneyGlance): string =>
  [
    `### ${cut(j.vm.name, 100)}: ${j.phase}, hop ${j.hop} of ${j.hops.length}`,
    j.step ? `Step: ${cut(j.step, 200)}` : '',
    j.waitingFor ? `Waiting for: ${cut(j.waitingFor, 200)}` : '',
    j.gate ? gateText(j.gate) : '',
    j.task ? taskText(j.task) : '',
    j.parked ? cut(parkedText(j.parked), 2_000) : '',
    `You can: ${j.legal.join(', ') || 'nothing, it has ended'}`,
  ]
    .filter(Boolean)
    .join('\n\n');
