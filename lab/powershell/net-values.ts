import { isIP } from 'node:net';
import { typed } from './cmdlet.ts';

/** Values of .NET that are more than their text and yet are shown as text: a property of them can be asked for, a whole one is written. */

const written = (text: string): PropertyDescriptor => ({ value: () => text });

const two = (number: number): string => String(number).padStart(2, '0');

/** The constant format of .NET: `[d.]hh:mm:ss[.fffffff]`. */
const spanText = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  const rest = ms - seconds * 1000;
  return `${days > 0 ? `${days}.` : ''}${clock}${rest > 0 ? `.${String(Math.round(rest * 10_000)).padStart(7, '0')}` : ''}`;
};

export const timeSpan = (ms: number): object => {
  const seconds = Math.floor(ms / 1000);
  const span = typed('TimeSpan', {
    Ticks: Math.round(ms * 10_000),
    Days: Math.floor(seconds / 86_400),
    Hours: Math.floor(seconds / 3600) % 24,
    Minutes: Math.floor(seconds / 60) % 60,
    Seconds: seconds % 60,
    TotalHours: ms / 3_600_000,
    TotalMinutes: ms / 60_000,
    TotalSeconds: ms / 1000,
    TotalMilliseconds: ms,
  });
  return Object.defineProperty(span, 'toString', written(spanText(ms)));
};

/** Of an address of either family, as text. */
export const ipAddress = (text: string): object => {
  const address = typed('IPAddress', {
    AddressFamily: isIP(text) === 6 ? 'InterNetworkV6' : 'InterNetwork',
    IPAddressToString: text,
  });
  return Object.defineProperty(address, 'toString', written(text));
};

/** One of these, and not a bag of properties. */
export const hasText = (value: object): boolean => Object.hasOwn(value, 'toString');
