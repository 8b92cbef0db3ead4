import { CmdletError, type Manual } from './cmdlet.ts';
import { CannotConvert, convert } from './convert.ts';
import { answersTo, type Parameter, type ParameterSet, parameterSets } from './syntax.ts';

const everywhere = [
  'ErrorAction',
  'WarningAction',
  'InformationAction',
  'ProgressAction',
  'ErrorVariable',
  'WarningVariable',
  'OutVariable',
  'OutBuffer',
  'PipelineVariable',
  'Verbose',
  'Debug',
].map((name) => name.toLowerCase());

const whereMutating = ['whatif', 'confirm'];

/** Binding errors end the pipeline whatever `-ErrorAction` says. */
const refused = (message: string, category: string, id: string, manual: Manual): CmdletError =>
  new CmdletError(message, category, `${id},${manual.type}`, true);

const isMissing = (value: unknown): boolean => value === null || value === undefined;

const checkedNull = (parameter: Parameter, value: unknown, manual: Manual): void => {
  const name = parameter.name;
  if (parameter.mandatory && isMissing(value))
    throw refused(
      `Cannot bind argument to parameter '${name}' because it is null.`,
      'InvalidData',
      'ParameterArgumentValidationErrorNullNotAllowed',
      manual,
    );
  if (parameter.mandatory && value === '')
    throw refused(
      `Cannot bind argument to parameter '${name}' because it is an empty string.`,
      'InvalidData',
      'ParameterArgumentValidationErrorEmptyStringNotAllowed',
      manual,
    );
  if (parameter.mandatory && Array.isArray(value) && value.length === 0)
    throw refused(
      `Cannot bind argument to parameter '${name}' because it is an empty collection.`,
      'InvalidData',
      'ParameterArgumentValidationErrorEmptyArrayNotAllowed',
      manual,
    );
};

const bound = (parameter: Parameter, value: unknown, manual: Manual): unknown => {
  checkedNull(parameter, value, manual);
  if (isMissing(value)) return parameter.type.names.includes('string') && !parameter.type.array ? '' : null;
  try {
    return convert(value, parameter.type);
  } catch (reason) {
    if (!(reason instanceof CannotConvert)) throw reason;
    throw refused(
      `Cannot bind parameter '${parameter.name}'. ${reason.message}`,
      'InvalidArgument',
      'CannotConvertArgumentNoMessage',
      manual,
    );
  }
};

const chosenSet = (sets: readonly ParameterSet[], names: readonly string[], manual: Manual): ParameterSet => {
  const holding = sets.filter((set) => names.every((name) => set.some((parameter) => answersTo(parameter, name))));
  const [first] = holding;
  if (!first)
    throw refused(
      'Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot be used together or an insufficient number of parameters were provided.',
      'InvalidArgument',
      'AmbiguousParameterSet',
      manual,
    );

  const missing = (set: ParameterSet): readonly Parameter[] =>
    set.filter((parameter) => parameter.mandatory && !names.some((name) => answersTo(parameter, name)));
  const complete = holding.find((set) => missing(set).length === 0);
  if (complete) return complete;
  throw refused(
    `Cannot process command because of one or more missing mandatory parameters: ${missing(first)
      .map((parameter) => parameter.name)
      .join(' ')}.`,
    'InvalidArgument',
    'MissingMandatoryParameter',
    manual,
  );
};

export interface Bound {
  readonly parameters: Record<string, unknown>;
  /** Non-terminating errors are swallowed. */
  readonly silent: boolean;
  /** `-WhatIf`: nothing is done. */
  readonly whatIf: boolean;
  /** `-Confirm` asks before anything is done. */
  readonly confirm: boolean;
}

const commonOf = (given: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.entries(given).find(([key]) => key.toLowerCase() === name)?.[1];

/** Binds by name, finds the parameter set, converts every value. Throws ParameterBindingException's error records. */
export const bind = (manual: Manual, isMutating: boolean, given: Readonly<Record<string, unknown>>): Bound => {
  const common = isMutating ? [...everywhere, ...whereMutating] : everywhere;
  const sets = parameterSets(manual.syntax);
  const names = Object.keys(given).filter((name) => {
    const own = sets.some((set) => set.some((parameter) => answersTo(parameter, name)));
    if (own || common.includes(name.toLowerCase())) return own;
    throw refused(
      `A parameter cannot be found that matches parameter name '${name}'.`,
      'InvalidArgument',
      'NamedParameterNotFound',
      manual,
    );
  });
  const set = chosenSet(sets, names, manual);
  const parameters: Record<string, unknown> = {};
  for (const name of names) {
    const parameter = set.find((one) => answersTo(one, name));
    if (parameter) parameters[parameter.name] = bound(parameter, given[name], manual);
  }
  return { parameters, ...commonParameters(given) };
};

export const commonParameters = (given: Readonly<Record<string, unknown>>): Omit<Bound, 'parameters'> => ({
  silent: ['silentlycontinue', 'ignore'].includes(String(commonOf(given, 'erroraction')).toLowerCase()),
  whatIf: commonOf(given, 'whatif') === true,
  confirm: commonOf(given, 'confirm') === true,
});
