import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { trustThisMachine } from '../../workers/trust.ts';

const prints = (pems: readonly string[]): Set<string> =>
  new Set(pems.map((pem) => new X509Certificate(pem).fingerprint256));

test('an agent trusts the authorities of its machine beside those that Node ships', () => {
  const wanted = prints([...tls.getCACertificates('bundled'), ...tls.getCACertificates('system')]);
  trustThisMachine();
  const trusted = prints(tls.getCACertificates('default'));
  expect([...wanted].filter((print) => !trusted.has(print))).toEqual([]);
});
