import type { Command } from 'commander';
import { type Amounts, moverOf, needs } from '../../domain/capacity.ts';
import { summaryLine, summaryOf } from '../../domain/listed.ts';
import type { Packing } from '../../domain/packing.ts';
import { duration } from '../../domain/words.ts';
import type { CapacityView, ResourceUse } from '../capacity.ts';
import { examples, withJson } from './command-line.ts';
import { EXIT } from './failures.ts';
import { type PlanPlace, readProgrammeOrRefuse, withPlan } from './plan.ts';
import { bytes, marked, say, sayJson, table, tell } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly programme?: string; readonly pack?: boolean; readonly json?: boolean };

const NAMES: Readonly<Record<string, string>> = {
  stagingSeats: 'VMs on staging',
  stagingBytes: 'bytes on staging',
  cutovers: 'cut-overs in flight',
};

const nameOf = (resource: string): string => {
  const mover = moverOf(resource);
  return mover === null ? (NAMES[resource] ?? resource) : `operations at ${mover}`;
};

const amount = (resource: string, count: number | null): string => {
  if (count === null) return 'no limit';
  return resource === 'stagingBytes' ? bytes(count) : String(count);
};

const useOf = ({ resource, used, limit }: ResourceUse): string[] => [
  nameOf(resource),
  amount(resource, used),
  amount(resource, limit),
  limit === null ? '' : amount(resource, Math.max(0, limit - used)),
];

const amountsText = (amounts: Amounts): string =>
  needs(amounts)
    .map((resource) => `${amount(resource, amounts[resource] ?? 0)} ${nameOf(resource)}`)
    .join(', ');

export const capacityText = (view: CapacityView, now: number): string =>
  [
    table(['RESOURCE', 'IN USE', 'IN ALL', 'FREE'], view.resources.map(useOf)),
    view.held.length === 0
      ? 'Nobody holds anything.'
      : table(
          ['HOLDS', 'FOR', 'HOW MUCH', 'SINCE'],
          view.held.map(({ name, purpose, amounts, grantedAt, orphanedAt }) => [
            name,
            purpose,
            amountsText(amounts),
            `${duration(now - grantedAt)}${orphanedAt === null ? '' : `; its migration ended ${duration(now - orphanedAt)} ago`}`,
          ]),
        ),
    view.waiting.length === 0
      ? 'Nobody waits.'
      : table(
          ['WAITS', 'PLACE', 'SINCE', 'WHY'],
          view.waiting.map(({ name, place, askedAt, why }) => [name, String(place), duration(now - askedAt), why]),
        ),
  ].join('\n\n');

export const packingText = ({ batches, tooLarge, room, unsized }: Packing): string =>
  [
    `Room of a batch: ${room.vms} VMs, ${bytes(room.bytes)} on staging.`,
    table(
      ['PROPOSED', 'VMS', 'STAGING', 'GROUPS'],
      batches.map((batch, index) => [
        `batch ${index + 1}`,
        String(batch.vms.length),
        bytes(batch.bytes),
        batch.groups.join(', '),
      ]),
    ),
    ...(unsized.length > 0 ? [`! ${unsized.length} VMs of unknown size are counted as the mean of the others.`] : []),
    ...tooLarge.map(({ group, why }) =>
      marked(
        '✗',
        `${group} fits no batch whole: ${why}. It is not split: move it alone in a window of its own, or raise the seats.`,
      ),
    ),
    'Nothing was changed: groups are moved by the column batch of vms.csv.',
  ].join('\n');

const pack = async ({ json, ...place }: Asked): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  await atTemporal(async (reached) => {
    const { packPlan } = await import('../capacity.ts');
    const { sizesOf } = await import('../sizes.ts');
    const sizes = await sizesOf(reached, plan);
    const packing = packPlan(plan, sizes);
    if (packing.tooLarge.length > 0) process.exitCode = EXIT.refused;
    if (json) return sayJson({ ...packing, missing: sizes.missing });
    for (const why of sizes.missing) tell(`! Sizes are missing: ${why}`);
    say(packingText(packing));
  });
};

const capacity = async (asked: Asked): Promise<void> => {
  if (asked.pack) return pack(asked);
  await atTemporal(async (reached) => {
    const { readCapacity } = await import('../capacity.ts');
    const { listMigrations } = await import('../../workers/listing.ts');
    const view = await readCapacity(reached, asked.programme);
    const summary = summaryOf(await listMigrations(reached.client, 'open', { programme: view.programme }));
    if (asked.json) return sayJson({ ...view, summary });
    say(capacityText(view, Date.now()));
    say(`\n${summaryLine(summary)}`);
  });
};

export const capacityCommand = (program: Command): void => {
  examples(
    withJson(
      withPlan(program.command('capacity'))
        .description('who holds what is scarce, and who waits for it at which place and why')
        .option('--programme <programme>', 'which one, where several run')
        .option('--pack', 'propose batches for the VMs of the plan instead: groups whole, by size and seats'),
    ),
    ['tranship capacity', 'tranship capacity --json', 'tranship capacity --pack --plan plan.yaml --vms vms.csv'],
  ).action(capacity);
};
