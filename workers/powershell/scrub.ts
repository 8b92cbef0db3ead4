const COVER = '•••';

export type Scrub = (text: string) => string;

/**
 * Covers secrets wherever they stand in a text, also JSON-escaped, and every piece of the payload (which holds them, encoded)
 * that PowerShell quotes back of its command line.
 */
export const scrubber = (secrets: readonly string[], payload = ''): Scrub => {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  const coverPayload = (run: string): string =>
    payload.includes(run) || (payload !== '' && run.includes(payload)) ? COVER : run;
  return (text) =>
    forms.reduce((left, form) => left.split(form).join(COVER), text.replace(/[A-Za-z0-9+/=]{12,}/g, coverPayload));
};

const CERTAIN = 6;

/** Covers secrets in a value of any shape. Keys are ours and stay; a secret shorter than six letters would match by chance and is left. */
export const scrubValue = (value: unknown, secrets: readonly string[]): unknown => {
  const certain = secrets.filter((secret) => secret.length >= CERTAIN);
  const cover = (inner: unknown): unknown => {
    if (typeof inner === 'string') return certain.reduce((left, secret) => left.split(secret).join(COVER), inner);
    if (Array.isArray(inner)) return inner.map(cover);
    if (typeof inner === 'object' && inner !== null)
      return Object.fromEntries(Object.entries(inner).map(([k, v]) => [k, cover(v)]));
    return inner;
  };
  return certain.length === 0 ? value : cover(value);
};
