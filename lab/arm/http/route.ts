import type { Lab } from '../lab.ts';
import { providerState } from '../platform/providers.ts';
import { type Answer, refusal } from './answers.ts';
import type { Call, Handler, Route, Routes, Verb } from './call.ts';
import { parsePath } from './path.ts';

export interface Routed {
  readonly handler: Handler;
  readonly namespace: string;
  readonly announces: string | undefined;
  /** `PUT protectedItems`, `POST plannedFailover`: how faults and the event log name the call. */
  readonly point: string;
  /** The last name in the path: a VM's id for protected items, a VM's name for machines. */
  readonly subject: string;
  readonly mutates: boolean;
  readonly call: Pick<Call, 'id' | 'scope' | 'names' | 'version'>;
}

/** Queries that only read although they are POSTs. */
const reading = new Set(['resources', 'checknameavailability']);

/** Finds the handler of a request, or the refusal ARM would give. Tolerant of `//` and of any case. A §7.1 */
export const route = (lab: Lab, routes: Routes, verb: Verb, url: URL): Routed | Answer => {
  const path = parsePath(url.pathname);
  const version = url.searchParams.get('api-version') ?? '';
  if (version === '') {
    return refusal(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  const misplaced = misplacedScope(lab, path.id);
  if (misplaced) return misplaced;

  const namespace = path.namespace ?? 'Microsoft.Resources';
  const types = [...path.types];
  const whole = [namespace, ...types].join('/').toLowerCase();
  const withTail = path.tail === null ? null : `${whole}/${path.tail.toLowerCase()}`;

  const listed = verb === 'GET' && withTail !== null ? routes[withTail] : undefined;
  const owner = listed ?? routes[whole] ?? (withTail !== null ? routes[withTail] : undefined);
  const kind = path.tail ?? types.at(-1) ?? namespace;
  if (!owner) return unknownType(routes, namespace, [...types, ...(path.tail ? [path.tail] : [])].join('/'), version);
  if (!owner.versions.includes(version)) return unsupported(namespace, kind, version, owner);

  const handler = handlerOf(owner, verb, path.tail, listed !== undefined || routes[whole] === undefined);
  if (!handler) return refusal(405, 'MethodNotAllowed', `The resource type '${kind}' does not support ${verb}.`);
  if (isUnregistered(lab, namespace)) {
    return refusal(
      409,
      'MissingSubscriptionRegistration',
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    );
  }
  return {
    handler,
    namespace,
    announces: owner.announces,
    point: `${verb} ${kind}`,
    subject: subjectOf(path.names),
    mutates: verb !== 'GET' && !(verb === 'POST' && reading.has((path.tail ?? '').toLowerCase())),
    call: { id: path.id, scope: path.scope, names: path.names, version },
  };
};

/** `default` names nothing: the machine before it does. */
const subjectOf = (names: readonly string[]): string =>
  names.findLast((name) => name.toLowerCase() !== 'default') ?? '';

const handlerOf = (owner: Route, verb: Verb, tail: string | null, collection: boolean): Handler | undefined => {
  if (verb === 'POST') return owner.actions?.[(tail ?? '').toLowerCase()];
  if (tail !== null) return verb === 'GET' && collection ? owner.list : undefined;
  return { GET: owner.get, PUT: owner.put, PATCH: owner.patch, DELETE: owner.remove }[verb];
};

const misplacedScope = (lab: Lab, id: string): Answer | undefined => {
  const { subscription } = lab.estate.scenario.azure;
  const asked = /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
  if (asked && asked.toLowerCase() !== subscription.toLowerCase()) {
    return refusal(404, 'SubscriptionNotFound', `The subscription '${asked}' could not be found.`);
  }
  const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\/./i.exec(id)?.[1];
  if (
    group &&
    lab.tables.resources.get(`${lab.names.subscription}/resourceGroups/${group}`.toLowerCase()) === undefined
  ) {
    return refusal(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  return undefined;
};

const isUnregistered = (lab: Lab, namespace: string): boolean =>
  namespace.toLowerCase() !== 'microsoft.resources' && providerState(lab, namespace) !== 'Registered';

const unknownType = (routes: Routes, namespace: string, type: string, version: string): Answer => {
  const known = Object.keys(routes).some((key) => key.startsWith(`${namespace.toLowerCase()}/`));
  return known
    ? refusal(
        400,
        'InvalidResourceType',
        `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'. The supported api-versions are ''.`,
      )
    : refusal(
        400,
        'NoRegisteredProviderFound',
        `No registered resource provider found for location '' and API version '${version}' for type '${type}'.`,
      );
};

const unsupported = (namespace: string, type: string, version: string, owner: Route): Answer =>
  refusal(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for location '' and API version '${version}' for type '${type}' of '${namespace}'. The supported api-versions are '${owner.versions.join(', ')}'.`,
    owner.announces ? { 'api-supported-versions': owner.announces } : {},
  );
