import type { StoredResource } from '../lab.ts';

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
