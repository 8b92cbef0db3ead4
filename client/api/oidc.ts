import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { ROLES } from '../../domain/attestation.ts';
import { wrongInput } from '../wrong-input.ts';
import type { Caller } from './caller.ts';
import { namesThisMachine } from './headers.ts';
import { Problem } from './problem.ts';

export interface OidcOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Names of claims; one inside another is written with a dot. */
  readonly rolesClaim: string;
  readonly groupsClaim: string;
  readonly subjectClaim: string;
}

const ANSWER_MS = 5_000;
const SKEW_S = 5;

/** Signed with a key of the issuer; a shared secret, or nothing, is never taken. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Keys that come over a line others can write on are nobody's keys. */
const isSafe = (url: URL): boolean => url.protocol === 'https:' || namesThisMachine(url.host);

const Discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });

const discover = async (issuer: string): Promise<z.infer<typeof Discovered>> => {
  const url = URL.parse(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!url || !isSafe(url)) throw wrongInput(`--issuer  ${issuer} is no https address`, 'Write it as the issuer does.');
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return Discovered.parse(await answer.json());
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is no OpenID configuration' : (error as Error).message;
    throw wrongInput(`--issuer  ${url} cannot be read: ${why}`, 'Correct the address, or the way to it.');
  }
};

/** A claim by its name, or by its path. */
const claimAt = (payload: JWTPayload, name: string): unknown =>
  payload[name] ??
  name
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), payload);

const words = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string' && word !== '') : [];
};

const LOG_IN = 'Log in again with the issuer of this API.';

/** Why a token does not hold, without quoting it. */
const refusalOf = (error: unknown): Problem => {
  if (error instanceof errors.JWTExpired) return new Problem(401, 'The token has expired.', LOG_IN);
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Problem(401, `The token is not for this API: its claim ${error.claim} does not fit.`, LOG_IN);
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    return new Problem(
      503,
      'The keys of the issuer cannot be read now.',
      'Look at the issuer and the way to it, then ask again.',
    );
  return new Problem(401, 'The token is not signed by the issuer of this API.', LOG_IN);
};

/** Tokens of one issuer for one audience. Throws in words when the issuer cannot be read at the start. */
export const oidc = async (options: OidcOptions): Promise<(token: string) => Promise<Caller>> => {
  const { issuer, jwks_uri } = await discover(options.issuer);
  if (issuer !== options.issuer)
    throw wrongInput(`--issuer  ${options.issuer} calls itself ${issuer}`, 'Write it exactly as the issuer does.');
  const keysAt = new URL(jwks_uri);
  if (!isSafe(keysAt))
    throw wrongInput(`--issuer  the keys of ${issuer} are not at an https address`, 'Use another issuer.');
  const keys = createRemoteJWKSet(keysAt, { timeoutDuration: ANSWER_MS });
  const verified = async (token: string): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: options.audience,
        algorithms: ALGORITHMS,
        clockTolerance: SKEW_S,
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  };
  return async (token) => {
    const payload = await verified(token);
    const subject = claimAt(payload, options.subjectClaim);
    if (typeof subject !== 'string' || subject.trim() === '')
      throw new Problem(401, `The token has no ${options.subjectClaim}, so nobody is named.`, LOG_IN);
    const given = words(claimAt(payload, options.rolesClaim));
    return {
      subject,
      groups: words(claimAt(payload, options.groupsClaim)),
      roles: ROLES.filter((role) => given.includes(role)),
      method: 'oidc',
      until: (payload.exp ?? 0) * 1_000,
    };
  };
};
