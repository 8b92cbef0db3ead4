import {
  type AttestingGate,
  attestedQuestions,
  CHECKS,
  type Check,
  isMainPathBlocker,
  SECTIONS,
  type Standing,
} from '../../domain/checks.ts';

const WORDS: Readonly<Record<AttestingGate, string>> = {
  cutover: 'Whoever opens `cutover`',
  go: 'Whoever opens `go`',
  signOff: 'Whoever opens `sign-off`',
};

const standingText = (standing: Standing): string => {
  if (standing.kind === 'absent') return `**absent**: ${standing.reason}`;
  if (standing.kind === 'done')
    return `done: ${standing.where.join(', ')}${standing.how === null ? '' : ` (${standing.how})`}`;
  const inPart = standing.inPart.length === 0 ? '' : ` In part: ${standing.inPart.join(', ')}.`;
  return `attested at \`${standing.gate === 'signOff' ? 'sign-off' : standing.gate}\`: ${standing.question}${inPart}`;
};

const row = ({ id, title, severity, paths, standing }: Check): string =>
  `| ${id} | ${title} | ${severity === 'block' ? 'blocks' : 'warns'} | ${paths.join(' ')} | ${standingText(standing)} |`;

const section = ({ name, checks }: (typeof SECTIONS)[number]): string =>
  [`## ${name}`, '', '| Id | Check | | Paths | Standing |', '|---|---|---|---|---|', ...checks.map(row)].join('\n');

const questions = (gate: AttestingGate): string =>
  [`**${WORDS[gate]}** answers:`, '', ...attestedQuestions(gate).map((question) => `- ${question}`)].join('\n');

const count = (checks: readonly Check[], kind: Standing['kind']): number =>
  checks.filter(({ standing }) => standing.kind === kind).length;

const summary = (): string => {
  const main = CHECKS.filter(isMainPathBlocker);
  const line = (name: string, checks: readonly Check[]): string =>
    `| ${name} | ${count(checks, 'done')} | ${count(checks, 'attested')} | ${count(checks, 'absent')} |`;
  return [
    '| | done | attested | absent |',
    '|---|---|---|---|',
    line('All', CHECKS),
    line('Blockers of the main path', main),
  ].join('\n');
};

/** docs/checks.md, whole. */
export const checksPage = (): string =>
  `${[
    '# Checks',
    '<!-- Written by `npm run docs:checks` from domain/checks.ts. A change made here is lost, and a test says so. -->',
    'Every finding a preflight or a validation reports carries one of these ids. `PF-` is before anything is touched, `V1-` after a landing, `V2-` after the last one.',
    [
      '- **done**: what is named looks, and says so under the id; or it cannot be otherwise, and why is said.',
      '- **attested**: no program can look. The question stands in the evidence of a gate; whoever opens that gate answers for it.',
      '- **absent**: nobody looks.',
    ].join('\n'),
    'What blocks parks the migration before it changes anything, or, after a landing, before the next gate. What warns is shown in the evidence of the gate. A driver is milder than this page where it mends the matter itself. A VM that is off at its source has no baseline: of what is inside it nothing is checked.',
    'Paths: V Veeam, 2 Azure Migrate to Azure Local (both together are the main path), H HYCU, C Commvault, D Carbonite, A other methods, X VMware directly.',
    summary(),
    '## What a person answers for',
    questions('cutover'),
    questions('go'),
    questions('signOff'),
    ...SECTIONS.map(section),
  ].join('\n\n')}\n`;
