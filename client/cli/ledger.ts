import type { Command } from 'commander';
import { duration } from '../../domain/words.ts';
import { recordsFolder } from '../home.ts';
import type { HopLedger, VmLedger } from '../ledger.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { bytes, say, sayJson, table } from './print.ts';
import { atRecords } from './session.ts';

interface Asked {
  readonly batch?: string;
  readonly programme?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const short = (time: string | null): string => (time === null ? '–' : time.replace(/\.\d+Z$/, 'Z'));

/** After the stop of service, where there was one. */
const after = ({ stopOfService }: HopLedger, time: string | null): string => {
  if (time === null) return '–';
  return stopOfService === null ? short(time) : `+${duration(Date.parse(time) - Date.parse(stopOfService))}`;
};

const outage = ({ outageMs, isDown }: HopLedger): string => `${duration(outageMs)}${isDown ? ', still down' : ''}`;

const row = (vm: VmLedger, hop: HopLedger): string[] => [
  vm.name,
  `${hop.hop}${hop.attempts > 1 ? `, attempt ${hop.attempts}` : ''}`,
  short(hop.stopOfService),
  after(hop, hop.lastDelta),
  after(hop, hop.cutOver),
  after(hop, hop.boot),
  hop.rolledBack === null ? after(hop, hop.checksPassed) : `back ${after(hop, hop.rolledBack)}`,
  outage(hop),
  duration(hop.humanWaitMs),
  bytes(hop.fullBytes),
  bytes(hop.deltaBytes),
];

const sumText = (vm: VmLedger): string =>
  `${vm.name}: outage ${duration(vm.outageMs)} of ${duration(vm.budgetMs)}${vm.isOver ? `, over by ${duration(vm.outageMs - (vm.budgetMs ?? 0))}` : ''} · waited for people ${duration(vm.humanWaitMs)} · ${bytes(vm.bytes)}`;

export const ledgerText = (all: readonly VmLedger[]): string =>
  [
    table(
      ['VM', 'HOP', 'STOPPED', 'LAST DELTA', 'CUT-OVER', 'BOOT', 'CHECKS', 'OUTAGE', 'PEOPLE', 'FULL', 'DELTA'],
      all.flatMap((vm) => vm.hops.map((hop) => row(vm, hop))),
    ),
    '',
    ...all.map(sumText),
  ].join('\n');

const csv = async (all: readonly VmLedger[]): Promise<string> => {
  const { stringify } = await import('csv-stringify/sync');
  const { ledgerRows } = await import('../ledger.ts');
  // A name that begins as a formula does is a name.
  return stringify([...ledgerRows(all)], { header: true, escape_formulas: true }).trimEnd();
};

const refuseWanted = (vm: string | undefined, { batch, programme, json, csv: asCsv }: Asked): void => {
  if (vm === undefined && batch === undefined && programme === undefined)
    throw wrongInput(
      'ledger  neither a VM nor --batch nor --programme is named',
      'Write `tranship ledger VM`, or `tranship ledger --batch BATCH`.',
    );
  if (vm !== undefined && batch !== undefined)
    throw wrongInput(`ledger  both a VM (${vm}) and --batch ${batch}`, 'Name one or the other.');
  if (json && asCsv) throw wrongInput('ledger  both --json and --csv', 'Ask for one of the two.');
};

/** One name, several VMs: which is meant is for a person to say. */
export const refuseNamesakes = (name: string, all: readonly { readonly vm: { readonly id: string } }[]): void => {
  const ids = [...new Set(all.map(({ vm }) => vm.id))];
  if (ids.length > 1 && !ids.includes(name))
    throw new Error(`${name} is the name of several VMs. Use the id:\n${ids.map((id) => `    ${id}`).join('\n')}`);
};

const ledger = async (vm: string | undefined, asked: Asked): Promise<void> => {
  refuseWanted(vm, asked);
  const { batch, programme } = asked;
  const wanted = {
    ...(vm === undefined ? {} : { vm }),
    ...(batch === undefined ? {} : { batch }),
    ...(programme === undefined ? {} : { programme }),
  };
  const records = recordsFolder();
  const views = await atRecords(records, async (reached) => {
    const { viewsOf } = await import('../report.ts');
    return viewsOf(reached, records, wanted);
  });
  const what = vm ?? (batch === undefined ? `programme ${programme}` : `batch ${batch}`);
  if (views.length === 0)
    throw new Error(
      `Nothing is known of ${what}${batch !== undefined && programme !== undefined ? ` in ${programme}` : ''}.\n    \`tranship status\` shows what runs; records are below ${records}.`,
    );
  if (vm !== undefined) refuseNamesakes(vm, views);
  const { ledgerOf } = await import('../ledger.ts');
  const now = Date.now();
  const all = views.map((view) => ledgerOf(view, now)).sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
  if (asked.json) return sayJson({ at: new Date(now).toISOString(), vms: all });
  say(asked.csv ? await csv(all) : ledgerText(all));
};

const orderOf = ({ programme, batch, group, name }: VmLedger): string => [programme, batch, group, name].join('\u0000');

export const ledgerCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('ledger')
        .argument('[vm]', 'display name or id')
        .description('when what happened: stop of service, last delta, cut-over, boot, checks, human waits, bytes')
        .option('--batch <batch>', 'all VMs of a batch')
        .option('--programme <programme>', 'all VMs of a programme, or which one')
        .option('--csv', 'one row a hop, for a sheet'),
    ),
    ['tranship ledger web-03', 'tranship ledger --batch wave-01', 'tranship ledger --programme p1 --csv > p1.csv'],
  ).action(ledger);
};
