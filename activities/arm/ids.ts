/** ARM ids. Azure gives the same id back in several casings, so they are compared without case. A §1.1 */

const plain = (id: string): string => `/${id.replace(/^\/+|\/+$/g, '')}`.toLowerCase();

export const sameId = (a: string | null | undefined, b: string | null | undefined): boolean =>
  a !== null && a !== undefined && b !== null && b !== undefined && plain(a) === plain(b);

/** The same text for every casing of one id: a key for maps. */
export const keyOf = plain;

/** The last segment: the resource's own name. */
export const nameOf = (id: string): string => id.replace(/\/+$/, '').split('/').at(-1) ?? id;

/** The segment after `/subscriptions/`, or null where there is none. */
export const subscriptionOf = (id: string): string | null => /^\/*subscriptions\/([^/]+)/i.exec(id)?.[1] ?? null;

/** `/subscriptions/…/resourceGroups/…` of an id, or null. */
export const groupOf = (id: string): string | null =>
  /^\/*(subscriptions\/[^/]+\/resourceGroups\/[^/]+)/i.exec(id)?.[1]?.replace(/^/, '/') ?? null;

export const groupId = (subscription: string, group: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}`;

/**
 * Name of the job behind an accepted write: the last path segment of its operation address, cut at `?`, then at the first `_`.
 * The address itself is signed and stays out of histories and logs. A §0.4
 */
export const jobNameOf = (operationUrl: string | null | undefined): string | null => {
  const segment = operationUrl?.split('?')[0]?.replace(/\/+$/, '').split('/').at(-1);
  return segment?.split('_')[0] || null;
};
