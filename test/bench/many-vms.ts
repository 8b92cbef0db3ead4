import { readToken } from '../../domain/token.ts';
import type { Served } from '../../workers/agent.ts';
import { type Products, scriptedProducts } from '../support/scripted-products.ts';

type Verb = (order: unknown) => Promise<unknown>;

/** A VM whose name begins so never gets its full copy: it parks, however often it is told to try again. */
export const STUCK = 'stuck';

/** What the scripted products call their one source VM. */
const SOURCE = 'src-1';

interface Ordered {
  readonly token?: string;
  readonly vm?: { readonly id: string } | null;
}

/** One VM's products: nothing takes time, a full copy neither. */
const productsOf = (journey: string, began: (journey: string, call: string) => void | Promise<void>): Products => {
  const products = scriptedProducts();
  for (const mover of ['veeam', 'azure-migrate'])
    products.carried.set(mover, { item: false, stands: 'nothing', polls: Number.POSITIVE_INFINITY });
  products.before = (call) => began(journey, call);
  return products;
};

/** Answers with as many bytes as its order says. */
export const nothing = async (order: { readonly answer: number }): Promise<string> => 'x'.repeat(order.answer);

/**
 * The scripted products of any number of VMs behind the same queues, and on every queue the verb `nothing`. The operation
 * token tells whose order it is.
 */
export const manyVms = (
  began: (journey: string, call: string) => void | Promise<void>,
): Readonly<Record<string, Served>> => {
  const all = new Map<string, Products>();
  const of = (journey: string): Products => {
    const products = all.get(journey) ?? productsOf(journey, began);
    all.set(journey, products);
    return products;
  };
  const verb =
    (queue: string, name: string): Verb =>
    (order) => {
      const { token, vm } = order as Ordered;
      const journey = readToken(token)?.vm ?? '';
      const verbs = of(journey).serve[queue] as unknown as Readonly<Record<string, Verb>>;
      const asked = vm?.id === journey ? { ...(order as object), vm: { ...vm, id: SOURCE } } : order;
      return verbs[name]?.(asked) ?? Promise.reject(new Error(`${queue} has no ${name}`));
    };
  return Object.fromEntries(
    Object.entries(scriptedProducts().serve).map(([queue, verbs]) => [
      queue,
      {
        ...Object.fromEntries(Object.keys(verbs).map((name) => [name, verb(queue, name)])),
        nothing,
      },
    ]),
  );
};
