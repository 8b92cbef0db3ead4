import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NoticeBook, newBook } from '../domain/notice-book.ts';
import { writeWhole } from './records.ts';

const nameOf = (programme: string): string => join(encodeURIComponent(programme), 'notices', 'book.json');

/** What was told, next to the records. One that cannot be read counts as none: what waits is told again. */
export const readBook = async (folder: string, programme: string): Promise<NoticeBook> => {
  try {
    const book = JSON.parse(await readFile(join(folder, nameOf(programme)), 'utf8')) as NoticeBook;
    return book.version === 1 ? book : newBook();
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return newBook();
    throw error;
  }
};

/** Writes the book unless it says what it said before. Answers with it. */
export const writeBook = async (
  folder: string,
  programme: string,
  before: NoticeBook,
  book: NoticeBook,
): Promise<NoticeBook> => {
  if (JSON.stringify(book) !== JSON.stringify(before)) await writeWhole(folder, nameOf(programme), book);
  return book;
};
