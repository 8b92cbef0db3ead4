import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { objectIn } from './evidence/json-lines.ts';
import { judgeRun } from './judge.ts';
import { ENDS, type End } from './run/end.ts';
import type { Terms } from './run/run.ts';
import { EXIT_CODES, told } from './verdict.ts';

const USAGE = `node lab/oracle/main.ts --scenario FILE --state DIR [--json]
    [--staging-bytes N] [--staging-vms N]   what the plan allows on the staging host
    [--hold SECONDS]                        shortest hold between sign-off and decommission, lab time
    [--expect ${ENDS.join('|')}|FILE]
                                            the end of every VM, or a JSON file: uuid or name → end
    [--theirs ID,NAME…]                     jobs that belong to others
Exit code: 0 green, 1 red, 2 could not judge.
`;

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n${USAGE}`);
  process.exit(EXIT_CODES.unjudged);
};

const options = {
  scenario: { type: 'string' },
  state: { type: 'string' },
  json: { type: 'boolean' },
  'staging-bytes': { type: 'string' },
  'staging-vms': { type: 'string' },
  hold: { type: 'string' },
  expect: { type: 'string' },
  theirs: { type: 'string' },
} as const;

const given = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
};

const numberFrom = (text: string, name: string): number => {
  const value = Number(text);
  return text.trim() !== '' && value >= 0 ? value : refuse(`--${name} is a number, not ${text}`);
};

const isEnd = (value: unknown): value is End => ENDS.some((end) => end === value);

const expectation = (text: string): NonNullable<Terms['expect']> => {
  if (isEnd(text)) return text;
  const ends = existsSync(text) ? objectIn(readFileSync(text, 'utf8')) : null;
  const entries = Object.entries(ends ?? {}).filter((entry): entry is [string, End] => isEnd(entry[1]));
  if (!ends || entries.length < Object.keys(ends).length) return refuse(`--expect: ${text} names no ends`);
  return Object.fromEntries(entries);
};

const values = given();
const { scenario, state, expect, hold, theirs } = values;
if (!scenario || !state) refuse('--scenario and --state are needed');

const terms: Terms = {
  ...(values['staging-bytes'] && { stagingBytes: numberFrom(values['staging-bytes'], 'staging-bytes') }),
  ...(values['staging-vms'] && { stagingVms: numberFrom(values['staging-vms'], 'staging-vms') }),
  ...(hold && { holdMs: numberFrom(hold, 'hold') * 1000 }),
  ...(expect && { expect: expectation(expect) }),
  ...(theirs && { theirs: theirs.split(',') }),
};
const verdict = judgeRun(scenario ?? '', state ?? '', terms);
process.stdout.write(values.json ? `${JSON.stringify(verdict)}\n` : told(verdict));
process.exitCode = EXIT_CODES[verdict.verdict];
