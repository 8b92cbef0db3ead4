import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The same certificate as a PEM file. */
  readonly ca: string;
  readonly remove: () => void;
}

/** A certificate for 127.0.0.1, or for what else is named, that nobody trusts who was not told to. */
export const certificate = async (
  name: { readonly type: 'ip' | 'dns'; readonly value: string } = { type: 'ip', value: '127.0.0.1' },
): Promise<Certificate> => {
  x509.cryptoProvider.set(webcrypto as never);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name.value}`,
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true), new x509.SubjectAlternativeNameExtension([name])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const folder = mkdtempSync(join(tmpdir(), 'tranship-certificate-'));
  const cert = made.toString('pem');
  writeFileSync(join(folder, 'ca.pem'), cert);
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert,
    ca: join(folder, 'ca.pem'),
    remove: () => rmSync(folder, { recursive: true }),
  };
};
