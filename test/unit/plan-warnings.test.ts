import { renderRefusals } from '../../plan/render-refusals.ts';
import { docsExample, type Example, goodPlan, readWritten, refusalsOf } from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

test('a hold under 14 days is a warning, and the plan can be used', async () => {
  const read = await readWritten({ ...example, yaml: example.yaml.replace('21d', '13d') });
  expect(goodPlan(read).policies.holdMs).toBe(13 * 86_400_000);
  expect(refusalsOf(read)).toEqual([
    expect.objectContaining({ file: 'plan.yaml', line: 63, column: 9, severity: 'warning' }),
  ]);
});

test('a batch without a VM is a warning', async () => {
  const read = await readWritten({ ...example, yaml: `${example.yaml}  wave-02: {}\n` });
  expect(refusalsOf(read)).toEqual([
    expect.objectContaining({ severity: 'warning', message: 'No VM is in batch wave-02' }),
  ]);
});

/** With a seat on staging for every row. */
const roomyExample = (): Example => ({ ...example, yaml: example.yaml.replace('staging: 8', 'staging: 100') });

test('the eleventh VM of a batch is a warning', async () => {
  const more = Array.from({ length: 8 }, (_, n) => `,more-${n},wave-01,web,team,main,4,8 GB,none,,csv1,none,,,`);
  const read = await readWritten({ ...roomyExample(), csv: `${example.csv}${more.join('\n')}` });
  expect(goodPlan(read).vms).toHaveLength(11);
  expect(refusalsOf(read)).toEqual([
    expect.objectContaining({ line: 12, column: 9, severity: 'warning', message: 'Batch wave-01 has 11 VMs' }),
  ]);
});

test('refusals are printed with place, sentence and fix, and a sum', async () => {
  const read = await readWritten({ ...example, yaml: example.yaml.replace('https://prism', 'http://prism') });
  expect(renderRefusals(refusalsOf(read))).toBe(
    [
      '✗ plan.yaml:6:17  estate.ahv.ntnx-a.endpoint is http, not https',
      '    Write https://prism.contoso.example:9440.',
      '1 error. Nothing was touched.',
    ].join('\n'),
  );
});

test('a refused secret is never printed', async () => {
  const yaml = example.yaml.replaceAll(/env:\w+|file:\S+azure/g, 'Tr0ub4dor');
  const refusals = refusalsOf(await readWritten({ ...example, yaml }));
  expect(refusals.length).toBeGreaterThan(5);
  expect(renderRefusals(refusals)).not.toContain('Tr0ub4dor');
});

test('of very many refusals the first are printed, errors before warnings', async () => {
  const rows = Array.from({ length: 80 }, (_, n) => `,vm-${n},wave-01,web,team,main,x,8 GB,none,,csv1,none,,,`);
  const refusals = refusalsOf(await readWritten({ ...roomyExample(), csv: `${example.csv}${rows.join('\n')}` }));
  const text = renderRefusals(refusals);
  expect(text.match(/^✗/gm)).toHaveLength(50);
  expect(text).toContain('… and 31 more.');
  expect(text).toContain('80 errors, 1 warning. Nothing was touched.');
});

test('a file that is not there is refused', async () => {
  const { readPlan } = await import('../../plan/read-plan.ts');
  const read = await readPlan({ planPath: '/nowhere/plan.yaml', csvPath: '/nowhere/vms.csv', now: 0 });
  expect(refusalsOf(read).map(({ file, message }) => [file, message])).toEqual([
    ['/nowhere/plan.yaml', 'There is no such file'],
    ['/nowhere/vms.csv', 'There is no such file'],
  ]);
});
