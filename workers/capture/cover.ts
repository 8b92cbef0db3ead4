import type { Book, Kind } from './book.ts';

/**
 * Which words of a text stay beside what has a known form.
 *
 * - `form`   none
 * - `words`  plain words, but not in paths: a state, a sentence of a product
 * - `place`  plain words, also in paths: an address of an API
 */
export type Mode = 'form' | 'words' | 'place';

/**
 * Covers one text. Numbers, dates, codes and words of the products stay; names, addresses and what may be one get their placeholder, also
 * inside paths, ids and sentences.
 */
export type Cover = (text: string, mode: Mode, kind?: Kind) => string;

const HEX = '[0-9a-f]';
const UUID = `(?<![0-9a-f-])${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}(?![0-9a-f-])`;
const MAC = `(?<![0-9a-f:-])${HEX}{2}(?:[:-]${HEX}{2}){5}(?![0-9a-f:-])|(?<![0-9a-z])(?=0|\\d*[a-f])${HEX}{12}(?![0-9a-z])`;
const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = `(?<![\\w.])${OCTET}(?:\\.${OCTET}){3}(?![\\w.]*\\w)`;
const IPV6 = `(?<![\\w:.])(?:(?:${HEX}{1,4}:){7}${HEX}{1,4}|(?:${HEX}{1,4}:){1,6}(?::${HEX}{1,4}){1,6}|(?:${HEX}{1,4}:){1,7}:|::${HEX}{1,4}(?::${HEX}{1,4})*)(?![\\w:.])`;
const FORMS = new RegExp(`(?<uuid>${UUID})|(?<mac>${MAC})|(?<ip>${IPV4}|${IPV6})`, 'gi');

/** Addresses that every machine has. */
const ANYWHERE = /^(127\.|0\.0\.0\.0$|255\.|169\.254\.169\.254$|::1?$)/;

const SAFE = [
  /^[+-]?\d+([.,]\d+)?(%|[kmgt]i?b|ms|s)?$/i,
  /^\d{4}-\d\d-\d\d(t[\d:.,]+(z|[+-]\d\d:?\d\d)?)?(-preview)?$/i,
  /^(\d+\.)?\d\d:\d\d(:\d\d([.,]\d+)?)?$/,
  /^v?\d+(\.[a-z]?\d+)+([-+][a-z]+\d*)?$/i,
  /^v\d+$/i,
  /^0x[0-9a-f]{4,16}$/i,
  /^(AADSTS|KB)\d+$/,
  /^(application|text)\/[\w.+-]+$/,
  /^(enabled|disabled|on|off|yes|no|none|unknown|auto|manual|normal|ok|static|dynamic|dhcp|utc|bearer|windows|linux)$/i,
  /^(x64|x86|amd64|arm64|ipv[46]|gen[12]|http2?|utf-?8|sha-?(1|256)|tls1?|h\d|nic\d*|disk\d*|scsi|ide)$/i,
];

/** What stands around a name in names of our own making. */
const AFFIX = /^(tranship|replica|h\d+|disk|disk\d+|nic|nic\d+|osdisk|datadisk|test)$/i;
const EXTENSION = /\.(a?vhdx?|vhds|vmcx|vmrs|vmgs|iso|xml|json|ps1|sh|vbk|vib|vbm)$/i;

const CODE = /^(Microsoft|System|Windows|Veeam|vmm|prism|clustermgmt)(\.[A-Za-z]\w*)+$/;
const LONG_OPAQUE = /^[A-Za-z0-9+/=_-]{32,}$/;
const NAMESPACED = /^Microsoft\.[A-Za-z]+\//i;
const TOKEN_OF_OURS = /^\[?tranship:/;

export const coverWith = (book: Book): Cover => {
  /** Stand-ins that were put in already, so that nothing looks at them again. */
  const held: string[] = [];
  const hold = (made: string): string => `\u{E000}${held.push(made) - 1}\u{E001}`;
  const isHeld = (text: string): boolean => /^\u{E000}\d+\u{E001}$/u.test(text);
  const release = (text: string): string => {
    const whole = text.replaceAll(/\u{E000}(\d+)\u{E001}/gu, (_, n: string) => held[Number(n)] ?? '');
    return whole === text ? text : release(whole);
  };

  const addresses = (text: string): string =>
    text.replaceAll(FORMS, (found, ...rest) => {
      const { uuid, mac } = rest.at(-1) as { uuid?: string; mac?: string };
      if (uuid) return hold(book.uuid(found));
      if (mac) return hold(book.mac(found));
      return ANYWHERE.test(found) ? found : hold(book.placeholder('ip', found));
    });

  const nameFor = (text: string, kind: Kind): string => hold(book.known(text) ?? book.placeholder(kind, text));

  /** A known name with what we put around it: `web-01_replica`. null where anything else is left over. */
  const affixed = (chunk: string): string | null => {
    const parts = chunk.split(/([-_.:])/);
    for (let length = parts.length; length > 0; length -= 2) {
      for (let from = 0; from + length <= parts.length; from += 2) {
        const name = book.known(parts.slice(from, from + length).join(''));
        if (!name) continue;
        const around = [...parts.slice(0, from), ...parts.slice(from + length)];
        const isOurs = around.every(
          (part) => /^[-_.:]?$/.test(part) || isHeld(part) || AFFIX.test(part) || /^\d+$/.test(part),
        );
        if (isOurs) return [...parts.slice(0, from), hold(name), ...parts.slice(from + length)].join('');
      }
    }
    return parts.length > 1 &&
      parts.every((part) => /^[-_.:]?$/.test(part) || isHeld(part) || AFFIX.test(part) || /^\d+$/.test(part))
      ? chunk
      : null;
  };

  const one = (chunk: string, mode: Mode, kind: Kind): string => {
    if (chunk === '' || isHeld(chunk)) return chunk;
    const name = book.known(chunk);
    if (name) return hold(name);
    if (SAFE.some((form) => form.test(chunk)) || CODE.test(chunk)) return chunk;
    const ours = affixed(chunk);
    if (ours !== null) return ours;
    const extension = EXTENSION.exec(chunk)?.[0] ?? '';
    if (extension) return `${one(chunk.slice(0, -extension.length), mode, kind)}${extension}`;
    if (mode !== 'form' && /^([A-Za-z]+(['’][a-z]+)?|[A-Z]+(_[A-Z]+)+)$/.test(chunk)) return chunk;
    if (LONG_OPAQUE.test(chunk)) return nameFor(chunk, 'opaque');
    if (chunk.includes('@')) return nameFor(chunk, 'user');
    if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(chunk)) return nameFor(chunk, 'host');
    return nameFor(chunk, kind);
  };

  /** `/subscriptions/…/providers/Namespace/type/name`: kinds of things stay, their names do not. A §1.1 */
  const armId = (id: string): string => {
    let next: 'word' | 'name' | 'namespace' = 'word';
    let typed = false;
    return id
      .split('/')
      .map((segment) => {
        if (segment === '') return segment;
        const now = next;
        const lower = segment.toLowerCase();
        if (now !== 'name' && lower === 'providers') next = 'namespace';
        else if (now === 'namespace') {
          next = 'word';
          typed = true;
        } else if (now === 'name') next = 'word';
        else if (typed || ['subscriptions', 'resourcegroups'].includes(lower)) next = 'name';
        return now === 'name' || !/^[A-Za-z.]+$/.test(segment) ? one(segment, 'form', 'name') : segment;
      })
      .join('/');
  };

  const query = (text: string): string =>
    text
      .split('&')
      .map((pair) => {
        const [key = '', ...value] = pair.split('=');
        const isPlain = /^(api-version|offset|skip|limit|\$?top|\$?page|from|to|\$limit|\$orderby|forceDelete)$/i.test(
          key,
        );
        if (value.length === 0) return key;
        return `${key}=${isPlain ? whole(decode(value.join('=')), 'words', 'name') : '•••'}`;
      })
      .join('&');

  const path = (text: string, mode: Mode, kind: Kind): string => {
    const [place = '', ...asked] = text.split('?');
    const inside: Mode = mode === 'place' && !place.includes('\\') ? 'place' : 'form';
    const covered = /^\/+(subscriptions|providers)\//i.test(place)
      ? armId(place)
      : NAMESPACED.test(place)
        ? armId(`/providers/${place}`).slice('/providers/'.length)
        : place
            .split(/([\\/])/)
            .map((part) => (/^([\\/]?|[A-Za-z]:)$/.test(part) ? part : one(decode(part), inside, kind)))
            .join('');
    return asked.length === 0 ? covered : `${covered}?${query(asked.join('?'))}`;
  };

  const url = (text: string, mode: Mode): string => {
    const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z+]*:\/\/)([^/?#]*)(.*)$/i.exec(text) ?? [];
    const [host = '', port] = authority.split(':');
    return `${scheme}${one(host, 'form', 'host')}${port ? `:${port}` : ''}${path(rest, mode, 'name')}`;
  };

  const chunkOf = (chunk: string, mode: Mode, kind: Kind): string => {
    const [, body = '', end = ''] = /^(.*?)([.:!?]*)$/s.exec(chunk) ?? [];
    if (/^[a-z][a-z+]*:\/\//i.test(body)) return url(body, mode) + end;
    if (TOKEN_OF_OURS.test(body)) return body + end;
    const known = book.known(body);
    if (known) return hold(known) + end;
    if (SAFE.some((form) => form.test(body))) return body + end;
    if (mode !== 'form' && /^[A-Za-z]+\/[A-Za-z]+$/.test(body)) return body + end;
    if (/[\\/]/.test(body)) return path(body, mode, kind) + end;
    return one(body, mode, kind) + end;
  };

  const whole = (text: string, mode: Mode, kind: Kind): string => {
    const known = book.known(text);
    if (known) return hold(known);
    const masked = addresses(text);
    if (/^([a-z][a-z+]*:\/\/|\/[^\s/])\S*$/i.test(masked)) return chunkOf(masked, mode, kind);
    const chunks = masked.split(/([\s"'`´‘’“”,;()[\]{}<>=|*&]+)/);
    if (mode !== 'form' || chunks.length === 1)
      return chunks.map((chunk, n) => (n % 2 === 1 ? chunk : chunkOf(chunk, mode, kind))).join('');
    const isSafe = chunks.every(
      (chunk, n) => n % 2 === 1 || chunk === '' || isHeld(chunk) || SAFE.some((form) => form.test(chunk)),
    );
    // A path may have blanks in it; anything else of several words is one name.
    if (/^([A-Za-z]:\\|\\\\|\/)/.test(masked)) return path(masked, 'form', kind);
    return isSafe ? masked : nameFor(release(masked), kind);
  };

  return (text, mode, kind = 'text') => {
    const covered = release(whole(text, mode, kind));
    held.length = 0;
    return covered;
  };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
