import type { Command } from 'commander';
import { parseQueue } from '../../domain/address.ts';
import type { Estate } from '../../domain/estate.ts';
import { recordsFolder } from '../home.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples } from './command-line.ts';
import { readBasisOrRefuse } from './plan.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

/** Workers connect by the environment alone: where `up` left its server is put there, and that something answers is seen first. */
const findServer = async (): Promise<void> => {
  const { reachTemporal } = await import('../temporal.ts');
  const { address, close } = await reachTemporal();
  await close();
  process.env.TEMPORAL_ADDRESS = address;
};

const refuseQueues = (serve: readonly string[], estate: Estate, file: string): void => {
  const known = Object.entries(estate).flatMap(([product, instances]) =>
    Object.keys(instances).map((instance) => `${product}@${instance}`),
  );
  if (serve.length === 0)
    throw wrongInput('--serve  no queue is named', `Name at least one. The plan has: ${known.join(', ')}.`);
  for (const queue of serve) {
    if (!parseQueue(queue))
      throw wrongInput(`--serve  ${queue} is not of the form product@instance`, 'Write it as veeam@vbr01.');
    if (!known.includes(queue)) throw wrongInput(`--serve  ${file} has no ${queue}`, `It has: ${known.join(', ')}.`);
  }
};

interface AgentOptions {
  readonly plan: string;
  readonly serve: readonly string[];
  readonly capture?: string;
}

const agent = async ({ serve, plan, capture }: AgentOptions): Promise<void> => {
  const { estate, policies } = await readBasisOrRefuse(plan);
  refuseQueues(serve, estate, plan);
  await findServer();
  const { runAgent } = await import('../../workers/run.ts');
  await runAgent({ estate, policies, serve, ...(capture === undefined ? {} : { captureTo: capture }) });
};

const orchestrator = async ({ attestationKeys }: { readonly attestationKeys?: string }): Promise<void> => {
  await findServer();
  const { runOrchestrator } = await import('../../workers/run.ts');
  await runOrchestrator({
    records: recordsFolder(),
    ...(attestationKeys === undefined ? {} : { attestationKeys }),
  });
};

const jea = async (product: string): Promise<void> => {
  const { catalogueFiles } = await import('../../workers/catalogues.ts');
  const files = catalogueFiles();
  const file = files[product];
  if (!file)
    throw wrongInput(`jea  there is no catalogue for ${product}`, `There are: ${Object.keys(files).join(', ')}.`);
  const { loadCatalogue } = await import('../../workers/powershell/catalogue.ts');
  const { roleCapability } = await import('../../workers/powershell/jea.ts');
  process.stdout.write(roleCapability(await loadCatalogue([file]), 'run-cmdlets.ps1', `Tranship agent for ${product}`));
};

export const workerCommands = (program: Command): void => {
  const worker = examples(
    program.command('worker').description('a process that works off Temporal’s queues; it stays in the foreground'),
    ['tranship worker orchestrator', 'tranship worker agent --serve veeam@vbr01'],
  );
  examples(
    worker
      .command('orchestrator')
      .description('holds the workflows; touches no product')
      .option(
        '--attestation-keys <ref>',
        'public keys of the API, as file:/path/to/jwks.json; else what TRANSHIP_ATTESTATION_KEYS says',
      ),
    [
      'tranship worker orchestrator',
      'tranship worker orchestrator --attestation-keys file:/etc/tranship/keys/jwks.json',
      'TRANSHIP_HOME=/var/lib/tranship tranship worker orchestrator',
    ],
  ).action(orchestrator);
  examples(
    worker
      .command('agent')
      .description('serves product instances of the plan, next to the product; needs no vms.csv')
      .option('--plan <file>', 'the programme', 'plan.yaml')
      .option('--serve <queue>', 'such as veeam@vbr01; may be given several times', collect, [])
      .option('--capture <folder>', 'records what the products say, without names and secrets; see docs/pilot.md'),
    [
      'tranship worker agent --serve veeam@vbr01',
      'tranship worker agent --plan plan.yaml --serve hyper-v@stage01 --serve guest@stage01',
      'tranship worker agent --serve veeam@vbr01 --capture captures/veeam',
    ],
  ).action(agent);
  examples(
    program
      .command('jea')
      .argument('<product>', 'veeam, hyper-v, guest or dns')
      .description(
        'the role capability (.psrc) that lets an agent run just what its driver catalogues on a Windows host',
      ),
    ['tranship jea hyper-v > Tranship-HyperV.psrc'],
  ).action(jea);
};
