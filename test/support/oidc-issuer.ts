import fastify from 'fastify';
import { base64url, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface Issuer {
  readonly url: string;
  /** A token of this issuer; what a test does not say is right for the audience `tranship`. */
  readonly token: (claims: JWTPayload) => Promise<string>;
  /** The same, signed with a key that the issuer does not publish. */
  readonly forged: (claims: JWTPayload) => Promise<string>;
  /** The same, which says that it needs no signature. */
  readonly unsigned: (claims: JWTPayload) => string;
  readonly close: () => Promise<void>;
}

const HOUR_S = 3_600;

/** A real OpenID issuer on this machine: discovery, keys, tokens. */
export const oidcIssuer = async (): Promise<Issuer> => {
  const ours = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const header = { alg: 'RS256', kid: 'one' };
  const app = fastify({ forceCloseConnections: true });
  let url = '';
  app.get('/.well-known/openid-configuration', async () => ({ issuer: url, jwks_uri: `${url}/keys` }));
  app.get('/keys', async () => ({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'one', alg: 'RS256' }] }));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  const whole = (claims: JWTPayload): JWTPayload => ({
    iss: url,
    aud: 'tranship',
    exp: Math.floor(Date.now() / 1_000) + HOUR_S,
    ...claims,
  });
  return {
    url,
    token: (claims) => new SignJWT(whole(claims)).setProtectedHeader(header).sign(ours.privateKey),
    forged: (claims) => new SignJWT(whole(claims)).setProtectedHeader(header).sign(foreign.privateKey),
    unsigned: (claims) =>
      `${[{ alg: 'none' }, whole(claims)].map((part) => base64url.encode(JSON.stringify(part))).join('.')}.`,
    close: () => app.close(),
  };
};
