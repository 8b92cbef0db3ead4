import { ENDS, PHASES } from '../../domain/phase.ts';
import { VERBS } from '../../domain/verbs.ts';
import { NOT_STOOD_IN, SCENES } from '../support/verb-scenes.ts';
import { type Cell, verbTable } from '../support/verb-table.ts';

const table = verbTable();
let cells: ReadonlyMap<string, Cell>;

beforeAll(async () => {
  cells = await table.fill();
}, 480_000);

const ROWS = SCENES.flatMap(({ name }) => VERBS.map((verb) => [name, verb] as const));

test('the scenes stand for every phase', () => {
  const stood = SCENES.map(({ phase }) => phase);
  expect([...new Set([...stood, ...NOT_STOOD_IN])].sort()).toEqual([...PHASES].sort());
});

test.each(ROWS)('%s: %s is done, or refused with what can be done', (name, verb) => {
  const cell = cells.get(`${name} ${verb}`);
  expect(cell).toMatchObject({ same: true, lost: 0, fails: false });
  expect(cell?.answer === 'taken').toBe(cell?.legal);
  if (!cell?.legal) expect(cell?.answer).toContain('You can: ');
  expect(ENDS).toContain(cell?.end);
});
