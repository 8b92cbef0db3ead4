import { ApplicationFailure } from '@temporalio/common';
import { type Arm, arm } from '../../activities/arm/arm.ts';
import { keyOf, nameOf } from '../../activities/arm/ids.ts';
import type { Json } from '../../activities/arm/reading.ts';
import type { ArmRequest, ArmResponse, Method } from '../../activities/arm/transport.ts';
import { unreachable } from '../../activities/contracts/mishap.ts';
import type { Mishap } from '../../domain/mishap.ts';

export const ENDPOINT = 'https://arm.example';
export const NOW = '2026-03-01T12:00:00Z';

type Answer = Partial<ArmResponse> | undefined;
type Script = (request: ArmRequest, path: string) => Answer;

/** A resource store that answers as ARM does, with a script in front of it. Nothing in it knows Azure Migrate. */
export interface FakeArm {
  readonly arm: Arm;
  readonly sent: readonly ArmRequest[];
  /** Requests of a method whose path matches. */
  count(method: Method, path: RegExp): number;
  put(id: string, body: Json): void;
  get(id: string): Json | undefined;
  drop(id: string): void;
  /** The newest script that answers wins; one that answers undefined lets the store answer. */
  script(script: Script): void;
}

export const NOT_FOUND: Answer = { status: 404, body: { error: { code: 'ResourceNotFound', message: 'not there' } } };

const isCollection = (path: string): boolean => {
  const after = path.split('/providers/').at(-1)?.split('/') ?? [];
  return path.includes('/providers/') && after.length % 2 === 0;
};

export const fakeArm = (): FakeArm => {
  const store = new Map<string, Json>();
  const scripts: Script[] = [];
  const sent: ArmRequest[] = [];

  const put = (id: string, body: Json) => {
    const own = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
    store.set(keyOf(id), { id, name: nameOf(id), ...own });
  };

  /** Of one parent, or of a type all over the subscription. */
  const rowsOf = (path: string): Json[] => {
    const [scope = '', type = ''] = keyOf(path).split('/providers/');
    const wide = /^\/subscriptions\/[^/]+$/.test(scope);
    return [...store].flatMap(([key, row]) => {
      const [keyScope = '', ...rest] = key.split('/providers/');
      const parent = key.slice(0, key.lastIndexOf('/'));
      const inside = wide
        ? keyScope.startsWith(scope) && rest.length === 1 && rest[0]?.startsWith(`${type}/`)
        : parent === keyOf(path);
      return inside ? [row] : [];
    });
  };

  const answer = ({ method, body }: ArmRequest, path: string): Answer => {
    if (method === 'GET' && isCollection(path)) return { status: 200, body: { value: rowsOf(path) } };
    const there = store.get(keyOf(path));
    if (method === 'GET') return there === undefined ? NOT_FOUND : { status: 200, body: there };
    if (method === 'DELETE') return store.delete(keyOf(path)) ? { status: 202 } : NOT_FOUND;
    if (method === 'PATCH' && there !== undefined) {
      const patch = body as { readonly tags?: Json };
      if (patch.tags !== undefined) put(path, { ...(there as { readonly [key: string]: Json }), tags: patch.tags });
      return { status: 200 };
    }
    if (method === 'PUT') {
      put(path, body ?? {});
      return { status: 201 };
    }
    return { status: 202 };
  };

  const send = async (request: ArmRequest): Promise<ArmResponse> => {
    sent.push(request);
    const path = decodeURI(new URL(request.url).pathname);
    const scripted = [...scripts].reverse().map((script) => () => script(request, path));
    let found: Answer;
    for (const ask of scripted) {
      found = ask();
      if (found) break;
    }
    const { status = 200, headers = {}, body = null } = found ?? answer(request, path) ?? {};
    return { status, headers: { date: new Date(NOW).toUTCString(), ...headers }, body };
  };

  return {
    arm: arm(send, ENDPOINT),
    sent,
    count: (method, path) =>
      sent.filter((request) => request.method === method && path.test(new URL(request.url).pathname)).length,
    put,
    get: (id) => store.get(keyOf(id)),
    drop: (id) => {
      store.delete(keyOf(id));
    },
    script: (script) => {
      scripts.push(script);
    },
  };
};

/** An accepted write with the signed address of its operation. */
export const accepted = (job: string): Answer => ({
  status: 202,
  headers: {
    'azure-asyncoperation': `${ENDPOINT}/subscriptions/s/providers/Microsoft.DataReplication/locations/North%20Europe/operationResults/${job}_vault-id?api-version=2024-09-01&t=1&s=SIGNED`,
    'retry-after': '15',
  },
});

/** The effect happens, the answer does not arrive. */
export const lost = (): never => {
  throw unreachable('the connection was closed');
};

/** What a verb threw: its class, its words and, for a mishap, all it told. */
export const failing = async (asked: Promise<unknown>): Promise<{ type: string; message: string; told: Mishap }> => {
  const error = await asked.then(
    (value) => {
      throw new Error(`it answered ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  return { type: error.type ?? '', message: error.message, told: (error.details?.[0] ?? {}) as Mishap };
};
