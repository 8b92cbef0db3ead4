import { type Address, parseQueue, queueOf } from '../../domain/address.ts';
import type { Estate } from '../../domain/estate.ts';

/** Names of a product's instances; none where the estate does not have the product. */
export const instancesOf = (estate: Estate, product: Address['product']): readonly string[] =>
  Object.keys(estate[product] ?? {});

/** A queue as it is written, where it is of one of these products; whether the estate has the instance is for the caller. */
export const queueAmong = <P extends Address['product']>(
  written: string,
  products: readonly P[],
): { readonly product: P; readonly instance: string } | null => {
  const parts = parseQueue(written);
  const product = products.find((each) => each === parts?.product);
  return parts && product ? { product, instance: parts.instance } : null;
};

/** Queues of all instances of these products. */
export const queuesOf = (estate: Estate, products: readonly Address['product'][]): readonly string[] =>
  products.flatMap((product) => instancesOf(estate, product).map((instance) => queueOf({ product, instance })));
