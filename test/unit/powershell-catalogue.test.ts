import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type CatalogueEntry, catalogueOf, loadCatalogue } from '../../workers/powershell/catalogue.ts';

const ACTIVITIES = join(process.cwd(), 'activities');

const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(dir, entry.name)) : [join(dir, entry.name)],
  );

const catalogues = filesIn(ACTIVITIES).filter((file) => file.endsWith('cmdlets.json'));

const raw = (file: string): readonly CatalogueEntry[] => JSON.parse(readFileSync(file, 'utf8')) as CatalogueEntry[];

/** Quoted words of a driver that have the form of a cmdlet. */
const calledBeside = (file: string): ReadonlySet<string> => {
  const sources = filesIn(join(file, '..')).filter((source) => source.endsWith('.ts'));
  const words = sources.flatMap(
    (source) => readFileSync(source, 'utf8').match(/'[A-Z][a-z]+-[A-Z][A-Za-z0-9]+'/g) ?? [],
  );
  return new Set(words.map((word) => word.slice(1, -1)));
};

describe.each(catalogues.map((file) => [relative(process.cwd(), file), file]))('%s', (_, file) => {
  test('is well formed, and every entry names its source', async () => {
    const { entries } = await loadCatalogue([file]);
    expect(entries).toHaveLength(raw(file).length);
    expect(raw(file).filter(({ source }) => !source)).toEqual([]);
  });

  test('holds every cmdlet its driver calls', () => {
    const known = new Set(raw(file).map(({ cmdlet }) => cmdlet));
    expect([...calledBeside(file)].filter((cmdlet) => !known.has(cmdlet))).toEqual([]);
  });

  test('holds no cmdlet its driver does not call', () => {
    const called = calledBeside(file);
    expect(
      raw(file)
        .map(({ cmdlet }) => cmdlet)
        .filter((cmdlet) => !called.has(cmdlet)),
    ).toEqual([]);
  });

  test('says of every cmdlet whether it changes something', () => {
    const reads = /^(Get|Test|Find|Measure|Select|Where|ConvertTo|ConvertFrom)-/;
    expect(raw(file).filter(({ cmdlet, mutates }) => mutates && reads.test(cmdlet))).toEqual([]);
  });
});

const good: CatalogueEntry = {
  cmdlet: 'Get-VM',
  module: 'Hyper-V',
  parameters: ['Id'],
  mutates: false,
  source: 'MS:get-vm',
};

test.each<[string, object]>([
  ['without a source', { ...good, source: undefined }],
  ['with an empty source', { ...good, source: '' }],
  ['with a source that is no place', { ...good, source: 'somewhere' }],
  ['with code for a name', { ...good, cmdlet: 'Get-VM; Stop-Computer' }],
  ['with a wild card for a name', { ...good, cmdlet: 'Get-*' }],
  ['with code for a parameter', { ...good, parameters: ['Id;x'] }],
  ['with code for a module', { ...good, module: "Hyper-V'" }],
  ['that does not say whether it changes something', { ...good, mutates: undefined }],
  ['with a field nobody knows', { ...good, note: 'x' }],
])('an entry %s is refused', (_, entry) => {
  expect(() => catalogueOf([entry])).toThrow();
});

test('two files that know the same cmdlet give the union of its parameters', () => {
  const { entry } = catalogueOf([good, { ...good, parameters: ['Name'], mutates: true }]);
  expect(entry('get-vm')).toMatchObject({ parameters: ['Id', 'Name'], mutates: true });
});

test.each<[string, object]>([
  ['modules', { ...good, module: 'Other' }],
  ['patterns', { ...good, patterns: { Id: 'x' } }],
])('two files that contradict each other about %s are refused', (_, other) => {
  expect(() => catalogueOf([good, other])).toThrow('Get-VM');
});
