import type { Command } from 'commander';
import type { Loan } from '../../domain/ballot.ts';
import type { GateName } from '../../domain/gate-policy.ts';
import type { LoanAsked } from '../../domain/loan.ts';
import { instant, kebab } from '../../domain/words.ts';
import type { Reached } from '../temporal.ts';
import { findBatch, refuseTarget, type Target, withBatch } from './answer-target.ts';
import { examples, onlyGate, withJson, withRequester } from './command-line.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

interface Asked extends Target {
  readonly by: string;
  readonly from?: string;
  readonly to: string;
  readonly until: string;
  readonly gate?: GateName;
  readonly json?: boolean;
}

/** Where it was lent, or why not. */
interface Lent {
  readonly at: string;
  readonly loan: Loan | null;
  readonly refused: string | null;
}

const lendAt = async (reached: Reached, at: string, workflowId: string, loan: LoanAsked): Promise<Lent> => {
  const { delegateAt } = await import('../operations.ts');
  return reached
    .ask(() => delegateAt(reached.client, workflowId, loan))
    .then(
      (taken) => ({ at, loan: taken, refused: null }),
      (error: Error) => ({ at, loan: null, refused: (error.cause instanceof Error ? error.cause : error).message }),
    );
};

/** For all of a batch: its groups, and each VM of it that runs. */
const lendAtBatch = async (reached: Reached, asked: Asked, loan: LoanAsked): Promise<readonly Lent[]> => {
  const { each } = await import('../../workers/each.ts');
  const { viewBatch } = await import('../batches.ts');
  const handle = await findBatch(reached, asked.batch ?? '', asked.programme);
  const { members } = await reached.ask(() => viewBatch(handle));
  const running = members.filter(({ status, group }) => status === 'running' && (asked.group ?? group) === group);
  const ofGroups =
    asked.group === undefined && (loan.gate === undefined || loan.gate === 'cutover')
      ? [await lendAt(reached, asked.batch ?? '', handle.workflowId, loan)]
      : [];
  return [...ofGroups, ...(await each(running, ({ id, vm }) => lendAt(reached, vm.name, id, loan)))];
};

const delegate = async (vm: string | undefined, asked: Asked): Promise<void> => {
  refuseTarget('delegate', vm, asked);
  const { by, from = by, to, until, gate } = asked;
  const loan: LoanAsked = { from, to, until, by, ...(gate === undefined ? {} : { gate }) };
  await atTemporal(async (reached) => {
    const { findMigration } = await import('../operations.ts');
    const told =
      vm === undefined
        ? await lendAtBatch(reached, asked, loan)
        : [await lendAt(reached, vm, (await findMigration(reached.client, vm)).handle.workflowId, loan)];
    if (told.every(({ refused }) => refused !== null)) process.exitCode = 1;
    if (asked.json) return sayJson({ told });
    for (const { at, loan: taken, refused } of told)
      say(
        taken
          ? marked(
              '✓',
              `${at}: ${taken.from} lends ${taken.to} ${gate ? kebab(gate) : 'every gate'} until ${instant(taken.until)}`,
            )
          : marked('✗', `${at}: ${refused}`),
      );
  });
};

export const delegateCommand = (program: Command): void => {
  const command = program
    .command('delegate')
    .argument('[vm]', 'display name or id')
    .description('lend the right to approve, until a time')
    .requiredOption('--to <who>', 'who may approve meanwhile')
    .requiredOption('--until <time>', 'ISO 8601 with its zone')
    .option('--from <who>', 'whose right it is; your own when absent')
    .addOption(onlyGate());
  examples(withJson(withRequester(withBatch(command))), [
    'tranship delegate web-03 --to ben --until 2026-12-01T08:00+01:00',
    'tranship delegate --batch wave-01 --gate cutover --to ben --until 2026-12-01T08:00Z',
  ]).action(delegate);
};
