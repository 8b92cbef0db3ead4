import type { Command } from 'commander';
import { duration, instant, kebab } from '../../domain/words.ts';
import { recordsFolder } from '../home.ts';
import type { VmReport } from '../report.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { bytes, say, sayJson, table, tell } from './print.ts';

interface Asked {
  readonly json?: boolean;
  readonly table?: boolean;
  readonly programme?: string;
}

const FROM = {
  record: '',
  running: ' (runs)',
  result: '',
  gone: ' (its run is lost)',
  silent: ' (no answer)',
} as const;

const budget = ({ outageMs, budgetMs }: VmReport): string => {
  if (outageMs === null || budgetMs === null) return '–';
  return `${duration(outageMs)} of ${duration(budgetMs)}${outageMs > budgetMs ? ', over' : ''}`;
};

const row = (vm: VmReport): string[] => [
  vm.name,
  vm.group,
  `${vm.phase}${FROM[vm.from]}`,
  vm.outagesMs.map(duration).join(' / ') || '–',
  budget(vm),
  vm.bytes.map(({ full }) => bytes(full)).join(' / ') || '–',
  vm.bytes.map(({ delta }) => bytes(delta)).join(' / ') || '–',
  duration(vm.humanWaitMs),
  String(vm.decisions.length),
];

const decisionsOf = (vm: VmReport): string[] =>
  vm.decisions.map(
    (d) =>
      `  ${instant(d.at)}  ${vm.name}  ${d.by} ${d.decision === 'approve' ? 'opened' : 'refused'} ${kebab(d.gate)}, hop ${d.hop}${d.group ? `, for ${d.group}` : ''} (${d.identity}, by ${d.channel})${d.comment ? `: ${d.comment}` : ''}`,
  );

const findingsOf = (vm: VmReport): string[] =>
  vm.findings.map((f) => `  ${vm.name}  ${f.id} ${f.severity}: ${f.message}`);

const titled = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? ['', title, ...lines] : []);

export const reportText = (vms: readonly VmReport[]): string =>
  [
    table(['VM', 'GROUP', 'END', 'OUTAGE BY HOP', 'IN ALL', 'FULL', 'DELTA', 'HUMAN WAIT', 'DECISIONS'], vms.map(row)),
    ...titled('Decisions', vms.flatMap(decisionsOf).sort()),
    ...titled('Findings', vms.flatMap(findingsOf)),
  ].join('\n');

/** By the server and the records; by the records alone where no server answers. */
const read = async (batch: string, programme: string | undefined): Promise<readonly VmReport[]> => {
  const { reportOf } = await import('../report.ts');
  const { reachTemporal } = await import('../temporal.ts');
  const reached = await reachTemporal().catch(async (error: Error) => {
    if ((await reportOf(null, recordsFolder(), batch, programme)).length === 0) throw error;
    tell(`! ${error.message}\n    Told by the records below ${recordsFolder()} alone: what still runs is missing.`);
    return null;
  });
  try {
    return await reportOf(reached, recordsFolder(), batch, programme);
  } finally {
    await reached?.close();
  }
};

const report = async (batch: string, asked: Asked): Promise<void> => {
  const vms = await read(batch, asked.programme);
  const programmes = [...new Set(vms.map(({ programme }) => programme))];
  if (vms.length === 0)
    throw new Error(
      `No VM of a batch ${batch} has run here${asked.programme ? ` in ${asked.programme}` : ''}.\n    \`tranship status\` shows what runs; records are below ${recordsFolder()}.`,
    );
  if (programmes.length > 1)
    throw wrongInput(
      `--programme  several have a batch ${batch}: ${programmes.join(', ')}`,
      'Name the one that is meant.',
    );
  if (asked.json || !(asked.table || process.stdout.isTTY))
    return sayJson({ programme: programmes[0], batch, at: new Date().toISOString(), vms });
  say(reportText(vms));
};

export const reportCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('report')
        .argument('<batch>', 'name of the batch')
        .description('how the VMs of a batch came out: a table on a terminal, JSON elsewhere')
        .option('--table', 'the table everywhere')
        .option('--programme <programme>', 'which one, where several have a batch of that name'),
    ),
    ['tranship report wave-01', 'tranship report wave-01 > wave-01.json', 'tranship report wave-01 --table'],
  ).action(report);
};
