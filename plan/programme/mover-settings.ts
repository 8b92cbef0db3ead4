import * as z from 'zod';
import type { MoverProduct } from '../../domain/address.ts';
import { text } from './schema-words.ts';

/** What a hop's `settings` may hold, by mover. Every setting changes the product's own object; there are no others. */

const veeam = z.strictObject({
  repository: text('Repository instead of the instance’s own', 'fast-repo').exactOptional(),
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

interface Refused {
  readonly message: string;
  readonly fix: string;
}

/** What people look for and a product cannot do: refused with the reason instead of as an unknown key. V §1.8.1, §1.8.2 */
export const beyondMovers: Readonly<Record<MoverProduct, Readonly<Record<string, Refused>>>> = {
  veeam: {
    proxy: {
      message: 'Veeam backs AHV up without a proxy of yours: its plug-in places workers and chooses among them',
      fix: 'Leave it out; place and size the workers in Veeam.',
    },
    throttleMbps: {
      message:
        'Veeam has no limit of a single job: its traffic rules hold between address ranges, for every job at once',
      fix: 'Leave it out; make a network traffic rule in Veeam for the workers and the repository.',
    },
  },
  'azure-migrate': {},
};

export const moverSettings: Readonly<Record<MoverProduct, z.ZodObject>> = { veeam, 'azure-migrate': azureMigrate };
