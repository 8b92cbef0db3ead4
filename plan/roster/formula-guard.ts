/** A spreadsheet runs a cell that begins so, even where a VM is merely called that. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** The text as a cell that no spreadsheet runs: with an apostrophe before it, which `unguarded` takes away again. */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

export const unguarded = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);
