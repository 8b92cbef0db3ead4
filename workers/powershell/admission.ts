import { type CmdletCall, type ParameterValue, RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import type { SecretRef } from '../../domain/estate.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';

const refuse = (why: string): never => {
  throw new RunnerFailed('refused', why);
};

const isList = (value: ParameterValue): value is readonly ParameterValue[] => Array.isArray(value);

/** Visits a value and, where it is a list, what is in it. */
const leavesOf = (value: ParameterValue): readonly Exclude<ParameterValue, readonly ParameterValue[]>[] =>
  isList(value) ? value.flatMap(leavesOf) : [value];

type Leaf = ReturnType<typeof leavesOf>[number];

const leavesOfCall = (call: CmdletCall): readonly Leaf[] => Object.values(call.parameters).flatMap(leavesOf);

const kindOf = <K extends string>(leaf: Leaf, kind: K): leaf is Extract<Leaf, Record<K, unknown>> =>
  typeof leaf === 'object' && leaf !== null && kind in leaf;

const MARKS = ['$ref', '$secret', '$credential', '$script'] as const;

const checkShape = (call: CmdletCall): void => {
  for (const leaf of leavesOfCall(call)) {
    if (typeof leaf === 'number' && !Number.isFinite(leaf)) refuse(`${call.cmdlet}: a number must be finite`);
    if (typeof leaf === 'object' && leaf !== null && !MARKS.some((mark) => mark in leaf)) {
      refuse(`${call.cmdlet}: a parameter is neither a plain value nor a known reference`);
    }
  }
};

const parameterOf = (entry: CatalogueEntry, name: string): string =>
  entry.parameters.find((parameter) => parameter.toLowerCase() === name.toLowerCase()) ??
  refuse(`${entry.cmdlet} is not catalogued with the parameter ${JSON.stringify(name)}`);

const checkParameters = (call: CmdletCall, entry: CatalogueEntry): void => {
  for (const [name, value] of Object.entries(call.parameters)) {
    const known = parameterOf(entry, name);
    const pattern = entry.patterns?.[known];
    const allowed = (leaf: Leaf): boolean =>
      typeof leaf === 'string' && new RegExp(`^(?:${pattern})$`, 'is').test(leaf);
    if (pattern !== undefined && !leavesOf(value).every(allowed))
      refuse(`${entry.cmdlet} -${known} is narrowed to ${pattern}`);
  }
};

const checkReferences = (call: CmdletCall, earlier: ReadonlySet<string>, scripts: ReadonlySet<string>): void => {
  for (const leaf of leavesOfCall(call)) {
    if (kindOf(leaf, '$ref') && !earlier.has(leaf.$ref))
      refuse(`${call.cmdlet} refers to ${JSON.stringify(leaf.$ref)}, which is no earlier call`);
    if (kindOf(leaf, '$script') && !scripts.has(leaf.$script))
      refuse(`${call.cmdlet} names a script that is not ours: ${JSON.stringify(leaf.$script)}`);
  }
};

/**
 * Refuses a list before anything is started: a cmdlet or parameter outside the catalogue, a reference to no earlier call,
 * a script that is not ours, an id used twice.
 */
export const admit = (calls: readonly CmdletCall[], catalogue: Catalogue, scripts: ReadonlySet<string>): void => {
  const earlier = new Set<string>();
  for (const call of calls) {
    const entry = catalogue.entry(call.cmdlet) ?? refuse(`${JSON.stringify(call.cmdlet)} is not in the catalogue`);
    if (call.id === '' || earlier.has(call.id)) refuse(`the call id ${JSON.stringify(call.id)} is empty or used twice`);
    checkShape(call);
    checkParameters(call, entry);
    checkReferences(call, earlier, scripts);
    earlier.add(call.id);
  }
};

/** The secrets a list needs, each once. */
export const secretsOf = (calls: readonly CmdletCall[]): readonly SecretRef[] => {
  const leaves = calls.flatMap(leavesOfCall);
  const plain = leaves.flatMap((leaf) => (kindOf(leaf, '$secret') ? [leaf.$secret] : []));
  const inCredentials = leaves.flatMap((leaf) =>
    kindOf(leaf, '$credential') ? [leaf.$credential.password.$secret] : [],
  );
  return [...new Set([...plain, ...inCredentials])];
};

/** The scripts a list needs, each once. */
export const scriptsOf = (calls: readonly CmdletCall[]): readonly string[] => [
  ...new Set(calls.flatMap(leavesOfCall).flatMap((leaf) => (kindOf(leaf, '$script') ? [leaf.$script] : []))),
];
