/** What the mix can bring about. */
export const MIX_KINDS = [
  'quorum',
  'vote by signal',
  'double click',
  'refused for want of a comment',
  'lent vote',
  'reminder',
  'expiry',
  'http hook',
  'http hook of a group',
  'http hook taken back',
  'hook answered with an error',
  'hook refused',
  'hook dropped before its effect',
  'hook dropped after its effect',
  'dns hook',
  'dns hook taken back',
  'window of a VM',
  'window of a batch',
  'address of a VM',
  'address by its batch',
  'pause',
  'pause of a batch',
  'keep syncing',
  'taken out of its batch',
] as const;
export type MixKind = (typeof MIX_KINDS)[number];

export type Mixed = ReadonlyMap<MixKind, number>;

/** How often each happened. */
export interface MixBook {
  readonly note: (kind: MixKind) => void;
  readonly mixed: Mixed;
}

export const mixBook = (): MixBook => {
  const mixed = new Map<MixKind, number>();
  return { mixed, note: (kind) => void mixed.set(kind, (mixed.get(kind) ?? 0) + 1) };
};

/** Kinds of the mix that happened in none of the runs. */
export const neverMixed = (runs: readonly Mixed[]): readonly MixKind[] =>
  MIX_KINDS.filter((kind) => !runs.some((mixed) => mixed.has(kind)));
