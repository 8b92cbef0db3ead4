import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { guidOf, newGuid } from '../guid.ts';
import type { JsonObject } from '../json.ts';
import { isObject, numberAt, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';

/** The signing key is kept, so that a token outlives a restart of the lab. */
const signingKey = (lab: Lab): string => {
  const known = lab.tables.secrets.get('signing');
  if (known) return known.value;
  const value = randomBytes(32).toString('hex');
  lab.tables.secrets.put('signing', { value });
  return value;
};

const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signature = (lab: Lab, text: string): string =>
  createHmac('sha256', signingKey(lab)).update(text).digest('base64url');

/** Seconds a token lives: an hour of vendor time, never so short that MSAL would refuse to cache it. */
export const tokenSeconds = (lab: Lab): number => Math.max(600, Math.round(lab.estate.scaled(3_600_000) / 1000)) - 1;

/** A v1 access token as Azure Resource Manager gets them, signed by the lab. */
export const mintToken = (lab: Lab, audience: string): string => {
  const { tenant, clientId } = lab.estate.scenario.azure;
  const now = Math.floor(lab.estate.now() / 1000);
  const body = part({
    aud: audience,
    iss: `https://sts.windows.net/${tenant}/`,
    iat: now,
    nbf: now,
    exp: now + tokenSeconds(lab),
    appid: clientId,
    oid: guidOf(`${tenant}/${clientId}/principal`),
    tid: tenant,
    uti: newGuid(),
    ver: '1.0',
  });
  const text = `${part({ typ: 'JWT', alg: 'HS256' })}.${body}`;
  return `${text}.${signature(lab, text)}`;
};

export type TokenFlaw = { readonly code: string; readonly message: string };

/** Null when ARM may serve the bearer. `origin` is where ARM is reached: an audience the lab accepts beside the public cloud's. */
export const tokenFlaw = (lab: Lab, authorization: string | undefined, origin: string): TokenFlaw | null => {
  if (!authorization) {
    return { code: 'AuthenticationFailed', message: "Authentication failed. The 'Authorization' header is missing." };
  }
  const invalid = { code: 'InvalidAuthenticationToken', message: 'The access token is invalid.' };
  const [header = '', body = '', sealed = ''] = authorization.replace(/^bearer /i, '').split('.');
  const expected = Buffer.from(signature(lab, `${header}.${body}`));
  const given = Buffer.from(sealed);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return invalid;

  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  if (!isObject(claims)) return invalid;
  const expires = numberAt(claims, 'exp') ?? 0;
  if (expires * 1000 <= lab.estate.now()) {
    return {
      code: 'ExpiredAuthenticationToken',
      message: `The access token expiry UTC time '${new Date(expires * 1000).toISOString()}' is earlier than current UTC time '${new Date(lab.estate.now()).toISOString()}'.`,
    };
  }
  const audience = (textAt(claims, 'aud') ?? '').replace(/\/+$/, '');
  const accepted = ['https://management.azure.com', 'https://management.core.windows.net', origin];
  if (accepted.includes(audience)) return null;
  return {
    code: 'InvalidAuthenticationTokenAudience',
    message: `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences '${accepted.join("','")}'.`,
  };
};
