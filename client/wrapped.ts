const HANGING = '    ';

/** One line as several that are no wider: broken between words where that is possible; nothing of it is lost but the space there. */
const pieces = (line: string, columns: number): readonly string[] => {
  const chars = [...line];
  if (chars.length <= columns) return [line];
  const within = chars.slice(0, columns + 1);
  const space = within.lastIndexOf(' ');
  const indent = chars.findIndex((char) => char !== ' ');
  const isBreak = space > Math.max(indent, HANGING.length);
  const first = chars.slice(0, isBreak ? space : columns).join('');
  const rest = chars.slice(isBreak ? space + 1 : columns).join('');
  return [first, ...pieces(`${HANGING}${rest}`, columns)];
};

/** Lines as a screen of this width shows them whole. */
export const wrapped = (lines: readonly string[], columns: number): readonly string[] =>
  lines.flatMap((line) => pieces(line, Math.max(HANGING.length * 3, columns)));
