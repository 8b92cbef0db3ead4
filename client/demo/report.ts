import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROCESSES, type TrialEstate } from '../../tools/estate/estate.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { table } from '../cli/print.ts';
import { type VmReport, vmReport } from '../report.ts';
import type { Traveller } from './operators.ts';

export const seconds = (ms: number | null | undefined): string =>
  typeof ms === 'number' ? `${(ms / 1_000).toFixed(1)} s` : '–';

/** Resident memory of a process in MiB, where the system tells. */
const memoryOf = (pid: number): string => {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib ? `${Math.round(Number(kib) / 1024)} MiB` : '–';
  } catch {
    return '–';
  }
};

const TICK_MS = 10;

/** Processor time a process and what it started have used, ms, where the system tells: the fields 14 to 17 of its line. */
const processorTimeOf = (pid: number): number | null => {
  try {
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 15) ?? [];
    return ticks.reduce((sum, each) => sum + Number(each), 0) * TICK_MS;
  } catch {
    return null;
  }
};

const ownTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** A process that was killed counts from its second start. */
export const processes = (trial: TrialEstate): string =>
  table(
    ['PROCESS', 'MEMORY', 'PROCESSOR TIME'],
    [
      ...PROCESSES.map((name) => [name, memoryOf(trial.pidOf(name)), seconds(processorTimeOf(trial.pidOf(name)))]),
      ['this demo', memoryOf(process.pid), seconds(ownTime())],
    ],
  );

export interface Arrived extends Traveller {
  readonly view: MigrationView;
}

const mebibytes = (bytes: readonly (number | null)[]): string => {
  const told = bytes.flatMap((each) => each ?? []);
  return told.length === 0 ? '–' : `${(told.reduce((sum, each) => sum + each, 0) / 2 ** 20).toFixed(1)} MiB`;
};

const againstBudget = ({ outageMs, budgetMs }: VmReport): string =>
  budgetMs === null ? '–' : `${Math.round((100 * (outageMs ?? 0)) / budgetMs)} % of ${seconds(budgetMs)}`;

const rowOf = async ({ label, handle, view }: Arrived): Promise<string[]> => {
  const { historyLength, historySize } = await handle.describe();
  const told = vmReport(view, 'running', Date.now());
  return [
    label,
    told.phase,
    seconds(told.outagesMs[0]),
    seconds(told.outagesMs[1]),
    againstBudget(told),
    mebibytes(told.bytes.map(({ full }) => full)),
    mebibytes(told.bytes.map(({ delta }) => delta)),
    seconds(told.humanWaitMs),
    String(historyLength),
    `${Math.round((historySize ?? 0) / 1024)} KiB`,
  ];
};

const HEAD = [
  'VM',
  'END',
  'OUTAGE 1',
  'OUTAGE 2',
  'AGAINST BUDGET',
  'FULL',
  'DELTA',
  'HUMAN WAIT',
  'EVENTS',
  'HISTORY',
] as const;

/** One line a VM. Azure tells percentages and no bytes: full and delta are those of hop 1. */
export const journeys = async (arrived: readonly Arrived[]): Promise<string> =>
  table(HEAD, await Promise.all(arrived.map(rowOf)));

/** Lets the oracle judge on this terminal; answers with its exit code. `expect`: the end every VM should have come to. */
export const askOracle = ({ scenario, labState }: TrialEstate, expect: string | null): number => {
  const oracle = resolve(import.meta.dirname, '..', '..', 'lab', 'oracle', 'main.ts');
  const words = ['--scenario', scenario, '--state', labState, ...(expect === null ? [] : ['--expect', expect])];
  const { status } = spawnSync(process.execPath, [oracle, ...words], { stdio: 'inherit' });
  return status ?? 2;
};
