import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Estate } from '../estate/types.ts';
import type { CmdletTable } from './cmdlet.ts';
import { payloadOf } from './payload.ts';
import { runList } from './run-list.ts';

/** Cmdlets installed on the machine of an instance. */
export type Machines = (instance: string) => CmdletTable;

const sessionsKept = 500;

/** What stand-ins show instead of a Windows log-on. Made on the first start, kept for ever. */
export const shellToken = (dir: string): string => {
  const path = join(dir, 'powershell.token');
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
};

const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '');

const same = (given: string, wanted: string): boolean =>
  given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** Sessions live as long as their shell; the oldest go first. */
const sessions = (): ((shell: string) => Map<string, unknown>) => {
  const known = new Map<string, Map<string, unknown>>();
  return (shell) => {
    const session = known.get(shell) ?? new Map<string, unknown>();
    known.delete(shell);
    known.set(shell, session);
    for (const oldest of [...known.keys()].slice(0, -sessionsKept)) known.delete(oldest);
    return session;
  };
};

/**
 * Answers the stand-ins. POST with headers `x-instance`, `x-shell` (one per process), `x-interactive`; the body is the runner's payload.
 * 200 `{kind: 'envelope' | 'dies' | 'hangs'}`; 401 without the token; 400 for what is no payload; 500 with `stack` when the lab itself failed.
 */
export const listener = (estate: Estate, machines: Machines): RequestListener => {
  const token = shellToken(estate.dir);
  const sessionOf = sessions();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!same(header(request, 'authorization'), `Bearer ${token}`)) return answer(response, 401, {});
    const payload = payloadOf(await json(request).catch(() => null));
    if (!payload) return answer(response, 400, {});

    const instance = header(request, 'x-instance');
    const shell = {
      estate,
      instance,
      table: machines(instance),
      session: sessionOf(header(request, 'x-shell')),
      interactive: header(request, 'x-interactive') === 'true',
      isGone: () => response.destroyed,
    };
    answer(response, 200, await runList(shell, payload));
  };

  return (request, response) => {
    serve(request, response).catch((reason: unknown) =>
      answer(response, 500, { stack: reason instanceof Error ? reason.stack : String(reason) }),
    );
  };
};
