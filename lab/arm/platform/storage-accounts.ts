import { type Answer, list, notFound, ok, refusal } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { locationHeaders, startTimed } from '../http/operations.ts';
import { stored } from '../http/stored.ts';
import { at, objectAt, textAt, textMapAt } from '../json.ts';
import { putResource, resourceAt, resourcesOfType, type StoredResource } from '../lab.ts';

export const storageVersions = ['2021-09-01', '2022-09-01', '2023-01-01', '2023-05-01', '2024-01-01'];
const type = 'Microsoft.Storage/storageAccounts';

const put = (call: Call): Answer => {
  const name = lastName(call);
  if (!/^[a-z0-9]{3,24}$/.test(name)) {
    return refusal(
      400,
      'AccountNameInvalid',
      `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
    );
  }
  const known = resourceAt(call.lab, call.id);
  const location = textAt(call.body, 'location');
  if (!known && !location)
    return refusal(400, 'LocationRequired', 'The location property is required for this definition.');
  const sku = textAt(call.body, 'sku', 'name') ?? 'Standard_LRS';
  const account: StoredResource = putResource(call.lab, {
    id: known?.id ?? call.id,
    name,
    type,
    location: (known?.location ?? location ?? '').toLowerCase().replaceAll(' ', ''),
    kind: textAt(call.body, 'kind') ?? 'StorageV2',
    sku: { name: sku, tier: sku.split('_')[0] },
    tags: textMapAt(call.body, 'tags'),
    properties: {
      ...objectAt(call.body, 'properties'),
      provisioningState: 'Succeeded',
      publicNetworkAccess: textAt(call.body, 'properties', 'publicNetworkAccess') ?? 'Enabled',
      primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` },
      statusOfPrimary: 'available',
    },
    createdAt: known?.createdAt ?? call.now,
    hidden: known?.hidden ?? {},
  });
  if (known) return ok(stored(account));
  const operation = startTimed(call.lab, 20_000, account.id);
  account.hidden.readyAt = operation.readyAt;
  putResource(call.lab, account);
  return { status: 202, headers: locationHeaders(call, 'Microsoft.Storage', operation) };
};

/** Null when the appliances can reach the account; else why not. A §1.3b */
export const accountFlaw = (account: StoredResource | undefined, location: string): string | null => {
  if (!account) return 'the cache storage account does not exist';
  if (account.location !== location.toLowerCase().replaceAll(' ', ''))
    return 'the cache storage account is in another region than the project';
  if (at(account.properties, 'publicNetworkAccess') === 'Disabled')
    return 'public network access of the cache storage account is disabled';
  return null;
};

export const accountRoute: Route = {
  versions: storageVersions,
  get: (call) => {
    const account = resourceAt(call.lab, call.id);
    return account && call.now >= (account.hidden.readyAt ?? 0) ? ok(stored(account)) : notFound(call.id);
  },
  put,
  patch: (call) => {
    const account = resourceAt(call.lab, call.id);
    if (!account) return notFound(call.id);
    account.properties = { ...account.properties, ...objectAt(call.body, 'properties') };
    return ok(stored(putResource(call.lab, account)));
  },
  remove: (call) => {
    if (!resourceAt(call.lab, call.id)) return { status: 204 };
    call.lab.tables.resources.delete(call.id.toLowerCase());
    return { status: 200 };
  },
};

export const accountsRoute: Route = {
  versions: storageVersions,
  list: (call) => list(resourcesOfType(call.lab, type, call.scope).map(stored)),
};
