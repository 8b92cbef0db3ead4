import { CmdletError, typed, typeOf } from './cmdlet.ts';
import { convert } from './convert.ts';
import { hasText, ipAddress, timeSpan } from './net-values.ts';

type Bag = Record<string, unknown>;

const isBag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !hasText(value);

/** `[ciminstance]::new($object)`: its own object all the way down. */
const cloned = (value: unknown): unknown =>
  isBag(value)
    ? typed(
        typeOf(value) ?? 'System.Object',
        Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cloned(inner)])),
      )
    : value;

/** A property takes what can be made its type. */
const fitting = (present: unknown, value: unknown): unknown => {
  const as = (name: string): unknown => convert(value, { names: [name], array: false, members: null });
  if (typeOf(present) === 'TimeSpan') return timeSpan(Number(as('timespan')));
  return typeOf(present) === 'IPAddress' ? ipAddress(String(as('ipaddress'))) : value;
};

const missing = (name: string): never => {
  throw new CmdletError(
    `The property '${name}' cannot be found on this object. Verify that the property exists and can be set.`,
    'InvalidOperation',
    'PropertyNotFound',
    true,
  );
};

const put = (object: unknown, [head = '', ...rest]: readonly string[], value: unknown): void => {
  const bag: Bag = isBag(object) ? object : missing(head);
  const name = Object.keys(bag).find((known) => known.toLowerCase() === head.toLowerCase()) ?? missing(head);
  if (rest.length > 0) put(bag[name], rest, value);
  else bag[name] = fitting(bag[name], value);
};

/** A copy of an object with some of its properties, by dotted path, set. Throws what PowerShell says of one that is not there. */
export const copyWith = (object: unknown, changes: Readonly<Record<string, unknown>>): unknown => {
  const copy = cloned(object);
  for (const [path, value] of Object.entries(changes)) put(copy, path.split('.'), value);
  return copy;
};
