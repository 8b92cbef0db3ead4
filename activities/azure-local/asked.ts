import type { Accepted, Arm } from '../arm/arm.ts';
import type { Instance, Instances } from './instances.ts';

/**
 * What this process has asked Azure to do, so that a poll does not ask again while it waits, and learns how it ended.
 * Only in memory, since the operation's address is signed; after a restart the VM's own state is asked instead, and an order
 * that finds it unchanged asks once more, which does no harm.
 */
export interface Asked {
  /** Milliseconds since it was asked; null when it was not. */
  since(key: string): number | null;
  keep(key: string, accepted: Accepted): void;
  forget(key: string): void;
  /** `running` also while Azure says nothing; an error text when it failed. */
  ended(
    key: string,
  ): Promise<{ readonly state: 'running' | 'succeeded' } | { readonly state: 'failed'; readonly error: string }>;
}

/** What a poll reads while Azure is at it: the VM alone, once, and how the operation stands. Null where that says that it is over. */
export const stillAtIt = async (
  { asked, instances }: { readonly asked: Asked; readonly instances: Pick<Instances, 'instance'> },
  vm: string,
  key: string,
  until: Instance['power'],
): Promise<Instance | null> => {
  const [instance, end] = await Promise.all([instances.instance(vm), asked.ended(key)]);
  return instance && instance.power !== until && end.state !== 'failed' ? instance : null;
};

export const asking = (arm: Arm, now: () => number): Asked => {
  const kept = new Map<string, { readonly at: number; readonly operation: string | null }>();
  return {
    since: (key) => {
      const one = kept.get(key);
      return one ? now() - one.at : null;
    },
    keep: (key, { operation }) => {
      kept.set(key, { at: now(), operation });
    },
    forget: (key) => {
      kept.delete(key);
    },
    ended: async (key) => {
      const operation = kept.get(key)?.operation;
      const outcome = operation ? await arm.outcome(operation) : null;
      if (!outcome) return { state: 'running' };
      return outcome.state === 'failed'
        ? { state: 'failed', error: outcome.error ?? 'no reason given' }
        : { state: outcome.state };
    },
  };
};
