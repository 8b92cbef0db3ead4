import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { End } from '../../lab/oracle/run/end.ts';
import type { Judged, Verdict } from '../../lab/oracle/verdict.ts';

export interface JudgeOptions {
  /** Scenario file and state directory of the lab, which may still run. */
  readonly scenario: string;
  readonly state: string;
  readonly stagingBytes?: number;
  readonly stagingVms?: number;
  /** Shortest hold between sign-off and decommission, seconds of lab time. */
  readonly holdSeconds?: number;
  /** The end of every VM, or of each by uuid or name. */
  readonly expect?: End | Readonly<Record<string, End>>;
  /** Ids or names of jobs that belong to others. */
  readonly theirs?: readonly string[];
}

/** Runs the oracle's command on a run of the lab. Throws with what it said when it could not judge. */
export const judge = async (options: JudgeOptions): Promise<Judged> => {
  const { verdict, text } = await asked(options);
  if (verdict.verdict === 'unjudged') throw new Error(`the oracle could not judge: ${verdict.reason}\n${text}`);
  return verdict;
};

/** One line a charge, for `expect(chargesIn(verdict)).toEqual([])`. */
export const chargesIn = ({ charges }: Judged): readonly string[] =>
  charges.map(({ rule, says, seqs }) => `${rule}: ${says} [${seqs.join(', ')}]`);

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as people run it. */
export const oracleCommand = (args: readonly string[]): Promise<Answer> =>
  new Promise((done) => {
    const options = { maxBuffer: 64 * 2 ** 20 };
    execFile(process.execPath, [resolve('lab/oracle/main.ts'), ...args], options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });

const asked = async (options: JudgeOptions): Promise<{ verdict: Verdict; text: string }> => {
  const { scenario, state, stagingBytes, stagingVms, holdSeconds, expect, theirs } = options;
  const dir = mkdtempSync(join(tmpdir(), 'oracle-expect-'));
  const ends = join(dir, 'ends.json');
  if (typeof expect === 'object') writeFileSync(ends, JSON.stringify(expect));
  const flag = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  try {
    const { stdout, stderr } = await oracleCommand([
      ...['--scenario', scenario, '--state', state, '--json'],
      ...flag('staging-bytes', stagingBytes),
      ...flag('staging-vms', stagingVms),
      ...flag('hold', holdSeconds),
      ...flag('expect', typeof expect === 'object' ? ends : expect),
      ...flag('theirs', theirs?.join(',')),
    ]);
    if (stdout === '') throw new Error(`the oracle said nothing: ${stderr}`);
    return { verdict: JSON.parse(stdout) as Verdict, text: stderr };
  } finally {
    rmSync(dir, { recursive: true });
  }
};
