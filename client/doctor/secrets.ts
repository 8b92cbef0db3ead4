import { hostname } from 'node:os';
import type { Estate } from '../../domain/estate.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import { type Line, noted, well } from './line.ts';

interface Named {
  /** Instance it is for: `veeam@vbr01`. */
  readonly queue: string;
  readonly ref: string;
}

const REF = /^(env|file):/;

const refsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return REF.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(refsIn) : [];
};

const secretsOf = (estate: Estate): readonly Named[] =>
  Object.entries(estate).flatMap(([product, instances]) =>
    Object.entries(instances as Readonly<Record<string, unknown>>).flatMap(([instance, site]) =>
      refsIn(site).map((ref) => ({ ref, queue: `${product}@${instance}` })),
    ),
  );

const missing = async (ref: string): Promise<string | null> => {
  try {
    return (await resolveSecret(ref)) === '' ? 'it is empty' : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/**
 * Whether this machine could resolve the plan's secrets, a line each. Only the agent of an instance needs them, with its own
 * environment: what is missing here is a note, and the product's own line says whether its agent could log in.
 */
export const secretLines = async (estate: Estate): Promise<readonly Line[]> => {
  const named = Map.groupBy(secretsOf(estate), ({ ref }) => ref);
  return Promise.all(
    [...named].map(async ([ref, users]) => {
      const trouble = await missing(ref);
      const queues = [...new Set(users.map(({ queue }) => queue))].join(', ');
      return trouble === null
        ? well('secret', ref, `resolves on this machine (${hostname()}); for ${queues}`)
        : noted(
            'secret',
            ref,
            `does not resolve on this machine (${hostname()}): ${trouble}`,
            `Only the agents of ${queues} need it; fine where they run elsewhere or have it in their own environment.`,
          );
    }),
  );
};
