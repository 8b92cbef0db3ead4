import { type Answer, ok } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import type { Lab, StoredResource } from '../lab.ts';
import { putResource, resourceAt, resourcesOfType } from '../lab.ts';

const versions = ['2020-06-01', '2021-04-01', '2022-09-01', '2024-03-01', '2025-04-01'];

const idOf = (lab: Lab, namespace: string): string => `${lab.names.subscription}/providers/${namespace}`;

type State = 'Registered' | 'NotRegistered' | 'Registering';

/** Every namespace starts out registered; one that was unregistered refuses all calls until it is registered again. A §6 */
export const providerState = (lab: Lab, namespace: string): State => {
  const record = resourceAt(lab, idOf(lab, namespace));
  if (!record) return 'Registered';
  if (record.hidden.readyAt === undefined) return 'NotRegistered';
  return lab.estate.now() >= record.hidden.readyAt ? 'Registered' : 'Registering';
};

const view = (lab: Lab, namespace: string): Record<string, unknown> => ({
  id: idOf(lab, namespace),
  namespace,
  registrationPolicy: 'RegistrationRequired',
  resourceTypes: [],
  registrationState: providerState(lab, namespace),
});

const record = (call: Call, readyAt: number | undefined): Answer => {
  const { lab } = call;
  const namespace = lastName(call);
  putResource(lab, {
    id: idOf(lab, namespace),
    name: namespace,
    type: 'Microsoft.Resources/providers',
    properties: {},
    createdAt: call.now,
    hidden: readyAt === undefined ? {} : { readyAt },
  });
  return ok(view(lab, namespace));
};

const register = (call: Call): Answer => {
  if (providerState(call.lab, lastName(call)) !== 'NotRegistered') return ok(view(call.lab, lastName(call)));
  return record(call, call.now + call.lab.estate.scaled(60_000));
};

export const providerRoute: Route = {
  versions,
  get: (call) => ok(view(call.lab, lastName(call))),
  actions: { register, unregister: (call) => record(call, undefined) },
};

const groupView = (group: StoredResource): Record<string, unknown> => ({
  id: group.id,
  name: group.name,
  type: 'Microsoft.Resources/resourceGroups',
  location: group.location,
  tags: group.tags ?? {},
  properties: { provisioningState: 'Succeeded' },
});

export const groupRoute: Route = {
  versions,
  get: (call) => {
    const group = resourceAt(call.lab, call.id);
    return group
      ? ok(groupView(group))
      : {
          status: 404,
          body: {
            error: { code: 'ResourceGroupNotFound', message: `Resource group '${lastName(call)}' could not be found.` },
          },
        };
  },
  put: (call) => {
    const known = resourceAt(call.lab, call.id);
    const { location } = call.lab.estate.scenario.azure;
    const group = known ?? {
      id: call.id,
      name: lastName(call),
      type: 'Microsoft.Resources/resourceGroups',
      location,
      properties: {},
      createdAt: call.now,
      hidden: {},
    };
    return { ...ok(groupView(putResource(call.lab, group))), status: known ? 200 : 201 };
  },
};

export const subscriptionRoute: Route = {
  versions,
  get: (call) => {
    const { subscription, tenant } = call.lab.estate.scenario.azure;
    return ok({
      id: call.lab.names.subscription,
      subscriptionId: subscription,
      tenantId: tenant,
      displayName: 'lab',
      state: 'Enabled',
    });
  },
};

/** Resources by name and type, without their properties, as the index of a subscription or group shows them. */
export const resourcesRoute: Route = {
  versions,
  list: (call) => {
    const scope = call.id.slice(0, call.id.lastIndexOf('/')).toLowerCase();
    const { resources, hybridMachines } = call.lab.tables;
    const stored = resources.list().map(({ value }) => value);
    const machines = hybridMachines.list().map(({ value }) => ({ ...value, type: 'Microsoft.HybridCompute/machines' }));
    const value = [
      ...stored.filter((each) => each.location !== undefined && each.type !== 'Microsoft.Resources/resourceGroups'),
      ...machines,
    ]
      .filter((each) => each.id.toLowerCase().startsWith(`${scope}/`))
      .map(({ id, name, type, location, tags = {} }) => ({ id, name, type, location, tags }));
    return ok({ value });
  },
};

export const groupsRoute: Route = {
  versions,
  list: (call) => ok({ value: resourcesOfType(call.lab, 'Microsoft.Resources/resourceGroups').map(groupView) }),
};
