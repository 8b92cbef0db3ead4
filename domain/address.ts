/** Which product instance an order is for. One task queue serves one instance: `veeam@vbr01`. */

export type PlatformProduct = 'ahv' | 'hyper-v' | 'azure-local';
export type MoverProduct = 'veeam' | 'azure-migrate';
/** What hooks reach: an HTTP endpoint, or a DNS server. */
export type HookProduct = 'hooks' | 'dns';
export type Product = PlatformProduct | MoverProduct | 'guest' | HookProduct;

/** Version of the activity contracts. Within one version fields are only added, and only optional. */
export const CONTRACT = 1;

export interface Address<P extends Product = Product> {
  readonly product: P;
  readonly instance: string;
  readonly contract: number;
}

/** The task queue that serves an instance. */
export const queueOf = (a: { readonly product: string; readonly instance: string }): string =>
  `${a.product}@${a.instance}`;

/** `veeam@vbr01` → its parts, or null when it is not of that form. */
export const parseQueue = (text: string): { product: string; instance: string } | null => {
  const match = /^([a-z][a-z0-9-]*)@([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(text);
  return match?.[1] && match[2] ? { product: match[1], instance: match[2] } : null;
};
