import { at, textMapAt } from '../json.ts';
import { putResource, resourceAt, type StoredResource } from '../lab.ts';
import { type Answer, notFound, ok } from './answers.ts';
import type { Call } from './call.ts';

/** A stored resource as ARM shows it. */
export const stored = (resource: StoredResource): Record<string, unknown> => ({
  id: resource.id,
  name: resource.name,
  type: resource.type,
  ...(resource.location === undefined ? {} : { location: resource.location }),
  ...(resource.kind === undefined ? {} : { kind: resource.kind }),
  ...(resource.sku === undefined ? {} : { sku: resource.sku }),
  ...(resource.tags === undefined ? {} : { tags: resource.tags }),
  ...(resource.identity === undefined ? {} : { identity: resource.identity }),
  ...(resource.extendedLocation === undefined ? {} : { extendedLocation: resource.extendedLocation }),
  properties: resource.properties,
});

/** PATCH of a resource that lets only its tags be changed: the set that is sent takes the place of the one before. */
export const patchTags = (call: Call): Answer => {
  const known = resourceAt(call.lab, call.id);
  if (!known) return notFound(call.id);
  const tags = at(call.body, 'tags') === undefined ? known.tags : textMapAt(call.body, 'tags');
  return ok(stored(putResource(call.lab, { ...known, ...(tags ? { tags } : {}) })));
};
