import type { Command } from 'commander';
import { type Listed, summaryLine, summaryOf } from '../../domain/listed.ts';
import { PHASES } from '../../domain/phase.ts';
import { duration } from '../../domain/words.ts';
import { examples, oneOf, withJson } from './command-line.ts';
import { say, sayJson, table } from './print.ts';
import { atTemporal } from './session.ts';

interface Asked {
  readonly json?: boolean;
  readonly batch?: string;
  readonly phase?: string;
  readonly owner?: string;
}

/** What tells two VMs of one name apart. */
const labelOf = (listed: Listed, all: readonly Listed[]): string =>
  all.filter(({ name }) => name === listed.name).length > 1 ? `${listed.name} (${listed.id})` : listed.name;

export const statusTable = (all: readonly Listed[], now: number): string =>
  table(
    ['VM', 'BATCH/GROUP', 'PHASE', 'HOP', 'FLAGS', 'WAITS FOR', 'OWNER', 'SINCE'],
    all.map((one) => [
      labelOf(one, all),
      `${one.batch}/${one.group}`,
      one.run === 'failed' ? `gone in ${one.phase}` : one.phase,
      String(one.hop),
      one.flags.join(' '),
      one.waitingFor ?? '',
      one.owner,
      duration(now - one.startedAt),
    ]),
  );

const status = async ({ json, ...filter }: Asked): Promise<void> =>
  atTemporal(async ({ client }) => {
    const { listMigrations } = await import('../../workers/listing.ts');
    const all = await listMigrations(client, 'open', filter);
    if (json) return sayJson({ summary: summaryOf(all), migrations: all });
    if (all.length > 0) say(statusTable(all, Date.now()));
    say(summaryLine(summaryOf(all)));
  });

export const statusCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('status')
        .description('every running migration, a line each, from one question to the server')
        .option('--batch <batch>', 'only of this batch')
        .option('--phase <phase>', 'only in this phase', oneOf(PHASES))
        .option('--owner <owner>', 'only of this owner'),
    ),
    ['tranship status', 'tranship status --batch wave-01 --phase AwaitingCutover', 'tranship status --json'],
  ).action(status);
};
