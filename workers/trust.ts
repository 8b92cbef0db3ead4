import tls from 'node:tls';

/**
 * From here on this process trusts what its machine trusts: Node itself knows only the authorities it ships with, and a product in a
 * data centre mostly has its certificate from the house. Before Node 22.19 and 24.5 nothing can do that but NODE_EXTRA_CA_CERTS.
 * https://nodejs.org/api/tls.html#tlssetdefaultcacertificatescerts
 */
export const trustThisMachine = (): void => {
  if (typeof tls.setDefaultCACertificates !== 'function') return;
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])]);
};
