import { createHash, randomUUID } from 'node:crypto';

/** A stable GUID for a text: the lab must answer the same ids after a restart without keeping them. */
export const guidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
};

export const newGuid = (): string => randomUUID();

/** The first hex digits of a text's digest, as appliances append to the names of what they register. A §1.1 */
export const shortHash = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
