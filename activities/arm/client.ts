import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { ResourceManagementClient } from '@azure/arm-resources';
import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelinePolicy,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import { ApplicationFailure } from '@temporalio/common';
import type { AzureLogin, SecretRef } from '../../domain/estate.ts';
import { mishap } from '../contracts/mishap.ts';
import { failureOfNoAnswer, LogInFailed } from './no-answer.ts';
import type { Json } from './reading.ts';
import type { ArmRequest, ArmResponse, HearArm, Send } from './transport.ts';

/** What of an instance decides how Azure is reached. */
export interface ArmSite {
  readonly endpoint: string;
  /** PEM file trusted beside the public roots, for the log-in and for ARM alike. */
  readonly ca?: string;
  readonly login: AzureLogin;
  readonly subscription: string;
}

export interface ArmSetup {
  /** The value behind `env:NAME` or `file:/path`. */
  secret(ref: SecretRef): Promise<string>;
  /** Cancels the request that is under way. */
  signal?(): AbortSignal | undefined;
  readonly heard?: HearArm;
  /** Milliseconds one request may take. */
  readonly timeoutMs?: number;
}

/** Hosts that publish their own metadata; any other authority is taken at its word. */
const PUBLIC_AUTHORITIES = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.chinacloudapi.cn',
  'login.partner.microsoftonline.cn',
];

const trusted = async (ca: string | undefined): Promise<{ tlsOptions: { ca: string[] } } | object> => {
  if (!ca) return {};
  const pem = await readFile(ca, 'utf8').catch((error: Error) => {
    throw mishap.configuration(`The CA file ${ca} cannot be read: ${error.message}`, {
      fix: 'Correct `ca` of this instance in the plan.',
    });
  });
  return { tlsOptions: { ca: [...rootCertificates, pem] } };
};

const secretOf = async (site: ArmSite, setup: ArmSetup): Promise<string> =>
  setup.secret(site.login.clientSecret).catch((error: unknown) => {
    if (error instanceof ApplicationFailure) throw error;
    throw mishap.configuration(`The client secret ${site.login.clientSecret} cannot be read`, {
      fix: 'Set it where this worker runs.',
    });
  });

const TIMEOUT_MS = 60_000;

/** Remembers why the last request of the log-in got no answer, and gives each only so long. */
const connectionErrors = (timeoutMs: number): { readonly policy: PipelinePolicy; last(): unknown } => {
  let last: unknown = null;
  const policy: PipelinePolicy = {
    name: 'connectionErrors',
    sendRequest: async (request, next) => {
      last = null;
      request.abortSignal = AbortSignal.timeout(timeoutMs);
      return next(request).catch((error: unknown) => {
        last = error;
        throw error;
      });
    },
  };
  return { policy, last: () => last };
};

/** Retries and redirects are off: a POST of ours is never sent twice by the pipeline. A §0.9, §4.4, §4.5 */
const open = async (site: ArmSite, setup: ArmSetup): Promise<ResourceManagementClient> => {
  const tls = await trusted(site.ca);
  const { authority, tenant, clientId } = site.login;
  const once = { retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 } };
  const connection = connectionErrors(setup.timeoutMs ?? TIMEOUT_MS);
  const credential = new ClientSecretCredential(tenant, clientId, await secretOf(site, setup), {
    authorityHost: authority,
    disableInstanceDiscovery: !PUBLIC_AUTHORITIES.includes(new URL(authority).hostname),
    additionalPolicies: [{ policy: connection.policy, position: 'perCall' }],
    ...once,
    ...tls,
  });
  const logIn: Pick<ClientSecretCredential, 'getToken'> = {
    getToken: (scopes, options) =>
      credential.getToken(scopes, options).catch((error: unknown) => {
        throw new LogInFailed(error, connection.last());
      }),
  };
  const endpoint = site.endpoint.replace(/\/+$/, '');
  return new ResourceManagementClient(logIn, site.subscription, {
    endpoint,
    credentialScopes: [`${endpoint}/.default`],
    userAgentOptions: { userAgentPrefix: 'tranship' },
    ...once,
    ...tls,
  });
};

const parsed = (text: string | null | undefined): Json | null => {
  if (!text) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
};

const answerOf = (response: PipelineResponse) => ({
  status: response.status,
  headers: Object.fromEntries(
    Object.entries(response.headers.toJSON()).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  body: parsed(response.bodyAsText),
});

const asked = (method: ArmRequest['method'], url: string, body: Json | undefined): ArmRequest =>
  body === undefined ? { method, url } : { method, url, body };

/** Opens on the first request, once a process; a refused log-in reads the secret anew on the next. */
export const armSend = (site: ArmSite, setup: ArmSetup): Send => {
  let opening: Promise<ResourceManagementClient> | null = null;
  const client = () => {
    opening ??= open(site, setup);
    return opening;
  };
  return async ({ method, url, body }) => {
    const cancelled = setup.signal?.();
    // The pipeline's own time-out goes on ticking when a connection breaks, and keeps a process that ends alive.
    const late = AbortSignal.timeout(setup.timeoutMs ?? TIMEOUT_MS);
    const request = createPipelineRequest({
      method,
      url,
      headers: createHttpHeaders({
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      abortSignal: cancelled ? AbortSignal.any([cancelled, late]) : late,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const began = performance.now();
    const say = (answered: ArmResponse | null, failed: string | null): void =>
      setup.heard?.({ asked: asked(method, url, body), answered, failed, tookMs: performance.now() - began });
    try {
      const answer = answerOf(await (await client()).sendRequest(request));
      say(answer, null);
      return answer;
    } catch (error) {
      say(null, error instanceof Error ? error.name : 'no reason given');
      if (cancelled?.aborted) throw error;
      const failure = error instanceof ApplicationFailure ? error : failureOfNoAnswer({ method, url }, error);
      if (failure.type === 'Configuration') opening = null;
      throw failure;
    }
  };
};
