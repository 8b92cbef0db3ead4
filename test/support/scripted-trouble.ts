import { mishap, notFinished } from '../../activities/contracts/mishap.ts';
import type { Products } from './scripted-products.ts';

export interface Trouble {
  /** The verb fails at once with nothing done; `facts` are what its mishap knows beside. */
  readonly failing: (call: string, facts?: Record<string, string>) => void;
  /** The verb does what it does and its answer is lost. */
  readonly losing: (call: string) => void;
  /** The verb says for ever that it is not finished. */
  readonly waiting: (call: string) => void;
  /** One attempt of the verb does not return before it is let go. */
  readonly holding: (call: string) => { readonly letGo: () => void };
  readonly mended: () => void;
}

/** Ways for scripted products to go wrong. The last one asked for counts. */
export const troubleOf = (products: Products): Trouble => {
  const when = (call: string, then: () => void | Promise<void>) => (each: string) =>
    each === call ? then() : undefined;
  return {
    failing: (call, facts) => {
      products.before = when(call, () => {
        throw mishap.vendor('no', facts ? { facts } : {});
      });
    },
    losing: (call) => {
      products.after = when(call, () => {
        throw mishap.vendor('the answer was lost');
      });
    },
    waiting: (call) => {
      products.before = when(call, () => notFinished('not yet'));
    },
    holding: (call) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      products.before = when(call, () => promise);
      return { letGo: resolve };
    },
    mended: () => {
      products.before = () => undefined;
      products.after = () => undefined;
    },
  };
};
