import { z } from 'zod';

/** What requests name, the same in every route. */

export const Name = z.string().min(1).max(200);
export const MigrationPath = z.object({ programme: Name, instance: Name, id: Name });
export const BatchPath = z.object({ programme: Name, batch: Name });

/** `vm/<programme>/<instance>/<uuid>`, as migrations are named everywhere. */
export const migrationAt = ({ programme, instance, id }: z.output<typeof MigrationPath>): string =>
  `vm/${programme}/${instance}/${id}`;

/** Why; kept with the record. */
export const Comment = z.string().min(1).max(2_000);

/** A route that takes nothing but its address. */
export const nothing = { params: null, query: null, body: null };
