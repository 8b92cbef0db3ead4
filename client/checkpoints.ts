import type { Checkpoint } from '../activities/contracts/checkpoint.ts';
import { readCheckpoints } from '../workers/records.ts';
import { wrongInput } from './wrong-input.ts';

const ASIDE = 'Move it out of the folder: then the products are asked what stands of that VM.';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why it is none of ours, or null. */
const refusal = (value: unknown, programme: string): string | null => {
  if (!isObject(value)) return 'is no checkpoint';
  const { version, id, order, hops, records, at } = value;
  if (version !== 1) return `is of version ${JSON.stringify(version)}, which this release cannot read`;
  if (!isObject(order) || !isObject(order.source) || typeof id !== 'string' || typeof at !== 'number')
    return 'names no migration';
  if (order.programme !== programme)
    return `is of the programme ${JSON.stringify(order.programme)}, not of ${programme}`;
  if (!Array.isArray(order.hops) || !Array.isArray(records) || records.length !== order.hops.length)
    return 'does not tell of every hop';
  return Array.isArray(hops) && hops.length > 0 ? null : 'tells of no hop that was begun';
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** All checkpoints of a programme. One that cannot be used is refused by its file, before anything is started. */
export const checkpointsOf = async (folder: string, programme: string): Promise<readonly Checkpoint[]> =>
  (await readCheckpoints(folder, programme)).map(({ file, text }) => {
    const value = parsed(text);
    const why = refusal(value, programme);
    if (why) throw wrongInput(`${file}  ${why}`, ASIDE);
    return value as Checkpoint;
  });
