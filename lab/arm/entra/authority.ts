import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newGuid } from '../guid.ts';
import { readText, send } from '../http/wire.ts';
import type { Lab } from '../lab.ts';
import { mintToken, tokenSeconds } from './tokens.ts';

interface Refused {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly text: string;
}

/** The Entra endpoints a client-credentials log-in touches: discovery, keys, token. A §4.4 */
export const entra =
  (lab: Lab) =>
  (req: IncomingMessage, res: ServerResponse): void => {
    void answer(lab, req, res).catch(() => res.destroy());
  };

const answer = async (lab: Lab, req: IncomingMessage, res: ServerResponse): Promise<void> => {
  const origin = `https://${req.headers.host ?? 'localhost'}`;
  const { pathname, searchParams } = new URL(req.url ?? '/', origin);
  const [tenant = '', ...rest] = pathname.split('/').filter((part) => part !== '');
  const what = rest.join('/').toLowerCase();

  if (what === 'discovery/instance')
    return send(res, 200, instanceMetadata(req.headers.host ?? '', origin, searchParams));
  const fault = lab.estate.faults.at('authority.token', lab.estate.scenario.azure.clientId);
  if (fault?.kind === 'throttled') return send(res, 429, { error: 'temporarily_unavailable' }, { 'retry-after': '5' });
  if (fault?.kind === 'dropAnswer') return void res.destroy();
  if (fault)
    return send(res, 503, {
      error: 'temporarily_unavailable',
      error_description: 'AADSTS90033: A transient error has occurred.',
    });

  if (tenant.toLowerCase() !== lab.estate.scenario.azure.tenant.toLowerCase()) {
    return refuse(lab, res, {
      status: 400,
      error: 'invalid_tenant',
      code: 90002,
      text: `Tenant '${tenant}' not found.`,
    });
  }
  if (req.method === 'GET' && what.endsWith('.well-known/openid-configuration'))
    return send(res, 200, configuration(origin, tenant));
  if (req.method === 'GET' && what === 'discovery/v2.0/keys') return send(res, 200, { keys: [] });
  if (req.method === 'POST' && what === 'oauth2/v2.0/token')
    return token(lab, res, new URLSearchParams(await readText(req)));
  return send(res, 404, { error: 'not_found' });
};

const configuration = (origin: string, tenant: string): Record<string, unknown> => ({
  token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  issuer: `${origin}/${tenant}/v2.0`,
  request_uri_parameter_supported: false,
  authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'ver'],
});

const instanceMetadata = (host: string, origin: string, query: URLSearchParams): Record<string, unknown> => ({
  tenant_discovery_endpoint: `${origin}/${(query.get('authorization_endpoint') ?? '').split('/')[3] ?? 'common'}/v2.0/.well-known/openid-configuration`,
  'api-version': '1.1',
  metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
});

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Why a client may not have a token; null when it may. */
const flawOf = (lab: Lab, form: URLSearchParams): Refused | null => {
  const { clientId, clientSecret } = lab.estate.scenario.azure;
  const client = form.get('client_id') ?? '';
  if (form.get('grant_type') !== 'client_credentials') {
    const text = 'The app requested an unsupported grant type.';
    return { status: 400, error: 'unsupported_grant_type', code: 70003, text };
  }
  if (client.toLowerCase() !== clientId.toLowerCase()) {
    const text = `Application with identifier '${client}' was not found in the directory.`;
    return { status: 400, error: 'unauthorized_client', code: 700016, text };
  }
  if (!same(form.get('client_secret') ?? '', clientSecret)) {
    return { status: 401, error: 'invalid_client', code: 7000215, text: 'Invalid client secret provided.' };
  }
  if (audienceOf(form)) return null;
  const text = 'The provided value for scope is not valid: it must be the resource with /.default behind it.';
  return { status: 400, error: 'invalid_scope', code: 1002012, text };
};

const audienceOf = (form: URLSearchParams): string | null => {
  const scope = (form.get('scope') ?? '').split(' ').find((each) => each.endsWith('/.default'));
  return scope?.slice(0, -'/.default'.length) ?? null;
};

const token = (lab: Lab, res: ServerResponse, form: URLSearchParams): void => {
  const flaw = flawOf(lab, form);
  const seconds = tokenSeconds(lab);
  const granted = { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds };
  if (flaw) refuse(lab, res, flaw);
  else send(res, 200, { ...granted, access_token: mintToken(lab, audienceOf(form) ?? '') });
};

const refuse = (lab: Lab, res: ServerResponse, { status, error, code, text }: Refused): void => {
  const trace = newGuid();
  const stamp = new Date(lab.estate.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z/, 'Z');
  send(res, status, {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${trace} Timestamp: ${stamp}`,
    error_codes: [code],
    timestamp: stamp,
    trace_id: trace,
    correlation_id: trace,
  });
};
