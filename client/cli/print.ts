import { stripVTControlCharacters, styleText } from 'node:util';

const ESCAPE = String.fromCharCode(27);

/** Whatever a product calls its VMs, no name moves the cursor or rings a bell. Our own colours pass. */
const CONTROL = new RegExp(`(?![\\n\\t]|${ESCAPE}\\[\\d+m)\\p{Cc}`, 'gu');

export const say = (text: string): void => {
  process.stdout.write(`${text.replace(CONTROL, '\uFFFD')}\n`);
};

export const tell = (text: string): void => {
  process.stderr.write(`${text.replace(CONTROL, '\uFFFD')}\n`);
};

/** On one line for programs, indented for people. */
export const sayJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0)}\n`);
};

const COLOURS = { '✓': 'green', '✗': 'red', '?': 'yellow', '!': 'yellow', '–': 'gray' } as const;

/** A line that begins with one of these is coloured on a terminal, unless NO_COLOR says no. */
export const marked = (mark: keyof typeof COLOURS, text: string): string =>
  `${styleText(COLOURS[mark], mark, { stream: process.stdout })} ${text}`;

const widthOf = (cell: string): number => [...stripVTControlCharacters(cell)].length;

/** Columns as wide as their widest cell. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, i) => Math.max(widthOf(title), ...rows.map((cells) => widthOf(cells[i] ?? ''))));
  return [head, ...rows]
    .map((cells) =>
      cells
        .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes with the unit that suits them; null is what no product told. */
export const bytes = (count: number | null): string => {
  if (count === null) return '–';
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  return `${(count / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
};
