import type { Command } from 'commander';
import type { Address } from '../../domain/address.ts';
import type { PlanBasis } from '../../plan/read-plan.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { readBasisOrRefuse } from './plan.ts';
import { marked, say, sayJson, tell } from './print.ts';
import { atTemporal } from './session.ts';

interface Asked {
  readonly plan: string;
  readonly instance?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly merge?: boolean;
  readonly json?: boolean;
}

/** The platform asked for, or the only one that journeys begin on. */
const sourceOf = async ({ estate, paths }: PlanBasis, { instance, plan }: Asked): Promise<Address> => {
  const { listable, listableSources } = await import('../inventory.ts');
  const sources = listableSources(paths).map(({ product, instance: name }) => `${product}@${name}`);
  if (instance === undefined) {
    const [only, second] = listableSources(paths);
    if (only && !second) return only;
    throw wrongInput(
      `${plan}  ${second ? 'journeys begin on several platforms' : 'no path begins on a platform that lists its VMs'}`,
      second ? `Name one with --instance: ${sources.join(', ')}.` : 'Add a path that begins on ahv@….',
    );
  }
  const named = listable(instance);
  if (named?.product === 'ahv' && estate.ahv[named.instance]) return named;
  const known = Object.keys(estate.ahv).map((name) => `ahv@${name}`);
  throw wrongInput(
    `--instance  ${instance} is no platform of the plan that lists its VMs`,
    `It has: ${known.join(', ') || 'none'}.`,
  );
};

const DEFAULT_OUT = 'vms.csv';

const inventory = async (asked: Asked): Promise<void> => {
  const basis = await readBasisOrRefuse(asked.plan);
  const of = await sourceOf(basis, asked);
  const out = asked.json && asked.out === undefined ? null : (asked.out ?? DEFAULT_OUT);
  const { prepareSheet } = await import('../sheet-file.ts');
  const sheet = out === null ? null : await prepareSheet(out, asked.merge ? 'merge' : asked.force ? 'replace' : 'new');

  const began = performance.now();
  const { read, queue } = await atTemporal(async (reached) => {
    const { readServedInventory } = await import('../inventory.ts');
    return readServedInventory(reached, of);
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (!read.whole)
    tell(marked('!', 'VMs came and went while they were read: one may be missing. Ask again when it is quiet.'));
  const around = { estate: basis.estate, paths: basis.paths, source: queue };
  const done = await sheet?.write(read.vms, around);
  if (asked.json)
    return sayJson({ source: queue, whole: read.whole, vms: read.vms, ...(done ? { written: done } : {}) });

  say(marked('✓', `${read.vms.length} VMs of ${queue} in ${seconds} s`));
  if (done) say(`  ${done.file}: rows added: ${done.added}${done.filled > 0 ? `, ids filled in: ${done.filled}` : ''}`);
  say('  Delete the rows that stay, fill in batch, group and owner, replace the networks by those of each target,');
  say('  then: tranship plan check');
};

export const inventoryCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('inventory')
        .description('list the VMs of a source platform, as the first vms.csv')
        .option('--plan <file>', 'the programme', 'plan.yaml')
        .option('--instance <queue>', 'such as ahv@ntnx-a; needed where journeys begin on several')
        .option('--out <file>', `sheet to write; ${DEFAULT_OUT}, or none with --json`)
        .option('--force', 'write over a sheet that is there')
        .option('--merge', 'keep a sheet that is there: fill in missing ids, append VMs that it lacks'),
    ),
    [
      'tranship inventory',
      'tranship inventory --instance ahv@ntnx-a --out vms.csv --merge',
      'tranship inventory --json',
    ],
  ).action(inventory);
};
