import type { CmdletCall, CmdletResult, ParameterValue } from '../contracts/cmdlets.ts';

/** One selected object as it came from the host. */
export type Row = Readonly<Record<string, unknown>>;
export type Results = ReadonlyMap<string, CmdletResult>;

export const call = (
  id: string,
  cmdlet: string,
  parameters: Readonly<Record<string, ParameterValue>>,
  select: readonly string[] = [],
): CmdletCall => ({ id, cmdlet, parameters, select });

/** The list goes on without this one's answer. */
export const mayFail = (made: CmdletCall): CmdletCall => ({ ...made, mayFail: true });

export const rowsOf = (results: Results, id: string): readonly Row[] => results.get(id)?.objects ?? [];

export const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** null where the host gave nothing that is a number. */
export const number = (value: unknown): number | null => {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  return value === '' || !Number.isFinite(Number(value)) ? null : Number(value);
};

export const truth = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** A collection of one comes as a list from one build and bare from another. */
export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];

export const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
