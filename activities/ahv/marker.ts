import { readToken } from '../../domain/token.ts';

/**
 * What we keep in a VM's description: our token, and which adapters were plugged in before we pulled them.
 * `[tranship:<vm>/1/isolate/0 up=<adapter>,<adapter>]` on a line of its own; the rest of the text is the owner's.
 */
export interface Marker {
  readonly token: string;
  /** Ids of the adapters that were connected. */
  readonly up: readonly string[];
}

const PATTERN = /\n?\[(tranship:\S+) up=([^\]\s]*)\]/;

export const readMarker = (description: string | null): Marker | null => {
  const found = PATTERN.exec(description ?? '');
  if (!found?.[1] || !readToken(found[1])) return null;
  const up = found[2] ?? '';
  return { token: found[1], up: up === 'none' || up === '' ? [] : up.split(',') };
};

export const withoutMarker = (description: string | null): string => (description ?? '').replace(PATTERN, '');

export const withMarker = (description: string | null, { token, up }: Marker): string => {
  const own = withoutMarker(description);
  return `${own}${own === '' ? '' : '\n'}[${token} up=${up.length > 0 ? up.join(',') : 'none'}]`;
};
