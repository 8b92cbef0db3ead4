import fc from 'fast-check';
import { docsExample, type Example, readWritten, refusalsOf } from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

/** A cut anywhere in a text, and what is put in its place. */
const edit = fc.record({
  at: fc.nat(10_000),
  drop: fc.nat(30),
  put: fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '"',
      '\n',
      ',',
      ';',
      ': ',
      '- ',
      '{',
      '*a',
      '&a ',
      '|\n',
      '\t',
      '# ',
      '? ',
      '!!',
      '%',
      '\u0000',
      '💾',
    ),
  ),
});

const edited = (text: string, { at, drop, put }: { at: number; drop: number; put: string }): string => {
  const from = at % text.length;
  return text.slice(0, from) + put + text.slice(from + drop);
};

test.each(['yaml', 'csv'] as const)(
  'whatever happens to the %s, it reads or every refusal has a place in it',
  async (file) => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const text = edits.reduce(edited, example[file]);
        const lines = text.split(/\r\n?|\n/);
        for (const { line, column, fix } of refusalsOf(await readWritten({ ...example, [file]: text })).filter((each) =>
          each.file.endsWith(file),
        )) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          expect(fix).not.toBe('');
        }
      }),
      { numRuns: 150, seed: 4 },
    );
  },
);
