import type { Command } from 'commander';
import { counted } from '../../domain/counted.ts';
import { shellWord } from '../../domain/words.ts';
import { recordsFolder } from '../home.ts';
import type { Recovered, RecoveredVm } from '../recover.ts';
import type { KnownFrom } from '../recover-known.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { EXIT } from './failures.ts';
import { type PlanPlace, readPlacesOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson, table, tell } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly records?: string; readonly dryRun?: boolean; readonly json?: boolean };

const FROM: Readonly<Record<KnownFrom, string>> = {
  running: 'its run',
  ended: 'its run',
  checkpoint: 'its checkpoint',
  record: 'its record',
  products: 'the products',
  nothing: '–',
};

const nextOf = ({ from, name, stood, batch }: RecoveredVm): string => {
  if (from === 'checkpoint' || from === 'products')
    return `tranship vm ${shellWord(name)}, look at the estate, then tranship resume ${shellWord(name)}`;
  if (from === 'running') return `nothing: it runs; tranship vm ${shellWord(name)}`;
  if (from === 'record' && stood !== 'Decommissioned')
    return `nothing; tranship start ${shellWord(batch)} begins it anew`;
  return from === 'nothing' ? `nothing; it begins with its batch ${shellWord(batch)}` : 'nothing: it has ended';
};

const recoveredText = ({ vms, batches, unasked, programme }: Recovered, dryRun: boolean): string => {
  const rows = vms.map((vm) => [vm.name, FROM[vm.from], vm.stood, nextOf(vm)]);
  const due = vms.filter(({ from }) => from === 'checkpoint' || from === 'products').length;
  const begun = vms.filter(({ started }) => started).length;
  const head = dryRun
    ? `${programme}: ${counted(due, 'migration')} would be rebuilt, paused. Nothing was started.`
    : `${programme}: ${counted(begun, 'migration')} rebuilt, paused. Nothing in the estate was touched.`;
  return [
    marked('✓', head),
    table(['VM', 'FROM', 'STOOD AT', 'NEXT'], rows),
    ...batches.map(({ name, started }) => {
      const does = dryRun ? 'would be started, stopped' : started ? 'is started, stopped' : 'runs already';
      return `  batch ${name} ${does}: when its VMs have been looked at, tranship resume --batch ${shellWord(name)}`;
    }),
    ...unasked.map(({ queue, why }) =>
      marked(
        '✗',
        `${queue} did not say what stands there: ${why}\n    Start its agent, then recover again: a VM without a checkpoint may stand there.`,
      ),
    ),
  ].join('\n');
};

const refuseFolder = async (folder: string): Promise<void> => {
  const { stat } = await import('node:fs/promises');
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return;
  throw wrongInput(
    `--records  ${folder} is ${found ? 'a file' : 'not there'}`,
    'Name the folder of records of the orchestrator that was lost; it is below its TRANSHIP_HOME.',
  );
};

const recover = async ({ json, dryRun = false, records = recordsFolder(), ...place }: Asked): Promise<void> => {
  const { plan } = await readPlacesOrRefuse(place);
  await refuseFolder(records);
  const { checkpointsOf } = await import('../checkpoints.ts');
  await checkpointsOf(records, plan.programme);
  await atTemporal(async ({ client, ask }) => {
    const { recover: rebuild } = await import('../recover.ts');
    const done = await ask(() => rebuild(client, plan, records, dryRun), 10 * 60_000);
    if (done.unasked.length > 0) process.exitCode = EXIT.refused;
    if (json) return sayJson({ ...done, dryRun });
    if (done.vms.every(({ from }) => from === 'nothing' || from === 'record'))
      tell(marked('!', `No checkpoint of ${plan.programme} is below ${records}, and nothing of it stands.`));
    say(recoveredText(done, dryRun));
  });
};

export const recoverCommand = (program: Command): void => {
  examples(
    withJson(
      withPlan(program.command('recover'))
        .description('after Temporal has lost its database: rebuild, paused, what was under way; safe to repeat')
        .option('--records <folder>', 'records and checkpoints of the orchestrator; else those below TRANSHIP_HOME')
        .option('--dry-run', 'only say what would be rebuilt, and from what'),
    ),
    ['tranship recover --dry-run', 'tranship recover --plan plan.yaml --vms vms.csv', 'tranship recover --json'],
  ).action(recover);
};
