import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { Place, Refuse } from '../refusal.ts';

const placeOfFirstBadByte = (bytes: Buffer): Place => {
  const before = bytes.toString('utf8').split('�', 1)[0] ?? '';
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
};

const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

/** Without a byte order mark, and with `\n` at line ends. */
export const plainText = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');

/** The text of a UTF-8 file without its byte order mark and with `\n` at line ends, or null when it was refused. */
export const readFileText = async (file: string, refuse: Refuse): Promise<string | null> => {
  const no = (message: string, fix: string, place: Place = { line: 1, column: 1 }): null => {
    refuse({ file, ...place, severity: 'error', message, fix });
    return null;
  };
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (!Buffer.isBuffer(bytes)) {
    return bytes.code === 'ENOENT'
      ? no('There is no such file', 'Check the path.')
      : no(`The file cannot be read: ${bytes.code ?? bytes.message}`, 'Check that it is a file you may read.');
  }
  if (isUtf16(bytes)) return no('The file is UTF-16', 'Save it as UTF-8; in Excel: CSV UTF-8.');
  if (!isUtf8(bytes)) {
    return no(
      'A character here is not UTF-8',
      'Save the file as UTF-8; in Excel: CSV UTF-8.',
      placeOfFirstBadByte(bytes),
    );
  }
  const text = plainText(bytes.toString('utf8'));
  return text.trim() === '' ? no('The file is empty', 'See docs/plan.md for an example.') : text;
};
