#!/usr/bin/env node
import { Command } from 'commander';
import { answerCommands } from './answer.ts';
import { planCommands } from './plan.ts';
import { runCommands } from './run.ts';
import { viewCommands } from './views.ts';
import { workerCommands } from './worker.ts';

const program = new Command('tranship')
  .description(
    'Moves virtual machines from Nutanix AHV through Hyper-V onto Azure Local, durably and under human approval.',
  )
  .showHelpAfterError('(tranship --help lists the commands)')
  .configureHelp({ sortSubcommands: false });

planCommands(program);
runCommands(program);
viewCommands(program);
answerCommands(program);
workerCommands(program);

/** Temporal wraps a refusal; people want the refusal. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && /^Workflow Update/.test(error.message) ? error.cause.message : error.message;
};

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`✗ ${reasonOf(error)}\n`);
  process.exitCode = 1;
});
