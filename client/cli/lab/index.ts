import type { Command } from 'commander';
import { examples, number, oneOf, port, withJson } from '../command-line.ts';
import type { FaultOptions } from './fault.ts';
import type { UpOptions } from './up.ts';

const SCENARIOS = ['one', 'several', 'eight', 'random'] as const;

export const labCommands = (program: Command): void => {
  const lab = examples(
    program.command('lab').description('a simulated estate that speaks the vendors’ protocols, to try everything on'),
    ['tranship lab up', 'tranship lab fault', 'tranship lab oracle'],
  );
  examples(
    withJson(
      lab
        .command('up')
        .description('lab, plan, orchestrator and agents in the background; a server too where none was left running')
        .argument('[scenario]', `one of ${SCENARIOS.join(', ')}`, oneOf(SCENARIOS), 'eight')
        .option('--speed <n>', 'how many times faster than real vendors', number, 60)
        .option('--count <n>', 'VMs of several and random', number)
        .option('--seed <n>', 'of random', number)
        .option('--os <os>', 'of one: windows or linux', oneOf(['windows', 'linux']))
        .option('--port <port>', 'of a server that has to be started', port, 7233),
    ),
    ['tranship lab up', 'tranship lab up one --os linux', 'tranship lab up random --seed 7 --count 20'],
  ).action(async (scenario: string, options: UpOptions) => (await import('./up.ts')).labUp(scenario, options));
  examples(
    withJson(
      lab
        .command('fault')
        .description('arm a fault in the lab, or show what is armed and has fired')
        .argument('[kind]', 'such as refused, slow, throttled, noBoot, guestRefuses, diskFull')
        .option('--on <point>', 'where it strikes, `*` for anything: <product>.<verb>, boot.<platform> …')
        .option('--vm <name>', 'only this VM, by name or id')
        .option('--times <n>', 'how often', number, 1)
        .option('--detail <json>', 'what the kind takes beside'),
    ),
    [
      'tranship lab fault',
      'tranship lab fault noBoot --on boot.hyper-v --vm web-01',
      'tranship lab fault throttled --on "arm.*" --times 3',
    ],
  ).action(async (kind: string | undefined, options: FaultOptions) =>
    (await import('./fault.ts')).labFault(kind, options),
  );
  examples(
    withJson(
      lab
        .command('oracle')
        .description(
          'the verdict on what happened, from the lab’s own log and disks; exit code 1 when it charges anything',
        ),
    ),
    ['tranship lab oracle', 'tranship lab oracle --json'],
  ).action(async (options: { readonly json?: boolean }) => (await import('./oracle.ts')).labOracle(options));
};
