import { isIP } from 'node:net';
import { typeOf } from './cmdlet.ts';
import type { ParameterType } from './syntax.ts';

/** Thrown with the reason PowerShell gives; binding turns it into a ParameterBindingException. */
export class CannotConvert extends Error {}

const described = (value: unknown): string =>
  typeOf(value) ??
  (Array.isArray(value)
    ? 'System.Object[]'
    : ({ string: 'System.String', number: 'System.Int64', boolean: 'System.Boolean' }[typeof value as string] ??
      'System.Object'));

const refuse = (value: unknown, type: string, why = ''): never => {
  const shown = typeof value === 'object' ? described(value) : String(value);
  throw new CannotConvert(`Cannot convert value "${shown}" to type "${type}".${why ? ` Error: "${why}"` : ''}`);
};

const toText = (value: unknown): string => {
  if (typeOf(value) === 'SecureString') return (value as { secret: string }).secret;
  if (Array.isArray(value)) return refuse(value, 'System.String');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? described(value) : String(value);
};

const guidShape = /^\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?$/i;

const toGuid = (value: unknown): string => {
  const found = typeof value === 'string' ? guidShape.exec(value.trim())?.[1] : undefined;
  return (
    found?.toLowerCase() ??
    refuse(value, 'System.Guid', 'Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).')
  );
};

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  int: [-2147483648, 2147483647],
  uint: [0, 4294967295],
  long: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

const toInteger = (value: unknown, kind: string): number => {
  const number =
    typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    return refuse(value, `System.${kind}`, 'Input string was not in a correct format.');
  const [least, most] = ranges[kind] ?? [0, 0];
  const whole = Math.round(number);
  return whole < least || whole > most
    ? refuse(value, `System.${kind}`, `Value was either too large or too small for an ${kind}.`)
    : whole;
};

const toBoolean = (value: unknown, type: string): boolean => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return refuse(
    value,
    type,
    'Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0',
  );
};

const toDate = (value: unknown): Date => {
  const date = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(date.getTime())
    ? refuse(value, 'System.DateTime', 'String was not recognized as a valid DateTime.')
    : date;
};

const spanShape = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/;

/** A time span becomes milliseconds. As in .NET a number is ticks of 100 ns, and a text that is nothing but a number is days. */
const toSpan = (value: unknown): number => {
  if (typeOf(value) === 'TimeSpan') return (value as { TotalMilliseconds: number }).TotalMilliseconds;
  if (typeof value === 'number') return value / 10_000;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value) * 86_400_000;
  const [, days = '0', hours, minutes, seconds] = spanShape.exec(String(value)) ?? [];
  return hours === undefined
    ? refuse(value, 'System.TimeSpan', 'String was not recognized as a valid TimeSpan.')
    : ((Number(days) * 24 + Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
};

/** An address becomes its text. */
const toAddress = (value: unknown): string => {
  const text = typeOf(value) === 'IPAddress' ? String(value) : value;
  return typeof text === 'string' && isIP(text) > 0
    ? text
    : refuse(value, 'System.Net.IPAddress', 'An invalid IP address was specified.');
};

/** PowerShell takes a member in any case, and a prefix that fits only one. */
const toMember = (value: unknown, members: readonly string[]): string => {
  const wanted = String(value).toLowerCase();
  const exact = members.find((member) => member.toLowerCase() === wanted);
  const near = members.filter((member) => member.toLowerCase().startsWith(wanted));
  const only = typeof value === 'string' && value !== '' && near.length === 1 ? near[0] : undefined;
  return (
    exact ??
    only ??
    refuse(
      value,
      'enumeration',
      `Unable to match the identifier name ${String(value)} to a valid enumerator name. Specify one of the following enumerator names and try again: ${members.join(', ')}`,
    )
  );
};

const tagged = (value: unknown, name: string): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(value, name);
  const type = typeOf(value);
  return type === undefined || type === name ? value : refuse(value, name);
};

const conversions: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: toText,
  guid: toGuid,
  int: (value) => toInteger(value, 'int'),
  uint: (value) => toInteger(value, 'uint'),
  long: (value) => toInteger(value, 'long'),
  bool: (value) => toBoolean(value, 'System.Boolean'),
  switch: (value) => toBoolean(value, 'System.Management.Automation.SwitchParameter'),
  datetime: toDate,
  timespan: toSpan,
  ipaddress: toAddress,
  securestring: (value) => tagged(value, 'SecureString'),
  pscredential: (value) => tagged(value, 'PSCredential'),
  scriptblock: (value) => tagged(value, 'ScriptBlock'),
  object: (value) => value,
};

const toOne = (value: unknown, type: ParameterType): unknown => {
  if (type.members) return toMember(value, type.members);
  const tries = type.names.map((name) => conversions[name] ?? ((given: unknown) => tagged(given, name)));
  for (const [index, attempt] of tries.entries()) {
    try {
      return attempt(value);
    } catch (reason) {
      if (index === tries.length - 1) throw reason;
    }
  }
  return value;
};

/** The value as a parameter of this type receives it. Throws `CannotConvert`. */
export const convert = (value: unknown, type: ParameterType): unknown =>
  type.array ? [value].flat().map((one) => toOne(one, type)) : toOne(value, type);
