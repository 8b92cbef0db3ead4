import type { Address } from '../../domain/address.ts';
import type { Accepted } from '../arm/arm.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { AzureMigrate } from './context.ts';
import { extensionName, type Made, policyName, type Registered } from './infrastructure.ts';

/** Only says which instance; a worker refuses an order that is not for it. */
export interface InitialiseOrder {
  readonly to: Address;
}

/** Names of what hop 2 needs once a project. */
export interface Initialised {
  readonly policy: string;
  readonly extension: string;
  readonly storageAccount: string;
}

interface Making {
  readonly what: string;
  readonly made: Made;
  make(): Promise<Accepted>;
  remove(): Promise<Accepted>;
}

/** Makes what is missing; makes anew what failed, but only when a person has just asked for it. */
const ensure = async ({ attempt }: AzureMigrate, { what, made, make, remove }: Making): Promise<void> => {
  if (made.state === 'ready') return;
  if (made.state === 'working') return notFinished(`Azure is at work on ${what}`);
  if (made.state === 'failed' && attempt() > 1)
    throw mishap.vendor(`Azure could not make ${what}`, {
      changed: `${what} exists in a failed state`,
      fix: 'Read its job in the vault, cure the cause, then run `initialise` again.',
    });
  await (made.state === 'failed' ? remove() : make());
  return notFinished(
    made.state === 'failed' ? `${what} had failed; it is removed and made anew` : `Azure accepted ${what}`,
  );
};

const principalsOf = ({ source, target, vault }: Registered): void => {
  if (source.agent.principal && target.agent.principal && vault.principal) return;
  throw mishap.configuration('An appliance or the vault has no identity that access can be given to', {
    fix: 'Finish the registration of both appliances, then run `initialise` again.',
  });
};

/**
 * Policy, cache storage account, its roles, the solution's record of it, extension: each made when it is missing. Safe to repeat,
 * and nothing is changed where policy and extension stand already. Needs the right to give roles. A §1.3b
 */
export const initialise =
  (room: AzureMigrate) =>
  async (_order?: InitialiseOrder): Promise<Initialised> => {
    const { infrastructure, landscape, instance } = room;
    landscape.forget();
    const at = await infrastructure.registered();
    const account = infrastructure.storageAccountId(at);
    const names = {
      policy: policyName(at.vault),
      extension: extensionName(at.source, at.target),
      storageAccount: account,
    };
    const [policy, extension] = await Promise.all([infrastructure.policy(at), infrastructure.extension(at)]);
    if (policy.state === 'ready' && extension.state === 'ready') return names;

    await ensure(room, {
      what: `replication policy ${names.policy}`,
      made: policy,
      make: () => infrastructure.makePolicy(at),
      remove: () => infrastructure.removePolicy(at),
    });
    await ensure(room, {
      what: `storage account ${account.split('/').at(-1)}`,
      made: await infrastructure.storageAccount(account),
      make: () => infrastructure.makeStorageAccount(account, at.location || instance.location),
      remove: () => {
        throw mishap.vendor(`Storage account ${account} is in a failed state`, {
          fix: 'Repair or remove it in the portal, then run `initialise` again.',
        });
      },
    });

    principalsOf(at);
    const { missing, newest, at: azureNow } = await infrastructure.missingGrants(at, account);
    for (const grant of missing) await infrastructure.grant(account, grant);
    if (at.solution.storageAccount === null) await infrastructure.nameStorageAccount(at, account);
    if (missing.length > 0)
      return notFinished(`${missing.length} roles given on the cache storage account; they do not count at once`);
    const left = newest === null || azureNow === null ? 0 : newest + instance.roleDelay - azureNow;
    if (left > 0)
      return notFinished(
        `Waiting until the roles on the cache storage account count: ${Math.ceil(left / 1000)} s left`,
        Math.ceil(left / 1000),
      );

    await ensure(room, {
      what: `replication extension ${names.extension}`,
      made: extension,
      make: () => infrastructure.makeExtension(at, account),
      remove: () => infrastructure.removeExtension(at),
    });
    return names;
  };
