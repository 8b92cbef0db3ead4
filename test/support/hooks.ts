import { CONTRACT } from '../../domain/address.ts';
import type { DnsBody, Hook, HttpBody } from '../../domain/hook.ts';

export const httpBody = (path: string, change: Partial<HttpBody> = {}): HttpBody => ({
  kind: 'http',
  on: { product: 'hooks', instance: 'lb', contract: CONTRACT },
  method: 'POST',
  path,
  expect: [200, 204],
  ...change,
});

export const dnsBody = (change: Partial<DnsBody> = {}): DnsBody => ({
  kind: 'dns',
  on: { product: 'dns', instance: 'dc01', contract: CONTRACT },
  zone: 'contoso.example',
  name: '{vm.name}',
  type: 'A',
  ...change,
});

/** Before the cut-over of every hop: `POST /<name>` at `hooks@lb`. */
export const aHook = (name: string, change: Partial<Hook> = {}): Hook => ({
  name,
  when: 'before',
  point: 'cutOver',
  hop: 'every',
  scope: 'vm',
  order: 0,
  timeoutMs: 10_000,
  mustSucceed: true,
  body: httpBody(`/${name}`),
  ...change,
});
