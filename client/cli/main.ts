#!/usr/bin/env node
import module from 'node:module';

// What is compiled once is not compiled again: `--help` answers in half the time, on a small machine most of all.
module.enableCompileCache();

const { endedBy } = await import('./failures.ts');
const { run } = await import('./program.ts');

// Whoever reads only the first lines, as `head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => process.exit(endedBy(error)));

process.exitCode = await run(process.argv.slice(2));
