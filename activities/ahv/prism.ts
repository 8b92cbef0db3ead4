import type { AhvInstance } from '../../domain/estate.ts';
import { notFinished, unreachable } from '../contracts/mishap.ts';
import { type ResolveSecret, secretOf } from '../http/login.ts';
import { isObject, type Json, type JsonObject, listAt, numberAt, textAt } from '../http/reading.ts';
import type { Http, HttpAnswer, HttpRequest, Method } from '../http/transport.ts';
import { type Doing, errorsOf, failureOf, kindOf } from './failures.ts';
import { type Namespace, versionsOf } from './versions.ts';

/** `rest` begins after the version: `/ahv/config/vms/…`. */
export interface Place {
  readonly namespace: Namespace;
  readonly rest: string;
}

/** What was read, with the tag that the next change of it must show. */
export interface Read {
  readonly data: JsonObject;
  readonly etag: string;
}

export interface Change {
  readonly method: Method;
  readonly place: Place;
  /** Prism answers 428 without it, so there is no way to leave it out. O E.7 */
  readonly etag: string;
  /** The same id makes the same change once. O E.7 */
  readonly requestId: string;
  readonly body?: JsonObject;
}

export interface Listed {
  readonly filter?: string;
  readonly orderBy?: string;
}

export interface Page {
  readonly items: readonly JsonObject[];
  readonly total: number | null;
  readonly isLast: boolean;
}

export interface Prism {
  /** Null when Prism itself answers, with an entity error, that it is not there. */
  find(place: Place): Promise<Read | null>;
  /** One page of at most 100, counted from 0, in the order of a field that Prism can order by. `total` is null where it does not tell. */
  page(place: Place, page: number, options?: Listed): Promise<Page>;
  /** All pages. */
  list(place: Place, filter?: string): Promise<readonly JsonObject[]>;
  /** The id of the task, or `stale` when somebody changed it since it was read. */
  change(change: Change): Promise<{ readonly task: string | null } | 'stale'>;
}

const PAGE = 100;

const etagOf = (answer: HttpAnswer): string =>
  answer.headers.etag ?? textAt(answer.body, 'data.$reserved.ETag') ?? textAt(answer.body, '$reserved.ETag') ?? '';

/** Prism Central v4: Basic log-in, negotiated versions, ETags, entity errors. O E.1, E.2, E.7, E.8 */
export const prismOf = (where: Doing, instance: AhvInstance, resolve: ResolveSecret, http: Http): Prism => {
  let password: Promise<string> | null = null;
  const authorisation = async (): Promise<string> => {
    password ??= secretOf(instance.login.password, resolve);
    password.catch(() => {
      password = null;
    });
    return `Basic ${Buffer.from(`${instance.login.user}:${await password}`).toString('base64')}`;
  };

  /** A password may have been changed while we ran: it is read once more, and no oftener. */
  const send: Http = async (request) => {
    const attempt = async (): Promise<HttpAnswer> =>
      http({ ...request, headers: { ...request.headers, authorization: await authorisation() } });
    const answer = await attempt();
    if (answer.status !== 401) return answer;
    password = null;
    return attempt();
  };
  const versions = versionsOf(send);

  const ask = async (
    method: Method,
    place: Place,
    more: Pick<HttpRequest, 'headers' | 'json'> & { readonly query?: string } = {},
  ): Promise<{ request: HttpRequest; answer: HttpAnswer }> => {
    const { query, ...rest } = more;
    const version = await versions.of(place.namespace);
    const path = `/api/${place.namespace}/${version}${place.rest}${query ? `?${query}` : ''}`;
    const request: HttpRequest = { method, path, ...rest };
    const answer = await send(request);
    if (answer.status === 404) versions.forget(place.namespace);
    return { request, answer };
  };

  const page: Prism['page'] = async (place, n, { filter, orderBy } = {}) => {
    const query = [
      `$page=${n}&$limit=${PAGE}`,
      ...(filter ? [`$filter=${encodeURIComponent(filter)}`] : []),
      ...(orderBy ? [`$orderby=${encodeURIComponent(orderBy)}`] : []),
    ].join('&');
    const { request, answer } = await ask('GET', place, { query });
    if (answer.status >= 300) throw failureOf(where, request, answer);
    const items = listAt(answer.body, 'data');
    const total = numberAt(answer.body, 'metadata.totalAvailableResults');
    return { items, total, isLast: items.length < PAGE || (total !== null && n * PAGE + items.length >= total) };
  };

  return {
    find: async (place) => {
      const { request, answer } = await ask('GET', place);
      if (answer.status >= 300) {
        const errors = errorsOf(answer.body);
        if (kindOf(answer.status, errors) === 'missing') {
          // A bare 404 says that nobody serves this path, not that the object is gone.
          if (errors.length > 0) return null;
          throw unreachable(`Prism answered ${place.rest} with a bare ${answer.status}`);
        }
        throw failureOf(where, request, answer);
      }
      const data = isObject(answer.body) ? answer.body.data : null;
      if (!isObject(data)) return notFinished(`Prism answered ${place.rest} without a body`);
      return { data, etag: etagOf(answer) };
    },

    page,

    list: async (place, filter) => {
      const found: JsonObject[] = [];
      for (let n = 0; ; n += 1) {
        const { items, isLast } = await page(place, n, filter ? { filter } : {});
        found.push(...items);
        if (isLast) return found;
      }
    },

    change: async ({ method, place, etag, requestId, body }) => {
      if (etag === '') throw unreachable(`Prism answered ${place.rest} without an ETag: it cannot be changed safely`);
      const headers = { 'if-match': etag, 'ntnx-request-id': requestId };
      const { request, answer } = await ask(method, place, { headers, ...(body ? { json: body as Json } : {}) });
      if (answer.status === 412) return 'stale';
      if (answer.status >= 300) throw failureOf(where, request, answer);
      return { task: textAt(answer.body, 'data.extId') };
    },
  };
};
