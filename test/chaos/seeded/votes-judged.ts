import type { Tally } from '../../../domain/ballot.ts';

/** An approval or a rejection as a migration or a batch has it on record. `gate` names it among those of its record. */
export interface OnRecord {
  readonly gate: string;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly tally?: Tally;
}

/** Votes of one opening are of different people and counted one by one: a first vote begins a new opening. */
export const voteCharges = (who: string, decisions: readonly OnRecord[]): readonly string[] => {
  const people = new Map<string, string[]>();
  return decisions.flatMap(({ gate, decision, by, tally }) => {
    if (decision === 'reject' || tally === undefined || tally.have === 1) people.delete(gate);
    if (decision === 'reject' || tally === undefined) return [];
    const before = people.get(gate) ?? [];
    people.set(gate, [...before, by]);
    const at = `${who}, ${gate}: the vote of ${by}, ${tally.have} of ${tally.of},`;
    return [
      ...(before.includes(by) ? [`${at} is the second of one person`] : []),
      ...(before.length + 1 !== tally.have || tally.have > tally.of ? [`${at} follows ${before.length} others`] : []),
    ];
  });
};
