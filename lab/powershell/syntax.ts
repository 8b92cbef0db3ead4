/** Reads the one-line parameter sets of a `Manual`, as the vendor's help writes them. */

export interface ParameterType {
  /** One of these, the first that fits. */
  readonly names: readonly string[];
  readonly array: boolean;
  /** Members of an enumeration; `names` is empty then. */
  readonly members: readonly string[] | null;
}

export interface Parameter {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: ParameterType;
  readonly mandatory: boolean;
}

export type ParameterSet = readonly Parameter[];

const piece = /(\[)?-([\w|]+)(?:\s+(?:<([^>]+)>|\{([^}]+)\}(\[\])?))?(\])?/g;

const switchType: ParameterType = { names: ['switch'], array: false, members: null };

const namedType = (text: string): ParameterType => {
  const array = text.endsWith('[]');
  return { names: (array ? text.slice(0, -2) : text).split('|'), array, members: null };
};

const parse = (line: string): ParameterSet =>
  [...line.matchAll(piece)].map(([, open, name = '', type, members, several, close]) => {
    const [first = '', ...aliases] = name.split('|');
    const enumeration = members
      ? { names: [], array: several !== undefined, members: members.split('|').map((member) => member.trim()) }
      : null;
    return {
      name: first,
      aliases,
      type: enumeration ?? (type ? namedType(type) : switchType),
      mandatory: open === undefined && close === undefined,
    };
  });

const known = new WeakMap<readonly string[], readonly ParameterSet[]>();

export const parameterSets = (syntax: readonly string[]): readonly ParameterSet[] => {
  const sets = known.get(syntax) ?? syntax.map(parse);
  known.set(syntax, sets);
  return sets;
};

export const answersTo = (parameter: Parameter, name: string): boolean =>
  [parameter.name, ...parameter.aliases].some((known) => known.toLowerCase() === name.toLowerCase());
