import { Command } from 'commander';
import { VERSION } from '../../workers/version.ts';
import { answerCommands } from './answer.ts';
import { apiCommand } from './api.ts';
import { capacityCommand } from './capacity.ts';
import { checkCommands } from './check.ts';
import { completionCommand } from './completion/index.ts';
import { delegateCommand } from './delegate.ts';
import { doctorCommand } from './doctor.ts';
import { doneCommand } from './done.ts';
import { explainCommand } from './explain.ts';
import { endedBy } from './failures.ts';
import { forecastCommand } from './forecast.ts';
import { inboxCommand } from './inbox.ts';
import { inventoryCommand } from './inventory.ts';
import { labCommands } from './lab/index.ts';
import { ledgerCommand } from './ledger.ts';
import { noticesCommands } from './notices.ts';
import { planCommands } from './plan.ts';
import { tell } from './print.ts';
import { programmeCommands } from './programme.ts';
import { recoverCommand } from './recover.ts';
import { reportCommand } from './report.ts';
import { scheduleCommand } from './schedule.ts';
import { serverCommands } from './server.ts';
import { startCommands } from './start.ts';
import { statusCommand } from './status.ts';
import { verbCommands } from './verbs.ts';
import { vmCommand } from './vm.ts';
import { watchCommand } from './watch.ts';
import { workerCommands } from './worker.ts';

const AFTER = `
Exit codes: 0 done · 1 refused or failed · 2 wrong usage, or a file or setting that is wrong.
Where Temporal is: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE … or a temporal.toml profile; else what \`tranship up\` left running.
What Tranship keeps of its own is below TRANSHIP_HOME (.tranship). NO_COLOR is honoured.

Examples:
  $ tranship up && tranship lab up
  $ tranship start wave-01 && tranship watch
  $ tranship inbox`;

/** The whole command line. Nothing but commander and words is loaded before a command runs. */
export const tranship = (): Command => {
  const program = new Command('tranship')
    .description(
      'Moves virtual machines from Nutanix AHV through Hyper-V onto Azure Local, durably and under human approval.',
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('    `tranship --help` lists the commands, `tranship <command> --help` what one takes.')
    .configureOutput({ outputError: (text) => tell(`✗ ${text.replace(/^error: /, '').trimEnd()}`) })
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', AFTER);
  for (const register of [
    serverCommands,
    inventoryCommand,
    planCommands,
    startCommands,
    scheduleCommand,
    programmeCommands,
    noticesCommands,
    checkCommands,
    forecastCommand,
    capacityCommand,
    statusCommand,
    watchCommand,
    vmCommand,
    explainCommand,
    inboxCommand,
    answerCommands,
    delegateCommand,
    verbCommands,
    doneCommand,
    ledgerCommand,
    reportCommand,
    recoverCommand,
    workerCommands,
    doctorCommand,
    apiCommand,
    completionCommand,
    labCommands,
  ])
    register(program);
  return program;
};

/** Runs one command line, without the program's own name. Answers with its exit code; what went wrong was said. */
export const run = async (argv: readonly string[]): Promise<number> => {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await tranship().parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return endedBy(error);
  } finally {
    process.exitCode = before;
  }
};
