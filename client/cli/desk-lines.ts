import { duration } from '../../domain/words.ts';
import { type Desk, fingerprintOfDeed, TYPED, type Typing } from '../inbox-desk.ts';
import { type Act, calledOf, type DeskItem, mayAct } from '../inbox-desk-items.ts';
import { wrapped } from '../wrapped.ts';
import { headOf, markOf } from './inbox-text.ts';

export interface Around {
  readonly rows: number;
  readonly now: number;
  /** The summary line, or what keeps it from being told. */
  readonly head: string;
}

/** Head and an empty line above; below an empty line, what is said, and the keys. */
const FRAME = 5;
const LINES_OF_ITEM = 2;

/** Lines that are left for evidence, below its own title. */
export const pageOf = (rows: number): number => Math.max(1, rows - FRAME - 1);

const KEYS: readonly (readonly [Act, string])[] = [
  ['approve', 'a approve'],
  ['reject', 'r reject'],
  ['retry', 't retry'],
  ['skip', 's skip'],
];

const keysFor = (items: readonly DeskItem[]): readonly string[] =>
  KEYS.filter(([act]) => items.length > 0 && items.every((item) => mayAct(item, act))).map(([, word]) => word);

const itemLines = (desk: Desk, item: DeskItem, index: number, now: number): readonly string[] => {
  const cursor = index === desk.at ? '>' : ' ';
  const mark = desk.marked.includes(item.key) ? '[x]' : '[ ]';
  const waits = duration(now - item.waiting.since);
  return [
    `${cursor}${mark} ${markOf(item.waiting)} ${waits}  ${headOf(item.waiting)}`,
    `       ${item.costs.join(' · ')}`,
  ];
};

/** As many whole items as fit, the one under the cursor among them. */
const listLines = (desk: Desk, { rows, now }: Around): readonly string[] => {
  if (desk.items.length === 0) return ['Nothing waits for a person.'];
  const most = Math.max(1, Math.floor((rows - FRAME) / LINES_OF_ITEM));
  const first = Math.max(0, Math.min(desk.at - Math.floor(most / 2), desk.items.length - most));
  return desk.items.slice(first, first + most).flatMap((item, index) => itemLines(desk, item, first + index, now));
};

const evidenceLines = ({ item, lines, top }: NonNullable<Desk['evidence']>, page: number): readonly string[] => {
  const last = Math.min(lines.length, top + page);
  return [`${calledOf(item)}: lines ${top + 1} to ${last} of ${lines.length}`, ...lines.slice(top, last)];
};

const namesOf = (items: readonly DeskItem[]): string => {
  const [first, ...others] = items;
  return first && others.length === 0 ? calledOf(first) : `${items.length} of them`;
};

const promptText = ({ what, text, deed }: Typing): string => {
  const doing = `${deed.act} ${namesOf(deed.items)}`;
  if (what !== 'fingerprint') return `${doing}: ${what}: ${text}_`;
  const where =
    deed.items.length > 1 ? `of ${fingerprintOfDeed(deed)}, which is of all of them` : 'of what it is seen as';
  return `${doing}: this cannot be undone. Type the first ${TYPED} characters ${where}: ${text}_`;
};

const keysText = (desk: Desk): string => {
  if (desk.typing) return 'Enter goes on · Escape leaves it';
  if (desk.evidence) return ['j/k scroll', ...keysFor([desk.evidence.item]), 'q back'].join(' · ');
  const marked = desk.items.filter(({ key }) => desk.marked.includes(key));
  const here = desk.items[desk.at];
  const meant = marked.length > 0 ? marked : here ? [here] : [];
  const count = marked.length > 0 ? [`${marked.length} marked`] : [];
  return [...count, 'j/k move', 'Enter shows', 'space marks', ...keysFor(meant), 'q quit'].join(' · ');
};

/** The whole screen, a text a line. Pure. */
export const deskLines = (desk: Desk, around: Around): readonly string[] => {
  const { head, rows } = around;
  const body = desk.evidence ? evidenceLines(desk.evidence, desk.page) : listLines(desk, around);
  const filled = Array.from({ length: Math.max(1, rows - FRAME) }, (_, row) => body[row] ?? '');
  // What is typed stands at the end: it is that which must be seen.
  const said = wrapped([desk.typing ? promptText(desk.typing) : (desk.note ?? '')], desk.columns);
  return [head, '', ...filled, said.at(-2) ?? '', said.at(-1) ?? '', keysText(desk)];
};
