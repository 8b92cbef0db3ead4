import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { SecretRef } from '../../domain/estate.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import type { Caller } from './caller.ts';
import { newLocalToken } from './local-token.ts';
import { type OidcOptions, oidc } from './oidc.ts';
import { refusalsIn } from './refusals.ts';
import type { PlanAt } from './route.ts';
import { apiServer } from './server.ts';
import { readSigner } from './signing-key.ts';

export interface ApiOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder of what Tranship keeps of its own. */
  readonly home: string;
  readonly records: string;
  readonly plan: PlanAt;
  readonly oidc: OidcOptions | null;
  readonly tls: { readonly key: SecretRef; readonly cert: SecretRef } | null;
  readonly signWith: SecretRef | null;
  readonly log: Logger;
  readonly lookEveryMs?: number;
  readonly heartbeatMs?: number;
}

export interface RunningApi {
  readonly url: string;
  /** Where the token of this machine is; null where people log in with an issuer. */
  readonly token: string | null;
  readonly refusals: string;
  /** Key that approvals are signed with; null where they are not. */
  readonly signs: string | null;
  readonly app: FastifyInstance;
  readonly close: () => Promise<void>;
}

const HERE: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** Beyond this machine nobody is believed without a log-in, and nothing is said without TLS. */
const refuseOpen = ({ host, oidc: login, tls }: ApiOptions): void => {
  if (HERE.includes(host)) return;
  const missing = [...(login ? [] : ['--issuer and --audience']), ...(tls ? [] : ['--tls-cert and --tls-key'])];
  if (missing.length > 0)
    throw wrongInput(
      `--host  ${host} is reached by others, and there is no ${missing.join(', no ')}`,
      `Add ${missing.join(', ')}; or listen on 127.0.0.1, for this machine alone.`,
    );
};

const identityOf = async (
  options: ApiOptions,
  folder: string,
): Promise<{ readonly path: string | null; readonly identify: (token: string) => Promise<Caller> }> =>
  options.oidc ? { path: null, identify: await oidc(options.oidc) } : newLocalToken(folder);

const tlsOf = async ({ tls }: ApiOptions) =>
  tls && { key: await resolveSecret(tls.key), cert: await resolveSecret(tls.cert) };

/** Starts the API. Whatever is wrong is said before anything listens. */
export const startApi = async (reached: Reached, options: ApiOptions): Promise<RunningApi> => {
  refuseOpen(options);
  const signer = options.signWith === null ? null : await readSigner(options.signWith);
  const tls = await tlsOf(options);
  const folder = join(options.home, 'api');
  const { path, identify } = await identityOf(options, folder);
  const refusals = await refusalsIn(folder, options.log);
  const { lookEveryMs = 2_000, heartbeatMs = 15_000, records, plan, log, host, port } = options;
  const onlyHere = HERE.includes(host);
  const app = await apiServer({
    ...{ reached, records, plan, signer, identify, onlyHere, tls, refusals, log, lookEveryMs, heartbeatMs },
  });
  try {
    const url = await app.listen({ host, port });
    const close = async (): Promise<void> => {
      await app.close();
      await refusals.flushed();
    };
    return { url, token: path, refusals: refusals.path, signs: signer?.kid ?? null, app, close };
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw wrongInput(`--port  ${port} is taken on ${host}`, 'Name another one, or end what listens there.');
  }
};
