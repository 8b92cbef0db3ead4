import { Argument, type Command } from 'commander';
import { examples } from '../command-line.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const KINDS = ['vm', 'batch', 'programme'] as const;
type Kind = (typeof KINDS)[number];

/** Who presses Tab does not wait: later there are no names. */
const NAMES_MS = 1_500;

const script = async (program: Command, shell: Shell): Promise<void> => {
  const { commandTree } = await import('./tree.ts');
  const tree = commandTree(program);
  const { bashScript, zshScript } = await import('./posix.ts');
  const { fishScript } = await import('./fish.ts');
  process.stdout.write({ bash: bashScript, zsh: zshScript, fish: fishScript }[shell](tree));
};

const namesOf = async (kind: Kind): Promise<readonly string[]> => {
  const { atTemporal } = await import('../session.ts');
  return atTemporal(async ({ client, connection }) => {
    const { listMigrations } = await import('../../../workers/listing.ts');
    const all = await connection.withDeadline(Date.now() + NAMES_MS, () => listMigrations(client, 'running'));
    const names = { vm: 'name', batch: 'batch', programme: 'programme' } as const;
    return [...new Set(all.map((one) => one[names[kind]]))].filter((name) => name !== '' && !name.includes('\n'));
  });
};

/** A shell that asks hears names or nothing, never a failure. */
const names = async (kind: Kind): Promise<void> => {
  const late = new Promise<readonly string[]>((done) => {
    setTimeout(done, NAMES_MS, []).unref();
  });
  const found = await Promise.race([namesOf(kind), late]).catch((): readonly string[] => []);
  if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
};

export const completionCommand = (program: Command): void => {
  const completion = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that completes').choices(SHELLS))
    .description('a script that completes commands, options and the names of what runs');
  examples(completion, [
    'source <(tranship completion bash)',
    'source <(tranship completion zsh)',
    'tranship completion fish | source',
  ]).action((shell: Shell) => script(program, shell));
  examples(
    completion
      .command('names', { hidden: true })
      .addArgument(new Argument('<kind>', 'names of what').choices(KINDS))
      .description('what runs, a name a line, or nothing where it is not known at once; for the scripts'),
    ['tranship completion names batch'],
  ).action(names);
};
