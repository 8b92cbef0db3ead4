import { compactVerify, createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import type { Keeper } from '../activities/contracts/keeper.ts';
import { type Attested, claimsOf, misfitOf } from '../domain/attestation.ts';
import type { SecretRef } from '../domain/estate.ts';
import { typed } from '../domain/typed.ts';
import { ATTESTATION_ALGORITHMS, ATTESTATION_TYPE } from './attestation-keys.ts';
import { resolveSecret } from './secrets.ts';

const not = (why: string): Attested => ({ ok: false, why });

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  Array.isArray((value as Partial<JSONWebKeySet> | null)?.keys);

/** The public keys, read when they are needed: a key that was added or taken away counts from the next decision on. */
const keysFrom = async (ref: SecretRef): Promise<JSONWebKeySet | string> => {
  try {
    const keys: unknown = JSON.parse(await resolveSecret(ref));
    if (isKeySet(keys)) return keys;
  } catch {
    // Neither what is in the file nor the parser's quote of it is for a history.
  }
  return `The orchestrator cannot read its attestation keys at ${ref}: they are a jwks.json as \`tranship api keys new\` writes it.`;
};

const UNSIGNED = 'The attestation is no signature of an API. Decide through the API, which signs.';

/** What the header says is looked at before any key is: the kind of signature is our choice, never the sender's. */
const refuseHeader = (attestation: string): string | null => {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(attestation);
    if (!ATTESTATION_ALGORITHMS.some((each) => each === alg))
      return `The attestation is signed with ${typed(alg)}; taken are ${ATTESTATION_ALGORITHMS.join(' and ')}.`;
    if (typ !== ATTESTATION_TYPE) return 'What was signed is something else than a decision.';
    return typeof kid === 'string' && kid !== '' ? null : 'The attestation does not name its key.';
  } catch {
    return UNSIGNED;
  }
};

const whyOf = (error: unknown, attestation: string): string => {
  if (error instanceof errors.JWKSNoMatchingKey)
    return `The key ${typed(decodeProtectedHeader(attestation).kid)} is unknown to the orchestrator. Put the API's public key into its jwks.json.`;
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'The signature does not fit what it signs: it was changed, or made with another key.';
  return UNSIGNED;
};

const read = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
};

/** Verifies what the API signed against the gate that is open. Answers in words, whatever it was given. */
export const attest =
  (keysRef: SecretRef | undefined, now: () => number = Date.now): Keeper['attest'] =>
  async ({ attestation, expected }) => {
    if (keysRef === undefined)
      return not(
        'The orchestrator has no keys to verify a decision with. Start it with TRANSHIP_ATTESTATION_KEYS=file:/path/to/jwks.json.',
      );
    if (typeof attestation !== 'string') return not(UNSIGNED);
    const wrong = refuseHeader(attestation);
    if (wrong !== null) return not(wrong);
    const keys = await keysFrom(keysRef);
    if (typeof keys === 'string') return not(keys);
    try {
      const { payload } = await compactVerify(attestation, createLocalJWKSet(keys), {
        algorithms: [...ATTESTATION_ALGORITHMS],
      });
      const claims = claimsOf(read(payload));
      if (claims === null) return not('What was signed is not a whole decision; the API may be of another release.');
      const misfit = misfitOf(claims, expected, now());
      const { subject, groups, id } = claims;
      return misfit === null ? { ok: true, subject, groups, id } : not(misfit);
    } catch (error) {
      return not(whyOf(error, attestation));
    }
  };
