import { newGuid } from '../guid.ts';
import { isoOf, type Lab, resourceAt, type TimedOperation } from '../lab.ts';
import { lastOf } from '../names.ts';
import { type Answer, notFound, ok } from './answers.ts';
import type { Call, Handler, Route } from './call.ts';
import { stored } from './stored.ts';

export const operationPath = (lab: Lab, namespace: string, location: string, kind: string, id: string): string =>
  `${lab.names.subscription}/providers/${namespace}/locations/${encodeURIComponent(location)}/${kind}/${id}`;

/** Starts an operation that needs `ms` of vendor time and is done by then. */
export const startTimed = (lab: Lab, ms: number, resource: string | null): TimedOperation => {
  const now = lab.estate.now();
  const operation = { id: newGuid(), startedAt: now, readyAt: now + lab.estate.scaled(ms), resource };
  lab.tables.operations.put(operation.id, operation);
  return operation;
};

/** `Location` of providers that answer 202 until the resource is there, as storage accounts do. */
export const locationHeaders = (call: Call, namespace: string, operation: TimedOperation): Record<string, string> => {
  const path = operationPath(
    call.lab,
    namespace,
    call.lab.estate.scenario.azure.location,
    'asyncoperations',
    operation.id,
  );
  return { location: `${call.origin}${path}?monitor=true&api-version=${call.version}`, 'retry-after': '17' };
};

const poll: Handler = (call) => {
  const operation = call.lab.tables.operations.get(lastOf(call.id));
  if (!operation) return notFound(call.id);
  const location = {
    location: `${call.origin}${call.id}?monitor=true&api-version=${call.version}`,
    'retry-after': '17',
  };
  if (call.now < operation.readyAt) return { status: 202, headers: location };
  const resource = operation.resource === null ? undefined : resourceAt(call.lab, operation.resource);
  return resource ? ok(stored(resource)) : { status: 204 };
};

export const locationRoute = (versions: readonly string[]): Route => ({ versions, get: poll });

/** The status body of an Azure-AsyncOperation. A §1.5 */
export const statusOf = (
  id: string,
  name: string,
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled',
  startedAt: number,
  endedAt: number | null,
  error: { readonly code: string; readonly message: string } | null = null,
): Answer =>
  ok({
    id,
    name,
    status,
    startTime: isoOf(startedAt),
    ...(endedAt === null ? {} : { endTime: isoOf(endedAt) }),
    ...(error ? { error } : {}),
  });
