import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { pollersOf } from '../../workers/pollers.ts';
import { VERSION } from '../../workers/version.ts';
import type { Reached } from '../temporal.ts';
import { amiss, type Line, noted, well } from './line.ts';

const reason = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error);

const namespaceLine = async ({ client, namespace, address }: Reached): Promise<Line> => {
  const subject = `Temporal at ${address}`;
  try {
    const { serverVersion } = await client.workflowService.getSystemInfo({});
    await client.workflowService.describeNamespace({ namespace });
    return well('server', subject, `answers, release ${serverVersion || 'unknown'}, namespace ${namespace}`);
  } catch (error) {
    return amiss(
      'server',
      subject,
      `has no namespace ${namespace}, or does not let this account see it: ${reason(error)}`,
      `Create it (\`temporal operator namespace create --namespace ${namespace}\`), or set TEMPORAL_NAMESPACE.`,
    );
  }
};

const attributesLine = async ({ connection, namespace }: Reached): Promise<Line> => {
  const subject = 'search attributes';
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes?.[name] === undefined);
    if (missing.length === 0) return well('server', subject, `all ${SEARCH_ATTRIBUTES.length} are there`);
    return amiss(
      'server',
      subject,
      `missing: ${missing.map(({ name }) => name).join(', ')}; no migration can start without`,
      missing
        .map(
          ({ name, type }) =>
            `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`,
        )
        .join('\n    '),
    );
  } catch (error) {
    return noted('server', subject, `this account may not list them: ${reason(error)}`);
  }
};

/** Who serves a queue, and whether all of them are of this release. */
export const queueLine = async (
  { connection, namespace }: Reached,
  queue: string,
  kind: 'workflow' | 'activity',
  fix: string,
): Promise<Line> => {
  const pollers = await pollersOf(connection, namespace, queue, kind);
  if (pollers.length === 0) return amiss('queue', queue, 'nobody serves it', fix);
  const who = pollers.map(({ identity }) => identity).join(', ');
  const others = pollers.filter(({ version }) => version !== VERSION);
  if (others.length === 0) return well('queue', queue, `served by ${who}`);
  return noted(
    'queue',
    queue,
    `served by ${who}; this is release ${VERSION}`,
    'Agents may lag within one contract version; bring them to one release when you can.',
  );
};

export const serverLines = async (reached: Reached): Promise<readonly Line[]> =>
  Promise.all([
    namespaceLine(reached),
    attributesLine(reached),
    queueLine(reached, 'orchestrator', 'workflow', 'Start one: `tranship worker orchestrator`.'),
  ]);
