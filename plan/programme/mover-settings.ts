import * as z from 'zod';
import type { MoverProduct } from '../../domain/address.ts';
import { count, text } from './schema-words.ts';

/** What a hop's `settings` may hold, by mover. Every setting changes the product's own object; there are no others. */

const veeam = z.strictObject({
  repository: text('Repository instead of the instance’s own', 'fast-repo').exactOptional(),
  proxy: text('Backup proxy that does the work; the product chooses when absent', 'proxy01').exactOptional(),
  throttleMbps: count('Limit of the traffic, in megabits a second', 500).exactOptional(),
});

const azureMigrate = z.strictObject({
  adoptItem: z
    .boolean()
    .meta({
      description: 'Take over a replication that is there already, even where it lands otherwise',
      examples: [false],
    })
    .exactOptional(),
  recreateFailed: z
    .boolean()
    .meta({ description: 'Remove a replication whose enabling failed, and make it anew', examples: [true] })
    .exactOptional(),
});

export const moverSettings: Readonly<Record<MoverProduct, z.ZodObject>> = { veeam, 'azure-migrate': azureMigrate };
