import { mishap } from '../contracts/mishap.ts';
import { failureOf, isGone, requestText } from './failures.ts';
import { jobNameOf } from './ids.ts';
import { type Json, listAt, textAt } from './reading.ts';
import type { ArmRequest, ArmResponse, Method, Send } from './transport.ts';

/** `at`: when Azure answered, on Azure's own clock, in ms; null where it did not say. */
export interface Reading {
  readonly body: Json;
  readonly at: number | null;
}

export interface Rows {
  readonly rows: readonly Json[];
  readonly at: number | null;
}

/** A write Azure took. `operation` is signed: it may be held in memory, never stored, logged or shown. */
export interface Accepted {
  readonly status: number;
  readonly body: Json | null;
  readonly job: string | null;
  readonly operation: string | null;
}

export interface Outcome {
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly error: string | null;
}

/** Azure Resource Manager. Ids start with a slash; failures are mishaps (see failures.ts). Nothing is ever sent twice. */
export interface Arm {
  /** null when the resource is not there. */
  get(id: string, apiVersion: string): Promise<Reading | null>;
  /** All pages. */
  list(id: string, apiVersion: string): Promise<Rows>;
  put(id: string, apiVersion: string, body: Json): Promise<Accepted>;
  patch(id: string, apiVersion: string, body: Json): Promise<Accepted>;
  /** `body` null sends none. */
  post(id: string, apiVersion: string, body: Json | null): Promise<Accepted>;
  /** Gone already is accepted, with status 404. `query` such as `forceDelete=False`. */
  remove(id: string, apiVersion: string, query?: string): Promise<Accepted>;
  /** How an accepted write ended, or null when Azure no longer knows. */
  outcome(operation: string): Promise<Outcome | null>;
}

const PAGES = 1000;

const azureClock = (response: ArmResponse): number | null => {
  const at = Date.parse(response.headers.date ?? '');
  return Number.isNaN(at) ? null : at;
};

const outcomeOf = (body: Json | null): Outcome => {
  const status = (textAt(body ?? undefined, 'status') ?? 'Succeeded').toLowerCase();
  if (status === 'succeeded') return { state: 'succeeded', error: null };
  if (!['failed', 'canceled', 'cancelled'].includes(status)) return { state: 'running', error: null };
  const code = textAt(body ?? undefined, 'error.code');
  const text = textAt(body ?? undefined, 'error.message') ?? status;
  return { state: 'failed', error: code ? `${code}: ${text}` : text };
};

export const arm = (send: Send, endpoint: string): Arm => {
  const home = new URL(endpoint).origin;

  const urlOf = (id: string, apiVersion: string, query?: string): string =>
    `${home}/${encodeURI(id.replace(/^\/+/, ''))}?api-version=${encodeURIComponent(apiVersion)}${query ? `&${query}` : ''}`;

  const ours = (url: string): string => {
    if (new URL(url).origin === home) return url;
    throw mishap.unsafe(`Azure points to ${new URL(url).origin}, which is not ${home}; our token is not sent there`, {
      fix: 'Check the endpoint of this instance in the plan.',
    });
  };

  const ask = async (request: ArmRequest): Promise<ArmResponse> => {
    const response = await send(request);
    if (response.status >= 200 && response.status < 300) return response;
    if ((request.method === 'GET' || request.method === 'DELETE') && isGone(response)) return response;
    throw failureOf(request, response);
  };

  const write = async (method: Method, url: string, body: Json | null): Promise<Accepted> => {
    const response = await ask(body === null ? { method, url } : { method, url, body });
    const operation = response.headers['azure-asyncoperation'] ?? response.headers.location ?? null;
    return { status: response.status, body: response.body, job: jobNameOf(operation), operation };
  };

  const pages = async (url: string, before: readonly Json[], left: number): Promise<Rows> => {
    const response = await ask({ method: 'GET', url: ours(url) });
    if (response.status === 404)
      throw mishap.missing(`${requestText({ method: 'GET', url })}: there is no such list`, { fix: 'Check the plan.' });
    const body = response.body ?? undefined;
    const rows = [...before, ...listAt(body, 'value')];
    const next = textAt(body, 'nextLink');
    return next && left > 0 ? pages(next, rows, left - 1) : { rows, at: azureClock(response) };
  };

  return {
    get: async (id, apiVersion) => {
      const response = await ask({ method: 'GET', url: urlOf(id, apiVersion) });
      return response.status === 404 ? null : { body: response.body ?? {}, at: azureClock(response) };
    },
    list: (id, apiVersion) => pages(urlOf(id, apiVersion), [], PAGES),
    put: (id, apiVersion, body) => write('PUT', urlOf(id, apiVersion), body),
    patch: (id, apiVersion, body) => write('PATCH', urlOf(id, apiVersion), body),
    post: (id, apiVersion, body) => write('POST', urlOf(id, apiVersion), body),
    remove: (id, apiVersion, query) => write('DELETE', urlOf(id, apiVersion, query), null),
    outcome: async (operation) => {
      const response = await ask({ method: 'GET', url: ours(operation) });
      if (response.status === 404) return null;
      return response.status === 202 ? { state: 'running', error: null } : outcomeOf(response.body);
    },
  };
};
