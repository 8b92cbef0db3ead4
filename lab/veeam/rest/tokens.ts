import { randomBytes } from 'node:crypto';
import type { Estate, Table } from '../../estate/types.ts';
import type { Answer, Ask } from '../../wire/exchange.ts';
import { REFRESH_MS, TOKEN_SECONDS } from '../durations.ts';
import { accessDenied, badRequest, expiredToken, invalidToken } from './errors.ts';

interface Lasting {
  readonly until: number;
}

export interface Tokens {
  /** POST /api/oauth2/token */
  issue(ask: Ask): Answer;
  /** POST /api/oauth2/logout */
  revoke(ask: Ask): Answer;
  /** Throws InvalidToken or ExpiredToken. */
  demand(ask: Ask): void;
}

/** Password and single-use refresh tokens, kept over restarts. V §2.2 */
export const openTokens = (estate: Estate): Tokens => {
  const access: Table<Lasting> = estate.table('veeam', 'access tokens');
  const refresh: Table<Lasting> = estate.table('veeam', 'refresh tokens');
  const { veeam } = estate.scenario;

  const make = (table: Table<Lasting>, lastsMs: number): string => {
    for (const { key, value } of table.list()) if (value.until + lastsMs < estate.now()) table.delete(key);
    const token = randomBytes(32).toString('base64url');
    table.put(token, { until: estate.now() + lastsMs });
    return token;
  };

  const pair = (): Answer => {
    const now = estate.now();
    const seconds = Math.max(Math.round(estate.scaled(TOKEN_SECONDS * 1000) / 1000), 2);
    return {
      status: 200,
      body: {
        access_token: make(access, seconds * 1000),
        token_type: 'bearer',
        refresh_token: make(refresh, estate.scaled(REFRESH_MS)),
        expires_in: seconds,
        '.issued': new Date(now).toISOString(),
        '.expires': new Date(now + seconds * 1000).toISOString(),
      },
    };
  };

  const refreshed = (token: string): Answer => {
    const known = refresh.get(token);
    refresh.delete(token);
    if (!known || known.until < estate.now()) throw invalidToken();
    return pair();
  };

  const bearer = (ask: Ask): string => /^Bearer (.+)$/i.exec(ask.header('authorization') ?? '')?.[1] ?? '';

  return {
    issue: (ask) => {
      const form = new URLSearchParams(ask.text);
      const grant = form.get('grant_type')?.toLowerCase();
      if (grant === 'refresh_token') return refreshed(form.get('refresh_token') ?? '');
      if (grant !== 'password') throw badRequest('The grant type is not supported.');
      if (form.get('username') === veeam.user && form.get('password') === veeam.password) return pair();
      throw accessDenied('The user name or password is incorrect.');
    },
    revoke: (ask) => {
      access.delete(bearer(ask));
      return { status: 200 };
    },
    demand: (ask) => {
      const known = access.get(bearer(ask));
      if (!known) throw invalidToken();
      if (known.until < estate.now()) throw expiredToken();
    },
  };
};
