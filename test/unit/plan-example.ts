import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../domain/plan.ts';
import { type PlanOrRefusals, readPlan } from '../../plan/read-plan.ts';
import type { Refusal } from '../../plan/refusal.ts';

/** Some day before the windows of the example open. */
export const NOW = Date.UTC(2030, 0, 1);

const pageOf = (page: string): Promise<string> => readFile(join(process.cwd(), page), 'utf8');

const allFenced = (page: string, language: string): readonly string[] =>
  page
    .split(`\`\`\`${language}\n`)
    .slice(1)
    .map((text) => text.split('```')[0] ?? '');

const fenced = (page: string, language: string): string => {
  const [text] = allFenced(page, language);
  if (text === undefined) throw new Error(`docs/plan.md has no ${language} example`);
  return text;
};

export interface Example {
  readonly yaml: string;
  readonly csv: string;
}

/** The example of docs/plan.md. */
export const docsExample = async (): Promise<Example> => {
  const page = await pageOf('docs/plan.md');
  return { yaml: fenced(page, 'yaml'), csv: fenced(page, 'csv') };
};

const ESTATE = 'estate:\n';

/** The example of docs/plan.md with those of another page in it: what is of the estate stands there, all else at the end. */
export const docsExampleWith = async (page: string): Promise<Example> => {
  const { yaml, csv } = await docsExample();
  const others = allFenced(await pageOf(page), 'yaml');
  if (others.length === 0) throw new Error(`${page} has no yaml example`);
  const put = (plan: string, text: string): string =>
    text.startsWith(ESTATE) ? plan.replace(ESTATE, () => text) : `${plan}\n${text}`;
  return { yaml: others.reduce(put, yaml), csv };
};

export interface Written {
  readonly yaml: string | Uint8Array;
  readonly csv: string | Uint8Array;
  /** freeze.ics beside the two; there is none where it is absent or empty. */
  readonly ics?: string;
}

/** Reads the texts as plan.yaml and vms.csv of a folder of their own; refusals name the files without it. */
export const readWritten = async ({ yaml, csv, ics }: Written, now = NOW): Promise<PlanOrRefusals> => {
  const dir = await mkdtemp(join(tmpdir(), 'tranship-plan-'));
  try {
    const files = { planPath: join(dir, 'plan.yaml'), csvPath: join(dir, 'vms.csv') };
    await Promise.all([writeFile(files.planPath, yaml), writeFile(files.csvPath, csv)]);
    if (ics) await writeFile(join(dir, 'freeze.ics'), ics);
    const local = (refusal: Refusal): Refusal => ({ ...refusal, file: refusal.file.slice(dir.length + 1) });
    const read = await readPlan({ ...files, now });
    return 'plan' in read ? { ...read, warnings: read.warnings.map(local) } : { refusals: read.refusals.map(local) };
  } finally {
    await rm(dir, { recursive: true });
  }
};

export const goodPlan = (read: PlanOrRefusals): Plan => {
  if ('plan' in read) return read.plan;
  throw new Error(`Refused: ${JSON.stringify(read.refusals, null, 2)}`);
};

export const refusalsOf = (read: PlanOrRefusals): readonly Refusal[] =>
  'plan' in read ? read.warnings : read.refusals;

/** One change of the example that must be refused: `to` stands in the place of `from`, once; `‸` in it marks where the refusal must point. */
export interface WrongInput {
  readonly what: string;
  readonly in: 'yaml' | 'csv';
  readonly from: string | RegExp;
  readonly to: string;
  /** Parts of the two sentences. */
  readonly says: string;
  readonly fix: string;
}

export const wrongIn =
  (file: WrongInput['in']) =>
  (what: string, from: string | RegExp, to: string, says: string, fix: string): WrongInput => ({
    what,
    in: file,
    from,
    to,
    says,
    fix,
  });

const MARK = '‸';

/** The example with the change made, and the refusal that it must bring. */
export const changed = (
  example: Example,
  { in: file, from, to, says, fix }: WrongInput,
): { written: Written; refusal: unknown } => {
  const marked = example[file].replace(from, to);
  if (!marked.includes(MARK)) throw new Error(`"${from}" is not in the example`);
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n');
  const refusal = {
    file: file === 'yaml' ? 'plan.yaml' : 'vms.csv',
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    severity: 'error',
    message: expect.stringContaining(says),
    fix: expect.stringContaining(fix),
  };
  return { written: { ...example, [file]: marked.replace(MARK, '') }, refusal };
};

/** A test for each: it is refused at its mark, whatever else is. `example` is asked when the tests run. */
export const refusesWhereItStands = (example: () => Example, inputs: readonly WrongInput[]): void => {
  test.each(inputs)('$what is refused where it stands', async (input) => {
    const { written, refusal } = changed(example(), input);
    expect(refusalsOf(await readWritten(written))).toContainEqual(refusal);
  });
};
