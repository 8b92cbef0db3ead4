import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const VALID_MS = 10 * 365 * 24 * 3_600_000;

export interface ServerIdentity {
  /** PEM texts for `https.createServer`. */
  readonly key: string;
  readonly cert: string;
  /** Path of the CA's certificate, which clients are given. */
  readonly ca: string;
}

/** The lab's own CA and one server certificate for 127.0.0.1 and localhost, made on the first start and kept in `dir`. */
export const serverIdentity = async (dir: string): Promise<ServerIdentity> => {
  const ca = join(dir, 'ca.pem');
  const key = join(dir, 'tls', 'server-key.pem');
  const cert = join(dir, 'tls', 'server.pem');
  if (!existsSync(ca)) await issue({ dir, ca, key, cert });
  return { ca, key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
};

/** ca.pem is written last: while it is missing the rest is made again. The CA's own key is never kept. */
const issue = async (to: { dir: string; ca: string; key: string; cert: string }): Promise<void> => {
  x509.cryptoProvider.set(webcrypto);
  const notBefore = new Date(Date.now() - 24 * 3_600_000);
  const notAfter = new Date(notBefore.getTime() + VALID_MS);
  const caKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serverKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Tranship lab CA',
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Tranship lab',
    issuer: ca.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
    ],
  });

  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey);
  mkdirSync(join(to.dir, 'tls'), { recursive: true });
  writeWhole(to.key, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), 0o600);
  writeWhole(to.cert, server.toString('pem'));
  writeWhole(to.ca, ca.toString('pem'));
};

const serialNumber = (): string => `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;

const writeWhole = (path: string, text: string, mode = 0o644): void => {
  writeFileSync(`${path}.part`, text, { mode });
  renameSync(`${path}.part`, path);
};
