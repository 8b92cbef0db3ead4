import { globSync, readFileSync } from 'node:fs';
import { attestedQuestions, CHECKS, isMainPathBlocker, PLACES, type Place } from '../../domain/checks.ts';
import { checksPage } from '../../tools/checks/checks-page.ts';

const SOURCES: Readonly<Record<Place, string>> = {
  ahv: 'activities/ahv/**/*.ts',
  veeam: 'activities/veeam/**/*.ts',
  'hyper-v': 'activities/hyper-v/**/*.ts',
  'azure-migrate': 'activities/azure-migrate/**/*.ts',
  'azure-local': 'activities/azure-local/**/*.ts',
  guest: 'activities/guest/**/*.ts',
  // What it says of the live estate is the drivers' own report, put beside the row it is about.
  plan: 'plan/{,programme/,roster/,text/}*.ts',
  workflow: 'workflows/**/*.ts',
};

const textsOf = (pattern: string): string =>
  globSync(pattern)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

const ID = '(?:PF|V1|V2)-\\d+';
const idsIn = (text: string, around: string): ReadonlySet<string> =>
  new Set([...text.matchAll(new RegExp(`${around}(${ID})${around}(?!x)`, 'g'))].map((match) => match[1] ?? ''));

/** What a place says in any way, and what it reports: an id that stands in quotes. */
const mentions = new Map(PLACES.map((place) => [place, idsIn(textsOf(SOURCES[place]), '\\b')]));
const reports = new Map(PLACES.map((place) => [place, idsIn(textsOf(SOURCES[place]), "'")]));

const isDriver = (place: Place): boolean => place !== 'plan' && place !== 'workflow';
const known = new Map(CHECKS.map((check) => [check.id, check]));

const placesOf = (id: string): readonly Place[] => {
  const standing = known.get(id)?.standing;
  if (standing?.kind === 'done') return standing.where;
  return standing?.kind === 'attested' ? standing.inPart : [];
};

const numbered = (prefix: string, from: number, to: number): readonly string[] =>
  Array.from(
    { length: to - from + 1 },
    (_, n) => `${prefix}-${String(from + n).padStart(prefix === 'PF' ? 3 : 2, '0')}`,
  );

test('the register has every check of the upstream list, each once', () => {
  const listed = [
    ...numbered('PF', 1, 8),
    ...numbered('PF', 101, 113),
    ...numbered('PF', 201, 217),
    ...numbered('PF', 301, 313),
    ...numbered('PF', 401, 408),
    ...numbered('PF', 501, 515),
    ...numbered('V1', 1, 20),
    ...numbered('V2', 1, 14),
  ];
  expect(listed.filter((id) => !known.has(id))).toEqual([]);
  expect(known.size).toBe(CHECKS.length);
});

test('no source names an id that is not in the register', () => {
  const strangers = ['activities/**/*.{ts,ps1,sh}', 'plan/**/*.ts', 'workflows/**/*.ts'].flatMap((pattern) =>
    [...idsIn(textsOf(pattern), '\\b')].filter((id) => !known.has(id)),
  );
  expect(strangers).toEqual([]);
});

test('a driver reports only what the register says it looks at', () => {
  const unsaid = PLACES.flatMap((place) =>
    [...(reports.get(place) ?? [])]
      .filter((id) => !placesOf(id).includes(place))
      .map((id) => `${id} is reported by ${place}`),
  );
  expect(unsaid).toEqual([]);
});

test('what the register calls done is done where it says', () => {
  const undone = CHECKS.flatMap(({ id, standing }) =>
    standing.kind === 'done'
      ? standing.where
          .filter((place) => {
            const asked = isDriver(place) && standing.how === null ? reports : mentions;
            return !asked.get(place)?.has(id);
          })
          .map((place) => `${id} is not in ${place}`)
      : [],
  );
  expect(undone).toEqual([]);
});

test('what the register calls checked in part is named where it says', () => {
  const undone = CHECKS.flatMap(({ id, standing }) =>
    standing.kind === 'attested'
      ? standing.inPart.filter((place) => !mentions.get(place)?.has(id)).map((place) => `${id} is not in ${place}`)
      : [],
  );
  expect(undone).toEqual([]);
});

test('no blocker of the main path is absent', () => {
  const absent = CHECKS.filter((check) => isMainPathBlocker(check) && check.standing.kind === 'absent');
  expect(absent.map(({ id }) => id)).toEqual([]);
});

test('every attested blocker of the main path is asked at its gate, no question twice', () => {
  for (const check of CHECKS.filter(isMainPathBlocker)) {
    if (check.standing.kind !== 'attested') continue;
    expect(attestedQuestions(check.standing.gate)).toContain(check.standing.question);
  }
  const asked = attestedQuestions();
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked).size).toBe(asked.length);
});

test('at the second hop nobody is asked about the backup, at sign-off the landing is answered for again', () => {
  expect(attestedQuestions('cutover', ['2']).join()).not.toMatch(/Veeam|backup worker/);
  expect(attestedQuestions('signOff')).toEqual(expect.arrayContaining([...attestedQuestions('go', ['2'])]));
});

test('docs/checks.md is what the register says', () => {
  expect(readFileSync('docs/checks.md', 'utf8')).toBe(checksPage());
});
