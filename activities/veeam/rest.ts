import type { VeeamInstance } from '../../domain/estate.ts';
import { unreachable } from '../contracts/mishap.ts';
import { type ResolveSecret, secretOf } from '../http/login.ts';
import { type Json, type JsonObject, listAt, numberAt, textAt } from '../http/reading.ts';
import type { Http, HttpAnswer, HttpRequest, Method } from '../http/transport.ts';
import { failureOfAnswer, failureOfLogin, type Where } from './failures.ts';

/** The plug-in's id is the same on every backup server. V §1.7.2 */
const PLUGIN = '/extension/799a5a3e-ae1e-4eaf-86eb-8a9acc2670e2/api';

/** One of the two APIs behind the same log-in. */
export interface Api {
  /** Throws for every answer that is not a success. */
  ask(method: Method, path: string, body?: JsonObject): Promise<HttpAnswer>;
  /** Null for 404. */
  find(path: string): Promise<HttpAnswer | null>;
  /** False for 404: gone already. */
  removeOrGone(path: string): Promise<boolean>;
  /** All pages. */
  all(path: string): Promise<readonly JsonObject[]>;
}

export interface Rest {
  /** The AHV plug-in: jobs and their runs. V §1.7.2 */
  readonly plugin: Api;
  /** The backup server itself: licences, repositories. V §2.5 */
  readonly server: Api;
}

interface Token {
  readonly value: string;
  readonly until: number;
}

/** Renewed well before it ends; what the answer says of its life counts, not what is documented. V §2.2 */
const LIFE = 0.8;
const PAGE = 100;

interface Setup {
  readonly where: Where;
  readonly instance: VeeamInstance;
  readonly resolve: ResolveSecret;
  readonly now: () => Date;
  readonly http: Http;
}

/** OAuth by password; one token for all callers of this process, one more try when it is refused. V §2.2 */
const loggedIn = ({ where, instance, resolve, now, http }: Setup): Http => {
  let token: Promise<Token> | null = null;

  const logIn = async (): Promise<Token> => {
    const { user, password } = instance.login;
    const answer = await http({
      method: 'POST',
      path: '/api/oauth2/token',
      headers: { 'x-api-version': instance.restApi },
      form: { grant_type: 'password', username: user, password: await secretOf(password, resolve) },
    });
    const value = textAt(answer.body, 'access_token');
    if (answer.status >= 300) throw failureOfLogin(where, answer);
    if (!value) throw unreachable('Veeam answered the log-in without a token');
    const seconds = numberAt(answer.body, 'expires_in') ?? 900;
    return { value, until: now().getTime() + seconds * 1000 * LIFE };
  };

  const current = async (): Promise<string> => {
    const known = await token?.catch(() => null);
    if (known && known.until > now().getTime()) return known.value;
    const asked = logIn();
    token = asked;
    asked.catch(() => {
      if (token === asked) token = null;
    });
    return (await asked).value;
  };

  return async (request) => {
    const send = async (): Promise<HttpAnswer> =>
      http({ ...request, headers: { ...request.headers, authorization: `Bearer ${await current()}` } });
    const answer = await send();
    if (answer.status !== 401) return answer;
    token = null;
    return send();
  };
};

const itemsOf = (body: Json): readonly JsonObject[] => {
  if (Array.isArray(body)) return listAt({ body }, 'body');
  const results = listAt(body, 'results');
  return results.length > 0 ? results : listAt(body, 'data');
};

const totalOf = (body: Json): number | null => numberAt(body, 'totalCount') ?? numberAt(body, 'pagination.total');

const api = (
  where: Where,
  send: Http,
  base: string,
  headers: Readonly<Record<string, string>>,
  offset: 'offset' | 'skip',
): Api => {
  const raw = async (
    method: Method,
    path: string,
    body?: JsonObject,
  ): Promise<{ request: HttpRequest; answer: HttpAnswer }> => {
    const request: HttpRequest = { method, path: `${base}${path}`, headers, ...(body ? { json: body } : {}) };
    return { request, answer: await send(request) };
  };
  const orThrow = ({ request, answer }: { request: HttpRequest; answer: HttpAnswer }): HttpAnswer => {
    if (answer.status >= 300) throw failureOfAnswer(where, request, answer);
    return answer;
  };
  return {
    ask: async (method, path, body) => orThrow(await raw(method, path, body)),
    find: async (path) => {
      const got = await raw('GET', path);
      return got.answer.status === 404 ? null : orThrow(got);
    },
    removeOrGone: async (path) => {
      const got = await raw('DELETE', path);
      if (got.answer.status === 404) return false;
      orThrow(got);
      return true;
    },
    all: async (path) => {
      const found: JsonObject[] = [];
      for (;;) {
        const query = `${path.includes('?') ? '&' : '?'}${offset}=${found.length}&limit=${PAGE}`;
        const { body } = orThrow(await raw('GET', `${path}${query}`));
        const items = itemsOf(body);
        found.push(...items);
        const total = totalOf(body);
        if (items.length === 0 || total === null || found.length >= total) return found;
      }
    },
  };
};

export const restOf = (setup: Setup): Rest => {
  const { instance, where } = setup;
  const send = loggedIn(setup);
  return {
    plugin: api(where, send, `${PLUGIN}/${instance.pluginApi}`, {}, 'offset'),
    server: api(where, send, '/api/v1', { 'x-api-version': instance.restApi }, 'skip'),
  };
};
