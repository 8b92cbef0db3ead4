import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bin = (name: string): string => resolve('node_modules', '.bin', name);

/** What has to hold before any test says something. */
const GATES: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['types', bin('tsc'), ['-p', '.']],
  ['lint', bin('biome'), ['ci', '--diagnostic-level=warn', '.']],
  ['import directions', process.execPath, ['tools/checks/imports.ts']],
];

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const gates = GATES.map(([name, command, args]) => {
  const began = Date.now();
  const ok = spawnSync(command, args, { stdio: 'inherit' }).status === 0;
  process.stdout.write(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
  return ok;
});

const report = join(mkdtempSync(join(tmpdir(), 'tranship-tests-')), 'jest.json');
const asked = process.argv.slice(2);
spawnSync(bin('jest'), ['--json', `--outputFile=${report}`, ...asked], { stdio: ['ignore', 'ignore', 'inherit'] });
const counts = JSON.parse(readFileSync(report, 'utf8')) as Counts;

const passed = counts.numPassedTests + gates.filter((ok) => ok).length;
const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites + gates.filter((ok) => !ok).length;
const skipped = counts.numPendingTests > 0 ? `, ${counts.numPendingTests} skipped` : '';
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed > 0 ? 1 : 0;
