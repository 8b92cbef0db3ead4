import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { outageOf } from '../../domain/ledger.ts';
import { ENDS } from '../../domain/phase.ts';
import { isIdentified } from '../../domain/plan.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { startTrial, type TrialEstate } from '../../tools/estate/estate.ts';
import { approveGate, watch } from '../../tools/estate/operator.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { table } from '../cli/views.ts';
import {
  ensureCapacity,
  initialiseMover,
  type MigrationHandle,
  moversToPrepare,
  startMigration,
} from '../operations.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const seconds = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Residential memory of a process in MiB, where the system tells. */
const memoryOf = (pid: number): string => {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib ? `${Math.round(Number(kib) / 1024)} MiB` : '–';
  } catch {
    return '–';
  }
};

const glance = (view: MigrationView): string =>
  `${view.vm.name}  ${view.phase}, hop ${view.hop}${view.step ? `  ${view.step}` : ''}${view.waitingFor ? `  … ${view.waitingFor}` : ''}`;

/** Plays the operator: shows every change and opens each gate for what is seen, unless a person wants to. */
const accompany = (trial: TrialEstate, handle: MigrationHandle, pauseAtGates: boolean): Promise<MigrationView> => {
  let shown = '';
  return watch(handle, {
    everyMs: 250,
    withinMs: pauseAtGates ? 86_400_000 : 240_000,
    see: async (view) => {
      const now = glance(view);
      if (now !== shown) say(`  ${new Date().toISOString().slice(11, 19)}  ${now}`);
      shown = now;
      if (view.parked) say(`  ✗ ${view.parked.mishap.message}\n    ${view.parked.mishap.fix}`);
      if (view.parked && !pauseAtGates)
        throw new Error(`${view.vm.name} is parked at ${view.parked.step}; the demo expects it to go through.`);
      if (view.gate && !pauseAtGates) {
        say(`  ✓ operator opens ${view.gate.name}, hop ${view.gate.hop}, seen as ${view.gate.fingerprint}`);
        await approveGate({ name: 'operator', labState: trial.labState }, handle, view, view.gate);
      }
      return ENDS.includes(view.phase);
    },
  });
};

const report = async (handles: readonly MigrationHandle[], views: readonly MigrationView[]): Promise<void> => {
  const rows = await Promise.all(
    views.map(async (view, index) => {
      const described = await handles[index]?.describe();
      const human = view.ledger.waits.reduce((sum, wait) => sum + wait.to - wait.from, 0);
      const moved = (full: boolean): number =>
        view.ledger.bytes
          .filter((b) => b.hop === 1 && (b.round === 0) === full)
          .reduce((sum, b) => sum + (b.moved ?? 0), 0);
      return [
        view.vm.name,
        view.phase,
        ...view.hops.map((hop) => seconds(outageOf(view.ledger, hop.n, Date.now()))),
        mebibytes(moved(true)),
        mebibytes(moved(false)),
        seconds(human),
        String(described?.historyLength ?? 0),
        `${Math.round((described?.historySize ?? 0) / 1024)} KiB`,
      ];
    }),
  );
  say(
    table(
      ['VM', 'END', 'OUTAGE 1', 'OUTAGE 2', 'FULL, HOP 1', 'DELTA, HOP 1', 'HUMAN WAIT', 'EVENTS', 'HISTORY'],
      rows,
    ),
  );
};

const oracle = (trial: TrialEstate): number => {
  const { status } = spawnSync(
    process.execPath,
    [
      resolve(import.meta.dirname, '..', '..', 'lab', 'oracle', 'main.ts'),
      '--scenario',
      trial.scenario,
      '--state',
      trial.labState,
    ],
    { stdio: 'inherit' },
  );
  return status ?? 2;
};

const { values } = parseArgs({
  options: { 'pause-at-gates': { type: 'boolean' }, keep: { type: 'boolean' }, os: { type: 'string' } },
});
const folder = mkdtempSync(join(tmpdir(), 'tranship-demo-'));
const began = Date.now();
say('Starting Temporal, the lab, the orchestrator and four agents …');
const trial = await startTrial({
  folder,
  scenario: ['one', '--speed', '60', ...(values.os ? ['--os', values.os] : [])],
  ui: true,
  say,
});
say(`Up after ${seconds(Date.now() - began)}. Temporal UI: ${trial.uiAddress}. Everything is below ${folder}.`);

/** The journey from reading the plan to the oracle's verdict. */
const run = async (): Promise<number> => {
  const read = await readPlan({ planPath: trial.plan, csvPath: trial.vms, now: Date.now() });
  if ('refusals' in read)
    throw new Error(read.refusals.map((r) => `${r.file}:${r.line}:${r.column} ${r.message}`).join('\n'));
  await ensureCapacity(trial.client, read.plan);
  say('Preparing the Azure Migrate project, once …');
  for (const to of moversToPrepare(read.plan))
    say(`  ${Object.values(await initialiseMover(trial.client, to)).join(', ')}`);
  const started = Date.now();
  const handles = await Promise.all(
    read.plan.vms.filter(isIdentified).map((vm) => startMigration(trial.client, read.plan, vm, trial.records)),
  );
  const ends = await Promise.all(handles.map((handle) => accompany(trial, handle, values['pause-at-gates'] ?? false)));
  await Promise.all(handles.map((handle) => handle.result()));

  say(`\nJourney: ${seconds(Date.now() - started)}`);
  await report(handles, ends);
  say(
    `Memory: ${(['temporal', 'lab', 'orchestrator', 'agent-source', 'agent-veeam', 'agent-staging', 'agent-azure'] as const).map((name) => `${name} ${memoryOf(trial.pidOf(name))}`).join(', ')}`,
  );
  say('\nThe oracle, which reads only the lab’s log and disks:');
  return oracle(trial);
};

try {
  process.exitCode = await run();
  if (values.keep) {
    say(`All is left running. Stop it with Ctrl-C; ${folder} stays.`);
    await new Promise(() => undefined);
  }
} catch (error) {
  say(`✗ ${error instanceof Error ? error.message : String(error)}\n  Logs are below ${folder}.`);
  process.exitCode = 1;
} finally {
  await trial.stop();
}
if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
