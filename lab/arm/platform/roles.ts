import { type Answer, badRequest, list, notFound, ok, refusal } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { stored } from '../http/stored.ts';
import { textAt } from '../json.ts';
import { isoOf, type Lab, putResource, resourceAt, resourcesOfType } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';

const versions = ['2018-09-01-preview', '2020-04-01-preview', '2022-04-01'];
const type = 'Microsoft.Authorization/roleAssignments';

export const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
export const blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';

/** What one assignment needs until every service sees it. A §1.3b */
const propagation = 120_000;

interface Assignment {
  readonly id: string;
  readonly role: string;
  readonly principal: string;
  readonly effectiveAt: number;
}

const assignments = (lab: Lab, scope: string): readonly Assignment[] =>
  resourcesOfType(lab, type)
    .filter((each) => scope.toLowerCase().startsWith((textAt(each.properties, 'scope') ?? '').toLowerCase()))
    .map((each) => ({
      id: each.id,
      role: lastOf(textAt(each.properties, 'roleDefinitionId') ?? ''),
      principal: textAt(each.properties, 'principalId') ?? '',
      effectiveAt: each.hidden.readyAt ?? 0,
    }));

/** Whether a principal already has a role on a scope or above it, as a service sees it now. */
export const holdsRole = (lab: Lab, scope: string, principal: string, role: string): boolean =>
  assignments(lab, scope).some(
    (each) => each.role === role && each.principal === principal && each.effectiveAt <= lab.estate.now(),
  );

const put = (call: Call): Answer => {
  const { lab } = call;
  const principal = textAt(call.body, 'properties', 'principalId');
  const definition = textAt(call.body, 'properties', 'roleDefinitionId');
  if (!principal || !definition)
    return badRequest('The request to create role assignment is missing roleDefinitionId or principalId.');
  if (!/^[0-9a-f-]{36}$/i.test(lastName(call)))
    return refusal(
      400,
      'InvalidRoleAssignmentId',
      `The role assignment ID '${lastName(call)}' is not valid. The role assignment ID must be a GUID.`,
    );

  const twin = assignments(lab, call.scope).find(
    (each) => each.role === lastOf(definition) && each.principal === principal,
  );
  if (twin && !sameId(twin.id, call.id)) {
    return refusal(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the existing role assignment is ${lastOf(twin.id).replaceAll('-', '')}.`,
    );
  }
  const known = resourceAt(lab, call.id);
  const assignment = known ?? {
    id: call.id,
    name: lastName(call),
    type,
    properties: {
      roleDefinitionId: definition,
      principalId: principal,
      principalType: textAt(call.body, 'properties', 'principalType') ?? 'ServicePrincipal',
      scope: call.scope,
      createdOn: isoOf(call.now),
      updatedOn: isoOf(call.now),
    },
    createdAt: call.now,
    hidden: { readyAt: call.now + lab.estate.scaled(propagation) },
  };
  return { status: known ? 200 : 201, body: stored(putResource(lab, assignment)) };
};

export const roleRoute: Route = {
  versions,
  put,
  get: (call) => {
    const found = resourceAt(call.lab, call.id);
    return found
      ? ok(stored(found))
      : refusal(404, 'RoleAssignmentNotFound', `The role assignment '${lastName(call)}' is not found.`);
  },
  remove: (call) => {
    const found = resourceAt(call.lab, call.id);
    if (!found) return { status: 204 };
    call.lab.tables.resources.delete(call.id.toLowerCase());
    return ok(stored(found));
  },
};

/** `$filter` understands `principalId eq '…'`, `assignedTo('…')` and `atScope()`. */
export const rolesRoute: Route = {
  versions,
  list: (call) => {
    const filter = call.query.get('$filter') ?? '';
    const principal = /(?:principalId eq |assignedTo\()'([^']+)'/i.exec(filter)?.[1];
    const exact = /atScope\(\)/i.test(filter);
    return list(
      resourcesOfType(call.lab, type)
        .filter(({ properties }) => principal === undefined || textAt(properties, 'principalId') === principal)
        .filter(({ properties }) => {
          const scope = (textAt(properties, 'scope') ?? '').toLowerCase();
          const asked = call.scope.toLowerCase();
          return asked.startsWith(scope) || (!exact && scope.startsWith(asked));
        })
        .map(stored),
    );
  },
};

export const roleDefinitionRoute: Route = {
  versions,
  get: (call) => {
    const name = { [contributor]: 'Contributor', [blobDataContributor]: 'Storage Blob Data Contributor' }[
      lastName(call)
    ];
    return name
      ? ok({
          id: call.id,
          name: lastName(call),
          type: 'Microsoft.Authorization/roleDefinitions',
          properties: { roleName: name, type: 'BuiltInRole' },
        })
      : notFound(call.id);
  },
};
