import { mishap } from '../contracts/mishap.ts';
import { textAt } from '../http/reading.ts';
import type { Http } from '../http/transport.ts';

/** Prism's v4 namespaces, each with the newest minor whose answers we read. O E.1 */
const NEWEST = { vmm: 3, prism: 4, clustermgmt: 3, networking: 4 } as const;

export type Namespace = keyof typeof NEWEST;

export interface Versions {
  /** `v4.1`: what this server and we both speak. Asked once, then kept. */
  of(namespace: Namespace): Promise<string>;
  /** A 404 may mean that the server was changed: the next question asks anew. O E.1 */
  forget(namespace: Namespace): void;
}

/** The first v4 release: what a server without the question speaks. */
const FIRST = 'v4.0';
const UNKNOWN_QUESTION = [404, 405, 501];

const agreed = (namespace: Namespace, server: string): string => {
  const found = /v?(\d+)\.(\d+)(\.[ab]\d+)?/.exec(server);
  const minor = Number(found?.[2]);
  if (found?.[1] !== '4')
    throw mishap.configuration(`Prism Central speaks ${namespace} ${server}; this agent speaks v4.`, {
      fix: 'Update Prism Central to pc.2024.3 or newer, or the agent.',
    });
  return minor > NEWEST[namespace] ? `v4.${NEWEST[namespace]}` : `v4.${minor}${found[3] ?? ''}`;
};

/** Asks `OPTIONS /api/<namespace>/unversioned/info` once per namespace. O E.1 */
export const versionsOf = (send: Http): Versions => {
  const known = new Map<Namespace, Promise<string>>();
  const ask = async (namespace: Namespace): Promise<string> => {
    const answer = await send({ method: 'OPTIONS', path: `/api/${namespace}/unversioned/info` });
    const server = textAt(answer.body, 'data') ?? textAt(answer.body, 'data.version');
    if (answer.status < 300 && server) return agreed(namespace, server);
    if (!UNKNOWN_QUESTION.includes(answer.status)) known.delete(namespace);
    return FIRST;
  };
  return {
    forget: (namespace) => known.delete(namespace),
    of: (namespace) => {
      const asked = known.get(namespace) ?? ask(namespace);
      known.set(namespace, asked);
      asked.catch(() => known.delete(namespace));
      return asked;
    },
  };
};
