/** On every answer. No page of another site reads, frames or caches what the API says. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Once seen over TLS, never again without. */
export const TLS_HEADERS = { 'strict-transport-security': 'max-age=31536000' } as const;

const HERE: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a Host header names this machine: a page that lets its own name point here (DNS rebinding) sends its own name. */
export const namesThisMachine = (host: string | undefined): boolean =>
  host !== undefined && HERE.includes(host.replace(/:\d{1,5}$/, '').toLowerCase());
