import type { Command } from 'commander';
import type { BatchHandle } from '../batches.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';

/** Whom an answer is for: one VM, or a batch or a group of it. */
export interface Target {
  readonly batch?: string;
  readonly group?: string;
  readonly programme?: string;
}

export const withBatch = (command: Command): Command =>
  command
    .option('--batch <batch>', 'for a batch instead of a VM')
    .option('--group <group>', 'for one group of the batch')
    .option('--programme <programme>', 'which one, where several run a batch of that name');

/** A VM or a batch, never both and never none. */
export const refuseTarget = (command: string, vm: string | undefined, { batch, group }: Target): void => {
  if (vm !== undefined && batch !== undefined)
    throw wrongInput(`${command}  both a VM (${vm}) and --batch ${batch}`, 'Name one or the other.');
  if (vm === undefined && batch === undefined)
    throw wrongInput(
      `${command}  neither a VM nor --batch is named`,
      `Write \`tranship ${command} VM\`, or \`tranship ${command} --batch BATCH --group GROUP\`.`,
    );
  if (group !== undefined && batch === undefined)
    throw wrongInput(`--group  a group is of a batch`, `Add --batch BATCH.`);
};

/** The running batch of that name, from one visibility list. */
export const findBatch = async ({ client }: Reached, name: string, programme?: string): Promise<BatchHandle> => {
  const { batchHandle } = await import('../batches.ts');
  const { listBatches } = await import('../../workers/listing.ts');
  const fits = (await listBatches(client, name)).filter(
    (one) => programme === undefined || one.programme === programme,
  );
  const [only] = fits;
  if (!only)
    throw new Error(
      `No batch ${name} runs.\n    \`tranship status\` shows what runs, \`tranship start ${name}\` starts it.`,
    );
  if (fits.length > 1)
    throw new Error(
      `Several programmes run a batch ${name}: ${fits.map((one) => one.programme).join(', ')}.\n    Add --programme.`,
    );
  return batchHandle(client, only.programme, only.batch);
};
