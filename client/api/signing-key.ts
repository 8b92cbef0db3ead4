import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';
import type { Claims } from '../../domain/attestation.ts';
import type { SecretRef } from '../../domain/estate.ts';
import { ATTESTATION_ALGORITHMS, ATTESTATION_TYPE, type AttestationAlgorithm } from '../../workers/attestation-keys.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import { wrongInput } from '../wrong-input.ts';

export interface Signer {
  readonly kid: string;
  /** The claims as a compact JWS. */
  readonly sign: (claims: Claims) => Promise<string>;
}

const MAKE = 'Make one with `tranship api keys new --out FOLDER`.';

const parsed = (text: string, ref: SecretRef): JWK => {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    // The parser would quote the key.
    throw wrongInput(`--sign-with  ${ref} is no JSON Web Key`, MAKE);
  }
};

/** On a system with such modes, nobody but the owner reads a key. */
const refuseOpenFile = async (ref: SecretRef): Promise<void> => {
  if (!ref.startsWith('file:') || process.platform === 'win32') return;
  const path = ref.slice('file:'.length);
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0)
    throw wrongInput(`--sign-with  others than its owner may read ${path}`, `Close it: chmod 600 ${path}`);
};

/** The key the API signs with, from where the reference says. Throws in words, which never quote the key. */
export const readSigner = async (ref: SecretRef): Promise<Signer> => {
  await refuseOpenFile(ref);
  const jwk = parsed(await resolveSecret(ref), ref);
  const alg = ATTESTATION_ALGORITHMS.find((each): each is AttestationAlgorithm => each === jwk.alg);
  if (alg === undefined || typeof jwk.kid !== 'string' || typeof jwk.d !== 'string')
    throw wrongInput(
      `--sign-with  ${ref} is no private key with kid and alg ${ATTESTATION_ALGORITHMS.join(' or ')}`,
      MAKE,
    );
  const { kid } = jwk;
  const key = await importJWK(jwk, alg).catch(() => {
    throw wrongInput(`--sign-with  ${ref} is a key that cannot be used`, MAKE);
  });
  return {
    kid,
    sign: (claims) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg, kid, typ: ATTESTATION_TYPE })
        .sign(key),
  };
};

const keySetAt = async (path: string): Promise<JSONWebKeySet> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JSONWebKeySet;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { keys: [] };
    throw wrongInput(`${path}  is no key set`, 'Name another folder, or move the file away.');
  }
};

export interface NewKeys {
  readonly kid: string;
  /** The private key; only its owner may read it. */
  readonly signWith: string;
  /** The public keys: this one and those that were in the folder. */
  readonly publicKeys: string;
}

/** Makes a key pair in a folder. The public key goes beside those that are there, so that a change of keys takes nothing away. */
export const newKeys = async (out: string): Promise<NewKeys> => {
  const folder = resolve(out);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const publicKeys = join(folder, 'jwks.json');
  const { keys } = await keySetAt(publicKeys);

  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const open = await exportJWK(pair.publicKey);
  const kid = (await calculateJwkThumbprint(open)).slice(0, 16);
  const signWith = join(folder, `signing-${kid}.json`);
  const marks = { kid, alg: 'EdDSA', use: 'sig' };
  await writeFile(signWith, `${JSON.stringify({ ...(await exportJWK(pair.privateKey)), ...marks })}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  await chmod(signWith, 0o600);
  await writeFile(`${publicKeys}.part`, `${JSON.stringify({ keys: [...keys, { ...open, ...marks }] }, null, 1)}\n`);
  await rename(`${publicKeys}.part`, publicKeys);
  return { kid, signWith, publicKeys };
};
