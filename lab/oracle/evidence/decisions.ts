import { join } from 'node:path';
import { numberOf, readLines, textOf } from './json-lines.ts';

/** What the people who play the operators decided, in the order of the file. */
export interface Decision {
  readonly time: number;
  readonly origin: string;
  readonly hop: number | null;
  readonly gate: string;
  readonly approves: boolean;
  /** Interval of writes a rollback was said to lose, ms since the epoch; without an end it is open. */
  readonly loss: { readonly from: number; readonly to: number } | null;
}

export interface Decisions {
  readonly all: readonly Decision[];
  readonly flaws: readonly string[];
}

export const readDecisions = (dir: string): Decisions => {
  const lines = readLines(join(dir, 'decisions.jsonl')) ?? { rows: [], broken: [] };
  const all = lines.rows.map((fields): Decision => {
    const from = timeOf(textOf(fields, 'lossFrom'));
    return {
      time: timeOf(textOf(fields, 'at')),
      origin: textOf(fields, 'vm') ?? '',
      hop: numberOf(fields, 'hop'),
      gate: textOf(fields, 'gate') ?? '',
      approves: fields.decision === 'approve',
      loss: Number.isNaN(from) ? null : { from, to: endOf(timeOf(textOf(fields, 'lossTo'))) },
    };
  });
  return {
    all,
    flaws: [
      ...lines.broken.map((line) => `Line ${line} of the decisions cannot be read.`),
      ...all.flatMap((each, n) => (Number.isNaN(each.time) ? [`Decision ${n + 1} has no time.`] : [])),
    ],
  };
};

const timeOf = (text: string | null): number => Date.parse(text ?? '');

const endOf = (time: number): number => (Number.isNaN(time) ? Number.POSITIVE_INFINITY : time);

export interface Question {
  readonly origin: string;
  readonly gates: readonly string[];
  /** Any hop when absent; a decision without a hop answers for all. */
  readonly hop?: number;
}

export const answering = (decisions: readonly Decision[], { origin, gates, hop }: Question): readonly Decision[] =>
  decisions.filter(
    (each) =>
      each.origin === origin &&
      gates.includes(each.gate) &&
      (hop === undefined || each.hop === null || each.hop === hop),
  );

/** Whether a gate stood open at that time: its latest decision was to approve. */
export const wasApproved = (decisions: readonly Decision[], question: Question, time: number): boolean =>
  question.gates.some((gate) => {
    const made = answering(decisions, { ...question, gates: [gate] }).filter((each) => each.time <= time);
    return made.at(-1)?.approves === true;
  });

/** Whether it was approved at all, at whatever time. */
export const isApproved = (decisions: readonly Decision[], question: Question): boolean =>
  answering(decisions, question).some((each) => each.approves);
