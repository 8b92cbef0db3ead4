import type { End } from './run/end.ts';

export interface Charge {
  /** Stable name of the rule, as in docs/oracle.md. */
  readonly rule: string;
  /** uuid and name of the VM of the scenario; null when it is about no one VM. */
  readonly vm: { readonly uuid: string; readonly name: string } | null;
  /** Numbers of the events that show it. */
  readonly seqs: readonly number[];
  readonly says: string;
}

export type Verdict = Judged | Unjudged;

export interface Judged {
  readonly verdict: 'green' | 'red';
  readonly charges: readonly Charge[];
  /** End of each VM, by uuid. */
  readonly ends: Readonly<Record<string, End>>;
  /** What the verdict rests on. `tables` is false when the lab's database could not be read. */
  readonly read: {
    readonly events: number;
    readonly decisions: number;
    readonly blocks: number;
    readonly acks: number;
    readonly tables: boolean;
  };
}

export interface Unjudged {
  readonly verdict: 'unjudged';
  readonly reason: string;
}

export const EXIT_CODES = { green: 0, red: 1, unjudged: 2 } as const;

/** What people read. */
export const told = (verdict: Verdict): string => {
  if (verdict.verdict === 'unjudged') return `could not judge: ${verdict.reason}\n`;
  const { charges, ends, read } = verdict;
  const counts = [...new Set(Object.values(ends))].map(
    (end) => `${Object.values(ends).filter((each) => each === end).length} ${end}`,
  );
  const lines = charges.map(({ rule, says, seqs }) => {
    const evidence = seqs.length > 0 ? `  [${seqs.join(', ')}]` : '';
    return `✗ ${rule.padEnd(14)} ${says}${evidence}`;
  });
  const seen = `${read.events} events, ${read.decisions} decisions, ${read.blocks} blocks, ${read.acks} acknowledged writes`;
  return [
    ...lines,
    `${verdict.verdict}: ${counts.join(', ')}; ${seen}${read.tables ? '' : '; without the tables of the lab'}`,
    '',
  ].join('\n');
};
