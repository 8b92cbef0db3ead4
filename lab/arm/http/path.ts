/**
 * An ARM path taken apart. Repeated slashes count as one: `@azure/arm-resources` sends `//subscriptions` (A §4.2).
 * `types` and `names` alternate in the path; a trailing word without a name is `tail`: a collection for GET, an action for POST.
 */
export interface ArmPath {
  readonly id: string;
  /** Everything before the last `/providers/`. */
  readonly scope: string;
  readonly namespace: string | null;
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly tail: string | null;
}

export const parsePath = (pathname: string): ArmPath => {
  const id = `/${pathname
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decodeURIComponent(part))
    .join('/')}`;
  const parts = id.slice(1).split('/');
  if (/^\/subscriptions\/[^/]+\/providers(\/[^/]+(\/(register|unregister))?)?$/i.test(id))
    return withoutProvider(id, parts);
  const provider = parts.map((part) => part.toLowerCase()).lastIndexOf('providers');
  if (provider < 0) return withoutProvider(id, parts);
  const rest = parts.slice(provider + 2);
  return {
    id,
    scope: provider === 0 ? '' : `/${parts.slice(0, provider).join('/')}`,
    namespace: parts[provider + 1] ?? null,
    ...paired(rest),
  };
};

/** Groups, providers and subscriptions themselves belong to `Microsoft.Resources`, which the path does not name. */
const withoutProvider = (id: string, parts: readonly string[]): ArmPath => ({
  id,
  scope: '',
  namespace: null,
  ...paired(parts),
});

const paired = (rest: readonly string[]): Pick<ArmPath, 'types' | 'names' | 'tail'> => {
  const pairs = Math.floor(rest.length / 2);
  return {
    types: Array.from({ length: pairs }, (_, n) => rest[2 * n] ?? ''),
    names: Array.from({ length: pairs }, (_, n) => rest[2 * n + 1] ?? ''),
    tail: rest.length % 2 === 1 ? (rest.at(-1) ?? null) : null,
  };
};
