import { CONTRACT } from '../../domain/address.ts';
import type { Json } from '../../domain/hook.ts';
import type { WebReceiver } from '../../domain/notice.ts';
import type { HttpHooks } from '../contracts/hooks.ts';
import { type ResolveSecret, secretOf } from '../http/login.ts';
import { request } from '../http/signed-request.ts';

interface Parts {
  readonly resolveSecret: ResolveSecret;
  readonly patienceMs: number;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const addressOf = (receiver: WebReceiver, text: string): URL => {
  const url = URL.parse(text.trim());
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  if (!url || !isSafe) throw new Error(`What ${receiver.url} holds is no https address.`);
  return url;
};

/** The address itself is a secret, and a word of it may stand in what a server or a library says. */
const covered = (text: string, { href, pathname, search }: URL): string =>
  [href, search, pathname]
    .filter((part) => part.length > 1)
    .reduce((left, part) => left.split(part).join('•••'), text)
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Posts JSON to an address that is held by reference, signed where the receiver asks for it. */
export const poster = ({ resolveSecret, patienceMs }: Parts) => {
  // One connection pool a receiver; another address, or other settings, make another.
  const known = new Map<string, HttpHooks['request']>();
  const senderOf = (receiver: WebReceiver, url: URL): HttpHooks['request'] => {
    const { ca, signature } = receiver;
    const key = JSON.stringify([receiver.name, url.href, ca, signature]);
    const before = known.get(key);
    if (before) return before;
    const made = request({
      instance: {
        endpoint: `${url.origin}${url.pathname}`,
        ...(ca === undefined ? {} : { ca }),
        ...(signature === undefined ? {} : { signature }),
      },
      ...{ resolveSecret, patienceMs, now: Date.now },
    });
    known.set(key, made);
    return made;
  };
  return async (receiver: WebReceiver, key: string, body: Json): Promise<void> => {
    const url = addressOf(receiver, await secretOf(receiver.url, resolveSecret));
    const to = { product: 'hooks', instance: receiver.name, contract: CONTRACT } as const;
    const order = { to, token: key, method: 'POST', path: url.search, body, expect: [200, 201, 202, 204] } as const;
    try {
      await senderOf(receiver, url)(order);
    } catch (error) {
      throw new Error(covered(error instanceof Error ? error.message : String(error), url));
    }
  };
};
